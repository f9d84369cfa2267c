"""Which author an address is of: their own, or one that their log moved away from."""

from typing import Final

from thimbl.core.address import Address
from thimbl.store.database import Database

AUTHOR_ID: Final = (
    "(SELECT id FROM author WHERE address = ?1 UNION ALL SELECT author FROM alias WHERE address = ?1 LIMIT 1)"
)
"""The author of the address that is bound to ?1, or of the log that moved away from it."""


def author_id(database: Database, address: Address) -> int | None:
    """The author of this address, or of the log that moved away from it."""
    found: int | None = database.value(f"SELECT {AUTHOR_ID}", (str(address),))
    return found


def addresses_of(database: Database, author: int) -> list[str]:
    """All addresses of an author, the present one first."""
    return database.column(
        "SELECT address FROM author WHERE id = ?1 UNION ALL SELECT address FROM alias WHERE author = ?1", (author,)
    )
