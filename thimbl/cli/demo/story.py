"""What the people of the demonstration have said, told as data, so that it reads as a story.

`thimbl.cli.demo.telling` lets each of them sign their part; what the commune did is in `thimbl.cli.demo.ventures`.
"""

from collections.abc import Iterator
from typing import Final

from thimbl.cli.demo.people import ANA, BO, COMMUNE, CY, DAIRY_COOP, DI, EVA, LOWER_FIELD, YOU
from thimbl.cli.demo.telling import Calendar, Event
from thimbl.cli.demo.ventures import ventures

AWAY: Final = 8 * 24
"""Hours since the newcomer last looked: what is older they have read."""


def story(now: int) -> list[Event]:
    """All events, oldest first; `now` (Unix seconds) is when the demonstration starts."""
    cal = Calendar(now)
    return sorted([*ventures(cal), *_posts(cal)], key=lambda event: event.time)


def _posts(cal: Calendar) -> Iterator[Event]:
    def post(hours: int, who: str, text: str, label: str = "", **more: str) -> Event:
        return Event(cal.ago(hours), who, "post", {"text": text, **more}, label)

    def then(back: int, day: int, who: str, text: str) -> Event:
        return Event(cal.on(back, day, 18), who, "post", {"text": text})

    yield then(10, 4, COMMUNE, "This is the log of the commune. What is not in it did not happen.")
    yield then(10, 27, DAIRY_COOP, "The vat is here. It took six people and a door off its hinges.")
    yield then(4, 28, CY, "VAT-1 is paid back. From now on that rent is everybody's: I get the same share as you do.")
    yield then(3, 14, ANA, "Tomatoes from the tunnel. In a box at the gate, take some. #tomatoes")
    yield then(2, 11, YOU, "Off to the hills until the leaves are down. Somebody water the beans.")
    yield post(560, BO, "First night with the new parlour lamp. The cows do not care, I do.")
    yield post(510, ANA, "Leeks in before the frost. #leeks", "leeks")
    yield post(505, DI, "How many rows, @ana@fields.example?", "rows", re="{leeks}")
    yield post(503, ANA, "Forty. Ask my back.", re="{rows}")
    yield post(430, CY, "The stones are dressed. Flour on Friday: rye, spelt, and a little maize. #mill", "flour")
    yield post(426, DAIRY_COOP, "We take two sacks of the spelt.", re="{flour}")
    yield post(380, DI, "Play at the mill on Saturday: bring a chair.", "dance")
    yield post(379, DI, "and no dogs, Rex.", "dogs")
    yield Event(cal.ago(378), DI, "retract", {"of": "{dogs.id}"})
    yield post(370, BO, "I will bring butter instead of a chair.", re="{dance}")
    yield post(
        300,
        LOWER_FIELD,
        "Digging one hectare by hand is a fine thing to have done once.\n\n"
        "We need a small tractor, and the rent that we can pay is 200 a month. The offer is in our plan: "
        "finger it, read it, take it apart.",
        "need",
    )
    yield post(290, CY, "At 4 % that is paid back in the 13th month, and from then on it pays all of us.", re="{need}")
    yield post(279, COMMUNE, "Floated: TRACTOR-1 of Lower Field. Subscribe until the sale closes.", re="{need}")
    yield post(150, DI, "What happens to my bond if the tractor dies?", "risk", re="{need}")
    yield post(
        140,
        LOWER_FIELD,
        "Then we owe the rent all the same, until the asset is given back or sold. Sold below what is owed, the "
        "rest is written off: read 'risk' in the offer.",
        re="{risk}",
    )
    yield post(96, CY, "#mill stands still on Tuesday: the river is too high.", "river")
    late = {"of": "{river.id}", "text": "#mill stands still until Thursday: the river is too high."}
    yield Event(cal.ago(94), CY, "edit", late)
    yield post(50, BO, "It turns out that Buttercup opens gates.", "gates")
    yield post(48, ANA, "Then who is it that closes them?", re="{gates}")
    yield post(
        30,
        DI,
        "They walked into the fog, and the fog had been the sea all along.",
        subject="the end of the film on Sunday",
    )
    yield post(20, DAIRY_COOP, "Cheese of September is ready. 🧀 Finger bo@dairy.example for your share.")
    yield post(8, DAIRY_COOP, "We have offered bonds for a cold room: COLD-1. The commune has yet to float it.")
    yield post(6, ANA, "Frost tonight. Cover what you love. ❄ #leeks")
    yield post(4, EVA, f"@{YOU}, your cheese is with me since Friday. I have asked to be a member, too.")
    yield post(2, COMMUNE, f"A good morning to @{YOU}, who is back. Press c to say hello.")
