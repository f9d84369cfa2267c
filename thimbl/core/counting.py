"""A number and what is counted, for people: ``1 post``, ``2,000 posts``. Pure."""


def counted(number: int, one: str, many: str = "") -> str:
    """`number` with the word for it: `one`, or `many`, which is `one` with an s unless it is given."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
