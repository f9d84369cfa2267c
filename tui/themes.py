"""The themes of the program, beside Textual's own.

- What a role looks like is a colour of the theme (`styles.tcss`); what it means is said by a word or a shape too, so
  that `thimbl-mono`, and no colour at all, lose nothing.
- `thimbl-contrast` holds WCAG 2.2, 1.4.6 (AAA): each colour of text is at least 7 to 1 on each ground it stands on. The
  other three hold 1.4.3 (AA), 4.5 to 1, but for rules and what stands back.
- Textual's themes promise nothing of the kind. So each colour of text is moved towards black or white as far as it has
  to be for 4.5 to 1, on the ground that it is painted on (`readable`). Those of the terminal's own sixteen colours are
  left as the terminal has them.
- Four colours are the program's own, and any theme may name them: `words` in a dialog, `title` on its border, `dim`,
  what stands back, and `rule`, lines between parts. Of a theme that does not they are made of its others.
"""

from collections.abc import Mapping
from typing import Final

from textual.color import BLACK, WHITE, Color
from textual.theme import Theme

LEAST: Final = 4.5
"""The least ratio of a text to its ground: WCAG 2.2, 1.4.3."""

DIM_SHARE: Final = 0.58
"""How much of the colour of text is left in what stands back, in a theme that does not say."""

STEPS: Final = 10
"""In how many steps a colour is moved to black or white: fewer would take more of it than is needed."""

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
    """The variables of a theme for the style sheet, the program's own among them."""
    rule = variables["panel-lighten-2" if dark else "panel-darken-2"]
    text, ground, accent = (Color.parse(variables[name]) for name in ("foreground", "surface", "accent"))
    dim = text if text.ansi is not None else readable(ground.blend(text, DIM_SHARE), ground)
    own = {"dim": dim.css, "words": readable(text, ground).css, "title": readable(accent, ground).css, "rule": rule}
    front, cursor = variables["block-cursor-foreground"], Color.parse(variables["block-cursor-background"])
    if not front.startswith("auto"):  # that is chosen by its ground already
        own |= {"block-cursor-foreground": readable(Color.parse(front), cursor).css}
        variables = {name: value for name, value in variables.items() if name != "block-cursor-foreground"}
    return {**own, **variables}


def readable(colour: Color, ground: Color, least: float = LEAST) -> Color:
    """`colour`, or what is nearest to it on the way to black or white that is at least `least` to 1 on `ground`."""
    if colour.ansi is not None or ground.ansi is not None:
        return colour
    end = max((BLACK, WHITE), key=lambda one: contrast(one, ground))
    moved = (colour.blend(end, step / STEPS) for step in range(STEPS))
    return next((one for one in moved if contrast(one, ground) >= least), end)


def contrast(one: Color, other: Color) -> float:
    """The ratio of two colours that let nothing through, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Color) -> float:
    """WCAG 2.2, "relative luminance"."""
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
