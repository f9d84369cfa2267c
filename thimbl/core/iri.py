"""Accounts and records as IRIs (docs/decisions/0006): ``finger://HOST[:PORT]/USER``, and ``#ID`` behind for a record.

All characters of an address and of an id are fit for an IRI as they are, and an address is in its canonical form, so
two IRIs mean the same exactly when they are equal.
"""

from thimbl.core.address import Address, AddressError, Reference

_SCHEME = "finger://"


def is_finger(iri: str) -> bool:
    """Whether `iri` is of this scheme, whatever it is of."""
    return iri.startswith(_SCHEME)


def account_iri(address: Address) -> str:
    """``finger://host[:port]/user``."""
    return f"{_SCHEME}{address.hostport}/{address.user}"


def record_iri(reference: Reference) -> str:
    """``finger://host[:port]/user#id``."""
    return f"{account_iri(reference.address)}#{reference.id}"


def account_of(iri: str) -> Address:
    """The account that `iri` is of, or is of a record or a list of. Raises `AddressError`."""
    return Address.parse(_split(iri)[0])


def record_of(iri: str) -> Reference:
    """The record that `iri` is of. Raises `AddressError`."""
    address, record_id = _split(iri)
    return Reference.parse(f"{address}#{record_id}")


def _split(iri: str) -> tuple[str, str]:
    """The address as people write it, and what stands behind the ``#``."""
    if not is_finger(iri):
        raise AddressError(f"{iri[:60]!r} is no IRI of an account: those begin with {_SCHEME}")
    host, _, rest = iri.removeprefix(_SCHEME).partition("/")
    user, _, record_id = rest.partition("#")
    return f"{user}@{host}", record_id
