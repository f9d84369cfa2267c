"""`thimbl completion`: the script that teaches a shell to complete `thimbl`."""

import sys

import click

from thimbl.cli.options import argument, command


@command(
    examples="""
    eval "$(thimbl completion bash)"
    thimbl completion bash > ~/.local/share/bash-completion/completions/thimbl
    thimbl completion zsh > ~/.zfunc/_thimbl
    thimbl completion fish > ~/.config/fish/completions/thimbl.fish
    """,
    epilog="""\
bash needs version 4.4 and, for the second example, the package bash-completion. zsh finds the third where ~/.zshrc has
'fpath+=(~/.zfunc)' before 'autoload -U compinit; compinit'.
""",
)
@argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes your shell complete thimbl's commands.

    It completes commands and options, and what is here already: people by your names for them and by address, records
    by the beginning of their ids, with that of their texts beside it, tags, and the codes of bonds. Where thimbl is
    installed for everybody the shells find it by themselves.
    """
    from thimbl.cli.completion.shells import script

    sys.stdout.write(script(shell))
