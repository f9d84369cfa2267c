"""Who plays in the demonstration: hosts, accounts, and whom each follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

FIELDS, DAIRY, MILL, HERITAGE = "fields.example", "dairy.example", "mill.example", "telekommunisten.org"

HOSTS: Final = (FIELDS, DAIRY, MILL)
"""Each is a daemon of its own."""

YOU: Final = f"you@{FIELDS}"
COMMUNE: Final = f"commune@{FIELDS}"
CLASSIC: Final = f"dk@{HERITAGE}"
"""Whose plan of 2010 and 2011 is served as it was then."""

LOWER_FIELD, DAIRY_COOP = f"lowerfield@{FIELDS}", f"dairy@{DAIRY}"
ANA, BO, CY, DI, EVA = f"ana@{FIELDS}", f"bo@{DAIRY}", f"cy@{MILL}", f"di@{MILL}", f"eva@{DAIRY}"

FOLLOWED: Final = (COMMUNE, LOWER_FIELD, DAIRY_COOP, ANA, BO, CY, DI, CLASSIC)
"""Whom the newcomer follows: everybody but Eva, whose plan comes along since the commune cites it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    address: str
    name: str
    bio: str
    follows: Sequence[str] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


PEOPLE: Final = (
    Person(
        COMMUNE,
        "Fields Commune",
        "We hold in common what we work with.",
        (LOWER_FIELD, DAIRY_COOP, ANA, BO, CY, DI, EVA, YOU),
        {"website": "https://fields.example", "listed": "yes"},
    ),
    Person(
        LOWER_FIELD,
        "Lower Field",
        "Vegetables, seven households, one hectare.",
        (COMMUNE, ANA, BO, CY, DI, EVA, YOU, DAIRY_COOP),
        {"listed": "yes"},
    ),
    Person(
        DAIRY_COOP,
        "Valley Dairy",
        "Milk, butter, and a cheese that smells.",
        (COMMUNE, ANA, BO, CY, DI, EVA, YOU, LOWER_FIELD),
    ),
    Person(ANA, "Ana", "Grows leeks at Lower Field.", (BO, CY, COMMUNE, CLASSIC), {"listed": "yes"}),
    Person(BO, "Bo", "Milks at five.", (ANA, DAIRY_COOP, COMMUNE)),
    Person(CY, "Cy", "Miller. Checks the arithmetic.", (ANA, DI, COMMUNE)),
    Person(DI, "Di", "Fiddle, flour, finger.", (CY, BO)),
    Person(EVA, "Eva", "Sells cheese in town, and lends what is left.", (COMMUNE, BO)),
    Person(YOU, "You", "Was away for some weeks.", FOLLOWED),
)
"""Everybody whose plan is signed."""

NAMES: Final = tuple(person.address.partition("@")[0] for person in (PEOPLE[-1], *PEOPLE[:-1]))
"""Logins, the newcomer's first. No two are alike, so that a home can go by one."""
