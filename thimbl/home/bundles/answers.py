"""The answers in a backup that no log has: evidence that was kept, plans of version 1, and feeds of the web."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.log import Verdict, judge_bytes
from thimbl.core.plantext import Bounds, PlanTextError, read_data
from thimbl.core.times import FIRST, LAST
from thimbl.home.bundles.names import BACKUP, PLAN, Bundle
from thimbl.store import carrying, webcarrying
from thimbl.store.carrying import NotCarried
from thimbl.store.take import Take
from thimbl.store.writer import Writer

_WEB_BOUNDS: Final = Bounds(bytes=PLAN, nodes=100_000)
"""Of a part: 1,000 entries of a dozen values each."""


def restore_answers(writer: Writer, bundle: Bundle, state: Mapping[str, Any], now: int) -> None:
    """Keep the evidence again, mark who was marked as forked, and take the plans that nobody signed. `now` is in Unix
    seconds. Raises `carrying.NotCarried`."""
    for one in _answers(bundle, state, "evidence"):
        writer.keep_evidence(one.address, Verdict(one.verdict), one.reason, one.raw, one.time)
    for address in sorted(carrying.forked(state)):
        carrying.mark_forked(writer, address)
    for one in _answers(bundle, state, "classic"):
        judgement = judge_bytes(one.raw, writer.known(one.address, 1, 1), now)
        if judgement.verdict is Verdict.UNSIGNED:
            writer.take_many([Take(judgement, now, one.address, one.raw, carried=True)])


def web_parts(bundle: Bundle) -> Iterator[webcarrying.Carried]:
    """What feeds of the web had said, looked through. Raises `carrying.NotCarried`."""
    for name in sorted(name for name in bundle.sizes() if name.startswith(f"{BACKUP}web/")):
        try:
            data = read_data(bundle.read(name).decode("utf-8").strip(), _WEB_BOUNDS)
        except (PlanTextError, UnicodeDecodeError) as error:
            raise NotCarried(f"{name.removeprefix(BACKUP)}: {error}") from None
        yield webcarrying.read_part(data)


def restore_web(writer: Writer, bundle: Bundle) -> None:
    """Put it back. Likewise."""
    for part in web_parts(bundle):
        webcarrying.restore_part(writer, part)


def _answers(bundle: Bundle, state: Mapping[str, Any], kind: str) -> Iterator[carrying.Unchecked]:
    listed = state.get(kind, [])
    if not isinstance(listed, list):
        raise NotCarried(f"{kind} is not a list")
    for one in listed:
        name = f"{BACKUP}{kind}/{one.get('file')}" if isinstance(one, dict) else ""
        if name not in bundle.sizes():
            raise NotCarried(f"an answer of {kind} is not there")
        verdict, reason, time = one.get("verdict"), one.get("reason"), one.get("time")
        try:
            address = Address.parse(str(one.get("address")))
        except AddressError:
            raise NotCarried(f"an answer of {kind} is nobody's") from None
        if verdict not in list(Verdict) or not isinstance(reason, str) or type(time) is not int:
            raise NotCarried(f"an answer of {kind} has no verdict, reason and time")
        yield carrying.Unchecked(address, verdict, reason, min(max(time, FIRST), LAST), bundle.read(name))
