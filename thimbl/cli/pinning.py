"""`key pin`: comparing somebody's key, and saying which one is theirs (plan-format 4)."""

from typing import TYPE_CHECKING

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import argument, command, fingerprint
from thimbl.cli.output import note, say
from thimbl.cli.when import age
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.store.pins import SeenKey
    from thimbl.store.types import Author


@command(
    "pin",
    examples="""
    thimbl key pin mark@mill.example
    thimbl key pin marky SHA256:O1iTiXz9h6XlkPTwLH/iq+W4TfGs0rEXDgZIQOjaV18
""",
)
@argument("who", metavar="ADDRESS|NICK")
@argument("chosen", metavar="[FINGERPRINT]", type=fingerprint, required=False)
@pass_context
def key_pin(context: Context, who: str, chosen: str | None) -> None:
    """Compare somebody's key, or say which one is theirs.

    Without a fingerprint it shows the key that is pinned, and the one that was seen where that is another. Ask its
    owner by other means than their plan; the fingerprint that they tell you takes the pinned one's place.
    """
    from thimbl.cli.names import find_author
    from thimbl.core.log import Verdict
    from thimbl.store.pins import seen_key

    with context.reader() as reader:
        author = reader.author(find_author(reader, who))
        seen = None if author is None else seen_key(reader, author)
    if author is None:
        raise Failure(f"Nothing is known of {who}: 'thimbl follow {who}' asks and pins the key that comes.")
    if author.is_me:
        raise Failure("That is you: 'thimbl key show' shows your own key.")
    if chosen is None:
        _show(context, author, seen)
        return
    if chosen == author.key and author.verdict is not Verdict.FORKED:
        note(f"{chosen} is the pinned key of {author.address}: nothing has changed.")
        return
    context.account.pin(author.address, chosen)
    note(f"Pinned {chosen} for {author.address}. What that key has signed counts from the next answer on:")
    note(f"  thimbl fetch {author.address}")


def _show(context: Context, author: "Author", seen: "SeenKey | None") -> None:
    say(f"pinned  {author.key or 'none: the first key that comes is pinned'}")
    if seen is None:
        if author.key is not None:
            note("No other key was seen in the newest answer. Compare it with what they tell you by other means.")
        return
    say(f"seen    {seen.fingerprint}")
    name = f", as {safe_line(seen.name)}" if seen.name else ""
    note(f"The newest answer, {age(seen.time, context.now())}{name}, was signed by the key that was seen.")
    note("Either they have a new key and could not sign with the old one, or somebody answers in their place.")
    note("Nothing of it was taken. Ask them by other means; if it is theirs:")
    note(f"  thimbl key pin {author.address} {seen.fingerprint}")
