"""The `thimbl` command: one module a group of commands, composition and no logic.

The outermost layer: it may import every other, but each command imports what it needs only when it runs, so that
`--help` and `thimbl post` load neither Twisted nor Textual.
"""
