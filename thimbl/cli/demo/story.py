"""What the people of the demonstration have said in the last weeks: who, how many hours ago, what.

Told as data, so that it reads as a story; `thimbl.cli.demo.village` lets each of them sign their part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

FIELDS, DAIRY, MILL, HERITAGE = "fields.example", "dairy.example", "mill.example", "telekommunisten.org"

HOSTS: Final = (FIELDS, DAIRY, MILL)
"""Each is a daemon of its own."""

YOU: Final = f"you@{FIELDS}"
COMMUNE: Final = f"commune@{FIELDS}"
CLASSIC: Final = f"dk@{HERITAGE}"
"""Whose plan of 2010 and 2011 is served as it was then."""


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
        (f"lowerfield@{FIELDS}", f"dairy@{DAIRY}", f"ana@{FIELDS}", f"bo@{DAIRY}", f"cy@{MILL}", f"di@{MILL}"),
        {"website": "https://fields.example", "listed": "yes"},
    ),
    Person(
        f"lowerfield@{FIELDS}",
        "Lower Field",
        "Vegetables, seven households, one hectare.",
        (COMMUNE, f"ana@{FIELDS}"),
        {"listed": "yes"},
    ),
    Person(f"dairy@{DAIRY}", "Valley Dairy", "Milk, butter, and a cheese that smells.", (COMMUNE, f"bo@{DAIRY}")),
    Person(
        f"ana@{FIELDS}",
        "Ana",
        "Grows leeks at Lower Field.",
        (f"bo@{DAIRY}", f"cy@{MILL}", COMMUNE, CLASSIC),
        {"listed": "yes"},
    ),
    Person(f"bo@{DAIRY}", "Bo", "Milks at five.", (f"ana@{FIELDS}", f"dairy@{DAIRY}", COMMUNE)),
    Person(f"cy@{MILL}", "Cy", "Miller. Checks the arithmetic.", (f"ana@{FIELDS}", f"di@{MILL}", COMMUNE)),
    Person(f"di@{MILL}", "Di", "Fiddle, flour, finger.", (f"cy@{MILL}", f"bo@{DAIRY}")),
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that one of them published. `label` lets later ones point at it."""

    hours_ago: int
    who: str
    kind: str
    body: Mapping[str, Any]
    """Values such as `{offer}` stand for the reference of the event of that label; `{offer.id}` for its id."""
    label: str = ""


def _post(hours: int, who: str, text: str, label: str = "", **more: str) -> Event:
    return Event(hours, who, "post", {"text": text, **more}, label)


_ANA, _BO, _CY, _DI = f"ana@{FIELDS}", f"bo@{DAIRY}", f"cy@{MILL}", f"di@{MILL}"
_LOWER, _DAIRY = f"lowerfield@{FIELDS}", f"dairy@{DAIRY}"


def _join(hours: int, who: str, kind: str, label: str, **more: str) -> Event:
    return Event(hours, who, "join", {"commune": COMMUNE, "as": kind, **more}, label)


def _admit(hours: int, who: str, kind: str, label: str) -> Event:
    return Event(hours, COMMUNE, "admission", {"who": who, "as": kind, "application": f"{{{label}}}"})


