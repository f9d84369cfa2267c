"""What can be wrong with the store on this machine. None of it is the fault of a peer.

The message says what happened and what to do next; that is what a person is shown. Whatever SQLite raises becomes one
of these (`thimbl.store.database`).
"""


class StoreError(Exception):
    """The store can not be used."""


class StoreMissing(StoreError):
    """There is no store: 'thimbl rebuild' and then 'thimbl fetch' make it again, and 'thimbl init' begins an
    account."""


class StoreTooNew(StoreError):
    """The store was made by a newer thimbl: install that version, or keep two accounts apart with THIMBL_HOME."""


class StoreDamaged(StoreError):
    """The store is damaged: move it away and run 'thimbl rebuild', then 'thimbl fetch'; the plan files are whole."""


class StoreBusy(StoreError):
    """Another thimbl has been writing to the store for too long: try again, or end that one."""


class StoreReadOnly(StoreError):
    """The store can not be written: let both its file and its folder be yours to write (ls -l, chmod u+w), or use an
    account of your own (THIMBL_HOME)."""


class StoreReplaced(StoreError):
    """The store was taken away or replaced while in use: start again what uses it."""


class StoreUnread(StoreError):
    """A part of the store could not be read or written: leave all that runs of thimbl and start it again, since a file
    beside the store may have been taken away; where that does not help, look after the disk."""


class StoreFull(StoreError):
    """The store could not be written: there is no room left on the disk. Nothing of this change was kept."""
