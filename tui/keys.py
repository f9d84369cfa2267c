"""The keys of the screen, all in one table, in the order in which the foot of the screen and the help show them.

Those of the list and of the page are theirs (`tui.timeline`, `tui.detail`). No key here signs or forgets: those
that lead to it open a question first.
"""

from typing import Final

from textual.binding import Binding

from tui.places import Tab

DEALING: Final = Binding.Group("Bonds and communes: each asks first")
READING: Final = Binding.Group("Reading")
WRITING: Final = Binding.Group("Writing")
PEOPLE: Final = Binding.Group("People")
AROUND: Final = Binding.Group("Getting about")

GROUPS: Final = (DEALING, READING, WRITING, PEOPLE, AROUND)
"""Under which headings the help shows the keys, in order."""

ANYWHERE: Final = frozenset(
    {"app.palette", "app.focus_next", "app.focus_previous", "back", "compose", "fetch", "follow", "help"}
    | {"muted", "search", "turn_view", "undo", "view"}
)
"""Actions of the screen that need no list of posts; all others of `SCREEN_KEYS` are about one."""


def of_lists(action: str) -> bool:
    """Whether this action of the screen is about a list of posts, or the selected row of one."""
    return action in _OF_LISTS


def action_of(binding: Binding) -> str:
    """The name of what a binding does, without what it is done with."""
    return binding.action.partition("(")[0]


def _key(
    group: Binding.Group,
    key: str,
    action: str,
    name: str,
    told: str,
    *,
    shown: bool = False,
    display: str | None = None,
    id: str = "",
) -> Binding:
    name_of = id or action.replace("_", "-")
    return Binding(key, action, name, tooltip=told, show=shown, key_display=display, id=name_of, group=group)


SCREEN_KEYS: Final = (
    _key(WRITING, "c", "compose", "Compose", "write a post", shown=True),
    _key(WRITING, "r", "reply", "Reply", "answer the selected post", shown=True),
    _key(READING, "n", "next_unread", "Unread", "to the next unread one", shown=True),
    _key(AROUND, "slash", "search", "Search", "search for words, or for a #tag", shown=True, display="/"),
    _key(PEOPLE, "f", "follow", "Follow", "follow somebody", shown=True),
    _key(PEOPLE, "R", "fetch", "Fetch", "ask everybody you follow now", shown=True),
    _key(AROUND, "question_mark", "help", "Help", "all keys", shown=True, display="?"),
    _key(AROUND, "colon", "app.palette", "Commands", "all commands, by name", shown=True, display=":", id="commands"),
    _key(AROUND, "q", "back(True)", "Quit", "back; from the timeline: quit", shown=True, id="quit"),
    _key(AROUND, "escape", "back", "Back", "back to where you came from"),
    _key(READING, "t", "thread", "Thread", "the whole thread as a list"),
    _key(WRITING, "E", "edit", "Edit", "edit the selected post, if it is your own"),
    _key(WRITING, "D", "drafts", "Drafts", "go on with a draft"),
    _key(WRITING, "U", "undo", "Undo", "take your last post back"),
    _key(READING, "u", "author", "Author", "all posts of this author"),
    _key(READING, "o", "links", "Links", "open links of the selected post"),
    _key(READING, "H", "history", "History", "what an edited post said before"),
    _key(READING, "v", "record", "Record", "the record as it was signed"),
    _key(READING, "T", "exact", "Times", "exact times in the list, or ages"),
    _key(READING, "z", "unfold", "Unfold", "show what is folded under a subject"),
    _key(READING, "y", "copy", "Copy", "copy text, link, time or reference"),
    _key(READING, "N", "toggle_read", "Toggle read", "mark as unread, or as read"),
    _key(READING, "A", "all_read", "All read", "mark all of this list as read"),
    _key(READING, "full_stop", "take_new", "Show new", "take in what is new", display="."),
    _key(READING, "F", "filter", "Filter", "show only what is unread, or all"),
    _key(READING, "e", "everyone", "Everyone", "the timeline of everyone here, or of whom you follow"),
    _key(PEOPLE, "x", "unfollow", "Unfollow", "stop following the selected author"),
    _key(PEOPLE, "m", "mute", "Mute", "leave its author, a tag or a word out of what you read"),
    _key(PEOPLE, "M", "muted", "Muted", "what is muted, to take it back"),
    _key(PEOPLE, "K", "compare", "Key", "compare the author's key, and pin it"),
    *(
        _key(AROUND, str(number), f"view('{tab}')", tab.capitalize(), f"the view {tab.capitalize()}", id=f"view-{tab}")
        for number, tab in enumerate(Tab, 1)
    ),
    _key(AROUND, "B", "view('bonds')", "Bonds", "the view Bonds", id="bonds"),
    _key(AROUND, "l,right", "turn_view(1)", "Next view", "the next view", id="next-view"),
    _key(AROUND, "h,left", "turn_view(-1)", "Previous view", "the view before", id="previous-view"),
    _key(AROUND, "tab", "app.focus_next", "Next part", "to the next part of the screen", id="next-part"),
    _key(AROUND, "shift+tab", "app.focus_previous", "Part before", "to the part before", id="previous-part"),
)

_OF_LISTS: Final = {action_of(binding) for binding in SCREEN_KEYS} - ANYWHERE
