"""Which commands there are, and where each is: what `thimbl --help` prints without importing any of them.

The help here is the first sentence of the command's own docstring (a test compares them): it stands here so that the
list of commands costs no import.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: the section of `--help` that it stands in, ``module:attribute``, and its help in one sentence."""

    section: str
    target: str
    help: str


WRITE: Final = "Write"
READ: Final = "Read"
PEOPLE: Final = "People and keys"
COMMONS: Final = "Commons"
NODE: Final = "This node"

COMMANDS: Final = {
    "init": Entry(WRITE, "thimbl.cli.authoring:init", "Make an account: a key, and a plan to write in."),
    "post": Entry(WRITE, "thimbl.cli.authoring:post", "Publish a post."),
    "reply": Entry(WRITE, "thimbl.cli.authoring:reply", "Answer a post."),
    "edit": Entry(WRITE, "thimbl.cli.authoring:edit", "Change the text of a post."),
    "retract": Entry(WRITE, "thimbl.cli.authoring:retract", "Take a post back."),
    "sign": Entry(WRITE, "thimbl.cli.authoring:sign", "Publish what you wrote into your plan by hand."),
    "read": Entry(READ, "thimbl.cli.read:read", "Fetch, then show what is new."),
    "timeline": Entry(READ, "thimbl.cli.lists:timeline", "Show what you and those you follow have written."),
    "mentions": Entry(READ, "thimbl.cli.lists:mentions", "Show what names you or answers you."),
    "search": Entry(READ, "thimbl.cli.lists:search", "Find posts by their words and tags."),
    "thread": Entry(READ, "thimbl.cli.one:thread", "Show a whole conversation."),
    "show": Entry(READ, "thimbl.cli.one:show", "Show one record in full."),
    "mark": Entry(READ, "thimbl.cli.read:mark", "Mark posts as read or unread."),
    "feed": Entry(READ, "thimbl.cli.feed:feed", "Write a timeline as a feed: Atom, RSS, JSON Feed or twtxt."),
    "digest": Entry(READ, "thimbl.cli.digest:digest", "Write what is new as a newsletter, for yourself or as mail."),
    "filter": Entry(READ, "thimbl.cli.filter:filter_", "Be a feed for newsboat, or check one that it reads."),
    "tui": Entry(READ, "thimbl.cli.upkeep:tui", "Read and write in a full-screen terminal program."),
    "follow": Entry(PEOPLE, "thimbl.cli.follow:follow", "Follow somebody."),
    "unfollow": Entry(PEOPLE, "thimbl.cli.follow:unfollow", "Follow somebody no longer."),
    "mute": Entry(PEOPLE, "thimbl.cli.mute:mute", "Leave an author, a tag or a word out of what you read."),
    "unmute": Entry(PEOPLE, "thimbl.cli.mute:unmute", "Let what was muted be seen again."),
    "following": Entry(PEOPLE, "thimbl.cli.following:following", "List whom you follow, and how they stand."),
    "known": Entry(PEOPLE, "thimbl.cli.known:known", "List people whom those you follow know."),
    "profile": Entry(PEOPLE, "thimbl.cli.people:profile", "Show or change a profile."),
    "key": Entry(PEOPLE, "thimbl.cli.people:key", "Your key, and the pinned keys of others."),
    "move": Entry(PEOPLE, "thimbl.cli.move:move", "Move to another address, and lead those who follow you there."),
    "bond": Entry(COMMONS, "thimbl.cli.bond:bond", "Bonds of a commune."),
    "commune": Entry(COMMONS, "thimbl.cli.commune:commune", "A commune: join one, or keep its desk."),
    "ledger": Entry(COMMONS, "thimbl.cli.ledger:ledger", "Show what a commune's records come to."),
    "audit": Entry(COMMONS, "thimbl.cli.ledger:audit", "Check every figure of a commune."),
    "statement": Entry(
        COMMONS, "thimbl.cli.statement:statement", "Show what somebody subscribed, was paid, paid and holds."
    ),
    "journal": Entry(
        COMMONS, "thimbl.cli.ledger:journal", "Write a commune's books, for hledger, beancount or a spreadsheet."
    ),
    "fetch": Entry(NODE, "thimbl.cli.network:fetch", "Ask those you follow what is new."),
    "log": Entry(NODE, "thimbl.cli.log:log", "Show which hosts were asked, and what came of it."),
    "serve": Entry(NODE, "thimbl.cli.serve:serve", "Answer Finger queries."),
    "site": Entry(NODE, "thimbl.cli.site:site", "Write your pages as files, for a host without a daemon."),
    "finger": Entry(NODE, "thimbl.cli.network:finger", "Ask any Finger query and show the answer as it came."),
    "push": Entry(NODE, "thimbl.cli.push:push", "Take your plan and its archive to a shell host."),
    "hook": Entry(NODE, "thimbl.cli.hook:hook", "Commands of yours that are run when something happens."),
    "export": Entry(NODE, "thimbl.cli.bundles:export", "Write plans and archives into a file, or onto a stick."),
    "import": Entry(NODE, "thimbl.cli.bundles_in:import_", "Take plans and archives from a file, or from a stick."),
    "doctor": Entry(NODE, "thimbl.cli.doctor:doctor", "Say what is wrong with your account or host, and what to do."),
    "verify": Entry(NODE, "thimbl.cli.verify:verify", "Check a plan: who signed it, and whether it holds."),
    "rebuild": Entry(NODE, "thimbl.cli.upkeep:rebuild", "Make the store again from your plan and what was fetched."),
    "completion": Entry(
        NODE, "thimbl.cli.completion.command:completion", "Print what makes your shell complete thimbl's commands."
    ),
    "demo": Entry(NODE, "thimbl.cli.demo.command:demo", "Try it: three hosts on this machine, and an account for you."),
}
