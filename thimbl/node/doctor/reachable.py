"""Whether the address leads here: asked as a reader asks it, by name, from this machine.

What a host sees of itself is not all that the world sees: a firewall or a router before it shows only from outside.
"""

from collections.abc import Iterator

from finger.errors import ConnectionRefused, HostUnreachable, TimedOut
from thimbl.core.address import Address, format_hostport
from thimbl.node.doctor.finding import Finding, fault, note, ok
from thimbl.node.doctor.patient import Network, Patient, Reply, Sample
from thimbl.node.doctor.ports import serving_command
from thimbl.node.doctor.replies import Likeness, compare


def by_address(patient: Patient) -> Iterator[Finding]:
    """What a query for the address gives, and where its name leads."""
    address, network = patient.asked_for, patient.network
    if address is None:
        return
    if network is None or (network.address is None and not network.trouble):
        yield note("address", f"Whether {address} leads here was not asked.", f"thimbl finger {address}")
        return
    if network.trouble:
        yield fault(
            "address", f"Nobody could be asked: a fault of the program ({network.trouble}).", "please report it"
        )
        return
    if network.unresolved:
        yield fault(
            "address",
            f"Nobody can find {address}: the name {address.host} stands for no address ({network.unresolved}).",
            f"an A or AAAA record for {address.host}, at whoever keeps the names of its domain",
            f"look: getent hosts {address.host}",
        )
        return
    yield from _where(patient, address, network)
    if network.address is not None:
        yield _answered(patient, address, network.address)
    yield from _each(address, network)


def _where(patient: Patient, address: Address, network: Network) -> Iterator[Finding]:
    if network.stands_for == (address.host,) and network.is_loopback:
        yield note(
            "address", f"{address.host} is this machine as it speaks to itself: nobody elsewhere reaches {address}."
        )
    elif network.is_loopback and address.host != "localhost":
        yield note(
            "address",
            f"On this machine {address.host} stands for {', '.join(network.stands_for)}, as /etc/hosts says: where it "
            "leads from elsewhere was not seen.",
            f"from elsewhere: getent hosts {address.host}",
        )
    elsewhere = [text for text in network.stands_for if not patient.machine.is_here(text)]
    if network.stands_for and len(elsewhere) == len(network.stands_for):
        port = address.port
        yield note(
            "address",
            f"{address.host} stands for {', '.join(elsewhere)}, which is not this machine. That is right where a router"
            f" passes port {port} on to it, or where you push your plan to that host; else the name is wrong.",
            f"pass port {port} on: in the router, 'port forwarding' of TCP {port}",
            f"an A or AAAA record of {address.host} that names this machine",
        )


def _answered(patient: Patient, address: Address, reply: Reply) -> Finding:
    sample = patient.sample or Sample(address.user, b"")
    if reply.raw is None:
        return _silent(patient, address, reply)
    found = compare(reply.raw, sample)
    way = _way(patient, address)
    look = f"thimbl finger {address}"
    match found.likeness:
        case Likeness.SAME:
            return ok("address", f"Who fingers {address}{way} gets the plan that is here.")
        case Likeness.OLDER:
            said = f"Who fingers {address}{way} gets {found.said}."
            return fault("address", said, "thimbl push, if you push it there", look)
        case Likeness.NEWER:
            return fault(
                "address",
                f"Who fingers {address}{way} gets {found.said}. Post nothing from here: it would take a number that is "
                "taken, and you would be forked.",
                "bring plan and archive here from where you posted last",
            )
        case Likeness.NONE:
            said = f"Who fingers {address}{way} gets {found.said}."
            return fault("address", said, "see the lines on permissions and ports above", look)
        case _:
            return fault("address", f"Who fingers {address}{way} gets something else: {found.said}.", look)


def _way(patient: Patient, address: Address) -> str:
    """Where the question went, if a route of the settings sends it elsewhere."""
    target = patient.home.settings.route(address.host, address.port)
    if target == (address.host, address.port):
        return ""
    return f" (asked at {format_hostport(*target)}, by your own route; others ask elsewhere)"


def _silent(patient: Patient, address: Address, reply: Reply) -> Finding:
    failure, port = reply.failure, address.port
    remedies = {
        ConnectionRefused: (
            f"start a daemon: {serving_command(patient)}", f"let TCP {port} through the firewall of this machine"
        ),
        TimedOut: (f"let TCP {port} through the firewall, here or in the router", "see whether the daemon is stuck"),
        HostUnreachable: (f"look: getent hosts {address.host}", "look: ip route"),
    }
    remedy = next((found for kind, found in remedies.items() if isinstance(failure, kind)), ("try again",))
    return fault("address", f"Who fingers {address}{_way(patient, address)} gets no answer: {failure}.", *remedy)


def _each(address: Address, network: Network) -> Iterator[Finding]:
    """Where a name stands for several addresses, and not all of them answer: IPv4 and IPv6, as a rule."""
    silent = [text for text, reply in network.each.items() if reply.raw is None and not network.is_loopback]
    if silent and len(silent) < len(network.each):
        for text in silent:
            kind = "IPv6" if ":" in text else "IPv4"
            listen = "tcp6" if kind == "IPv6" else "tcp"
            yield fault(
                "address",
                f"{address.host} also stands for {text}, where nobody answers ({network.each[text].failure}): readers "
                f"who have {kind} alone do not reach you.",
                f"thimbl serve --listen {listen}:{address.port}",
                f"take the {'AAAA' if kind == 'IPv6' else 'A'} record {text} away",
            )
