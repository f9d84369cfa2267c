"""What commands know of communes, and how they read and show months, rates and amounts."""

from typing import TYPE_CHECKING

from thimbl.cli.context import Context

if TYPE_CHECKING:
    from thimbl.core.commune.money import Currency, Period
    from thimbl.home.commons import Commons


def commons_of(context: Context) -> "Commons":
    """What the store of this run comes to."""
    from thimbl.home.commons import Commons

    return Commons(context.account)


def month(text: str) -> "Period":
    """For ``type=``: a calendar month."""
    import click

    from thimbl.core.commune.money import Period, PeriodError

    try:
        return Period.parse(text)
    except PeriodError as error:
        raise click.BadParameter(str(error)) from None


def basis_points(percent: str | None) -> int | None:
    """Basis points of a rate in percent: `4`, `4.5`, `4.25 %`. Raises `RateError`."""
    from thimbl.core.commune.money import read_rate

    return None if percent is None else read_rate(percent)


def money(minor: int, currency: "Currency") -> str:
    """An amount for people."""
    from thimbl.core.commune.money import format_sum

    return format_sum(minor, currency)
