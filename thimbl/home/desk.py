"""What the terminal UI writes with (`tui.ports.Desk`): the same acts as the command line, over one account."""

from thimbl.home.desks.late import LateMarketDesk
from thimbl.home.desks.people import PeopleDesk
from thimbl.home.desks.store import StoreDesk
from thimbl.home.desks.writing import WritingDesk


class Desk(WritingDesk, PeopleDesk, StoreDesk, LateMarketDesk):
    """One person's own writing. Every method may wait for the disk."""