def story(closes: str) -> list[Event]:
    """The events, oldest first. `closes` is when the sale of the tractor's bonds ends, as a time of a plan."""
    return [
        Event(
            640,
            COMMUNE,
            "charter",
            {"name": "Fields Commune", "currency": "EUR", "digits": 2, "period": "month", "rules": 1},
        ),
        _post(639, COMMUNE, "This is the log of the commune. What is not in it did not happen.", "hello"),
        _join(620, _LOWER, "coop", "j-lower"),
        _join(618, _DAIRY, "coop", "j-dairy"),
        _join(612, _ANA, "member", "j-ana", coop=_LOWER),
        _join(610, _BO, "member", "j-bo", coop=_DAIRY),
        _join(600, _CY, "member", "j-cy"),
        _join(598, _DI, "member", "j-di"),
        _admit(590, _LOWER, "coop", "j-lower"),
        _admit(590, _DAIRY, "coop", "j-dairy"),
        _admit(589, _ANA, "member", "j-ana"),
        _admit(589, _BO, "member", "j-bo"),
        _admit(589, _CY, "member", "j-cy"),
        _admit(589, _DI, "member", "j-di"),
        _post(560, _BO, "First night with the new parlour lamp. The cows do not care, I do."),
        _post(510, _ANA, "Leeks in before the frost. #leeks", "leeks"),
        _post(505, _DI, "How many rows, @ana@fields.example?", "rows", re="{leeks}"),
        _post(503, _ANA, "Forty. Ask my back.", re="{rows}"),
        _post(430, _CY, "The stones are dressed. Flour on Friday: rye, spelt, and a little maize. #mill", "flour"),
        _post(426, _DAIRY, "We take two sacks of the spelt.", re="{flour}"),
        _post(380, _DI, "Play at the mill on Saturday: bring a chair.", "dance"),
        _post(379, _DI, "and no dogs, Rex.", "dogs"),
        Event(378, _DI, "retract", {"of": "{dogs.id}"}),
        _post(370, _BO, "I will bring butter instead of a chair.", re="{dance}"),
        _post(
            300,
            _LOWER,
            "Digging one hectare by hand is a fine thing to have done once.\n\n"
            "We need a small tractor, and the rent that we can pay is 200 a month. The offer is in our plan: "
            "finger it, read it, take it apart.",
            "need",
        ),
        Event(
            298,
            _LOWER,
            "bond-offer",
            {
                "commune": COMMUNE,
                "series": "TRACTOR-1",
                "asset": "A small tractor, 30 hp, second hand",
                "description": "With a front loader. For ploughing, and for everybody's firewood on Sundays.",
                "risk": "It is twenty years old. A new gearbox would cost four months of rent.",
                "face": "2400.00 EUR",
                "unit": "100.00 EUR",
                "rent": "200.00 EUR",
                "term": 24,
                "max_rate_bp": 500,
                "closes": closes,
            },
            "offer",
        ),
        _post(290, _CY, "At 4 % that is paid back in the 13th month, and from then on it pays all of us.", re="{need}"),
        Event(280, COMMUNE, "float", {"offer": "{offer}"}),
        _post(279, COMMUNE, "Floated: TRACTOR-1 of Lower Field. Subscribe until the sale closes.", re="{need}"),
        Event(250, _ANA, "subscription", {"offer": "{offer}", "amount": "1000.00 EUR", "rate_bp": 200}),
        Event(190, _BO, "subscription", {"offer": "{offer}", "amount": "700.00 EUR", "rate_bp": 300}),
        _post(150, _DI, "What happens to my bond if the tractor dies?", "risk", re="{need}"),
        _post(
            140,
            _LOWER,
            "Then we owe the rent all the same, until the asset is given back or sold. Sold below what is owed, the "
            "rest is written off: read 'risk' in the offer.",
            re="{risk}",
        ),
        _post(96, _CY, "#mill stands still on Tuesday: the river is too high.", "river"),
        Event(
            94, _CY, "edit", {"of": "{river.id}", "text": "#mill stands still until Thursday: the river is too high."}
        ),
        Event(72, _CY, "subscription", {"offer": "{offer}", "amount": "500.00 EUR", "rate_bp": 400}),
        _post(50, _BO, "It turns out that Buttercup opens gates.", "gates"),
        _post(48, _ANA, "Then who is it that closes them?", re="{gates}"),
        _post(
            30,
            _DI,
            "They walked into the fog, and the fog had been the sea all along.",
            subject="the end of the film on Sunday",
        ),
        _post(20, _DAIRY, "Cheese of September is ready. 🧀 Finger bo@dairy.example for your share."),
        _post(6, _ANA, "Frost tonight. Cover what you love. ❄ #leeks"),
        _post(2, COMMUNE, f"A good morning to @{YOU}, who has just arrived. Press c to say hello."),
    ]
