"""Plans of version 1 on the web: what Thimbl wrote in 2010, as unsigned posts (plan-format 5)."""

from thimbl.core.address import Address
from thimbl.core.classic import ClassicPlan, Message, NotClassic, read_classic
from thimbl.core.log import Verdict
from thimbl.core.plantext import PlanTextError, decode
from thimbl.core.records import POST
from thimbl.core.terminal import safe_line
from thimbl.home.shown import Profile
from thimbl.node.serving.accounts import Account
from thimbl.store.types import Item


def classic_plan(raw: bytes) -> ClassicPlan | None:
    """The plan of version 1 in the bytes of a file that says whose it is; None where it is none."""
    try:
        plan = read_classic(decode(raw))
    except (NotClassic, PlanTextError):
        return None
    return plan if plan.address is not None else None


def classic_profile(account: Account, plan: ClassicPlan) -> Profile:
    """What it says of its author. Nobody there agreed to be listed: in 2010 there was no such question."""
    return Profile(
        who=account.name,
        address=plan.address,
        name=plan.name or safe_line(account.full_name),
        bio=plan.bio,
        properties=plan.properties,
        following=plan.following,
        verdict=Verdict.UNSIGNED,
    )


def classic_items(plan: ClassicPlan, address: Address, name: str) -> list[Item]:
    """Its messages, newest first; of one that is there twice, one."""
    by_id = {message.id: message for message in reversed(plan.messages)}
    return [_item(message, id_, address, name) for id_, message in reversed(by_id.items())]


def _item(message: Message, id_: str, address: Address, name: str) -> Item:
    return Item(
        rowid=0,
        address=address,
        name=name,
        nick=None,
        is_me=False,
        verdict=Verdict.UNSIGNED,
        id=id_,
        seq=None,
        time=message.time,
        kind=POST,
        text=message.text,
        subject=None,
        re=None,
        to=message.to,
        edited=None,
        retracted=False,
        withheld=False,
        unread=False,
        malformed=None,
        body={"text": message.text},
    )
