"""Completion in bash, zsh and fish: what may be meant, and how each shell is told.

- A Tab runs `thimbl` with `_THIMBL_COMPLETE=SHELL_complete`, as click has it. Only the module of the command that is
  being typed is imported; what is here already is read with as few imports as it takes (`thimbl.store.hints`).
- What others wrote reaches a shell in two ways. A value is inserted into the command line: it is one of those that
  `meant` lets pass, and is quoted for the shell. A description is shown and never inserted: it is made one safe line.
- Whatever goes wrong, nothing is offered and nothing is said: nobody wants a message in the middle of a command.
"""
