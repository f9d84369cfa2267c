"""The themes of the program, beside Textual's own.

- What a role looks like is a colour of the theme (`styles.tcss`); what it means is said by a word or a shape too, so
  that `thimbl-mono`, and no colour at all, lose nothing.
- `thimbl-contrast` holds WCAG 2.2, 1.4.6 (AAA): each colour of text is at least 7 to 1 on each ground it stands on. The
  other three hold 1.4.3 (AA), 4.5 to 1, but for rules and what stands back.
- Two colours are the program's own, and any theme may name them: `dim`, what stands back, and `rule`, lines between
  parts. Of a theme that does not they are made of its others.
"""

from collections.abc import Mapping
from typing import Final

from textual.theme import Theme

DIM_SHARE: Final = "58%"
"""How much of the colour of text is left in what stands back, in a theme that does not say."""

DARK: Final = Theme(
    name="thimbl",
    primary="#8fb573",
    secondary="#7aa6a1",
    accent="#e0af68",
    warning="#e0af68",
    error="#e0736b",
    success="#8fb573",
    foreground="#d9d4c7",
    background="#16191a",
    surface="#1c2021",
    panel="#272c2d",
    dark=True,
    variables={"border": "#7aa6a1", "border-blurred": "#3a4142"},
)

LIGHT: Final = Theme(
    name="thimbl-light",
    primary="#3f6b2a",
    secondary="#20605b",
    accent="#7d5100",
    warning="#7d5100",
    error="#a3261d",
    success="#3f6b2a",
    foreground="#23261f",
    background="#f6f3ea",
    surface="#efebdf",
    panel="#e3decf",
    dark=False,
    variables={"border": "#20605b", "border-blurred": "#c9c2b0"},
)

MONO: Final = Theme(
    name="thimbl-mono",
    primary="#c8c8c8",
    secondary="#e0e0e0",
    accent="#ffffff",
    warning="#f0f0f0",
    error="#ffffff",
    success="#c8c8c8",
    foreground="#d0d0d0",
    background="#121212",
    surface="#202020",
    panel="#383838",
    dark=True,
    variables={
        "border": "#e0e0e0",
        "border-blurred": "#505050",
        "dim": "#a8a8a8",
        "block-cursor-background": "#d0d0d0",
        "block-cursor-foreground": "#121212",
    },
)

CONTRAST: Final = Theme(
    name="thimbl-contrast",
    primary="#7fff7f",
    secondary="#7fe8ff",
    accent="#ffe14d",
    warning="#ffe14d",
    error="#ffa8a8",
    success="#7fff7f",
    foreground="#ffffff",
    background="#000000",
    surface="#1a1a1a",
    panel="#0b2a5b",
    dark=True,
    variables={
        "border": "#7fe8ff",
        "border-blurred": "#c8c8c8",
        "dim": "#d4d4d4",
        "rule": "#c8c8c8",
        "block-cursor-background": "#ffe14d",
        "block-cursor-foreground": "#000000",
    },
)

THEMES: Final = (DARK, LIGHT, MONO, CONTRAST)


def with_own(variables: Mapping[str, str], dark: bool) -> dict[str, str]:
    """The variables of a theme for the style sheet, the program's own two among them."""
    rule = variables["panel-lighten-2" if dark else "panel-darken-2"]
    own = {"dim": f"{variables['foreground']} {DIM_SHARE}", "rule": rule}
    return {**own, **variables}
