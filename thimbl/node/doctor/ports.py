"""The ports: free, taken and by whom, or out of reach without a right (RFC 1288 2.1 has port 79, which is root's)."""

import errno
import os
from collections.abc import Iterator
from typing import Final

from finger.sockets import KINDS
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.patient import Patient
from thimbl.node.doctor.places import Place
from thimbl.node.doctor.replies import Likeness, compare
from thimbl.node.doctor.sockets import Listener, is_ours

ANOTHER: Final = 7_979
"""A port that anybody may have: what these pages use where 79 is not to be had."""


def each_place(patient: Patient) -> Iterator[Finding]:
    """Every place where a daemon is to listen."""
    for text in patient.listen:
        try:
            place = Place.parse(text)
        except ValueError as error:
            yield fault("port", f"Nobody can listen at {text!r}: {error}.", "thimbl serve --listen tcp:79")
            continue
        if place.kind == "unix":
            yield _socket(place)
        elif place.kind == "systemd":
            yield note("port", f"{text} is opened by systemd: whether it is, systemd knows.", "systemctl list-sockets")
        elif place.port:
            yield _port(patient, place)
        elif place.port is None:
            said = f"Nobody can listen at {text!r}: places begin with one of {', '.join(KINDS)}."
            yield fault("port", said, "thimbl serve --listen tcp:79")


def _socket(place: Place) -> Finding:
    folder = os.path.dirname(os.path.abspath(place.path))
    if not os.path.isdir(folder):
        return fault("port", f"There is no folder {folder} for the socket {place.path}.", f"mkdir -p {quoted(folder)}")
    return ok("port", f"There is a folder for the socket {place.path}.")


def _port(patient: Patient, place: Place) -> Finding:
    machine, port = patient.machine, place.port or 0
    one = patient.holders.get(place.text)
    trouble = errno.EADDRINUSE if one else machine.bind(place.host, port, place.is_ipv6)
    if trouble == errno.EAFNOSUPPORT and place.kind == "dual":  # it takes what there is
        trouble = machine.bind(place.host, port, False)
    if trouble == errno.EADDRINUSE:
        return _taken(patient, place, one)
    if trouble in (errno.EACCES, errno.EPERM) or (port < machine.first_free_port and not machine.may_take_low_ports):
        return _low(patient, place)
    if trouble == errno.EADDRNOTAVAIL:
        return fault("port", f"This machine has no address {place.host}, where {place.text!r} listens.", "ip address")
    if trouble == errno.EAFNOSUPPORT:
        return fault(
            "port", f"{place.text!r} wants IPv6, which this machine has not.", f"thimbl serve --listen tcp:{port}"
        )
    if trouble is not None:
        return fault("port", f"Nobody can listen at {place.text!r}: {os.strerror(trouble)}.")
    said = f"Nothing listens at {place.named}, and you may: no daemon is running."
    return note("port", said, serving_command(patient))


def serving_command(patient: Patient, *listen: str) -> str:
    """The command that serves what is looked at, at these places or where it is to be."""
    serve = patient.serve
    words = ["thimbl serve", f"--spool {quoted(serve.spool)}" if serve.spool else "", "--homes" if serve.homes else ""]
    words += [f"--listen {quoted(text)}" for text in listen or serve.listen]
    return " ".join(word for word in words if word)


def _elsewhere(patient: Patient) -> str:
    return f"another port, which addresses have to name: {serving_command(patient, f'tcp:{ANOTHER}')}"


def _low(patient: Patient, place: Place) -> Finding:
    port, first = place.port or 0, patient.machine.first_free_port
    allowed = patient.machine.etc / "authbind" / "byport" / str(port)
    said = f"{place.named.capitalize()} is below {first}, and you may not listen there: such ports are root's."
    return fault(
        "port",
        said,
        f"let systemd open it: thimbl.socket, with ListenStream={port} (thimbl serve --units /etc/systemd)",
        "AmbientCapabilities=CAP_NET_BIND_SERVICE in the [Service] of thimbl.service",
        f"authbind --deep {serving_command(patient)} (once {allowed} may be executed by you)",
        f"start it as root with --user: it binds, and then is root no longer: {serving_command(patient)} --user thimbl",
        f"sysctl net.ipv4.ip_unprivileged_port_start={port} (then anybody may have it)",
        _elsewhere(patient),
    )


def _taken(patient: Patient, place: Place, one: Listener | None) -> Finding:
    who = one.named if one else "another program"
    reply = patient.network.places.get(place.text) if patient.network else None
    if reply is None:
        if one and is_ours(one):
            return ok("port", f"{who} listens at {place.named}. What it answers was not asked.")
        return note(
            "port", f"{who} listens at {place.named}. What it is was not asked.", "thimbl doctor, without --offline"
        )
    if reply.failure is not None or reply.raw is None:
        return fault(
            "port",
            f"{place.named.capitalize()} is taken by {who}, and that speaks no Finger: {_why(reply.failure)}.",
            *_instead(patient, one),
        )
    if patient.sample is None:
        return ok("port", f"A daemon answers at {place.named}: {who}.")
    found = compare(reply.raw, patient.sample)
    if found.likeness == Likeness.SAME:
        views = "" if found.is_thimbl else ", without the views of thimbl: readers fetch the whole plan each time"
        return ok("port", f"A daemon answers here, at {place.named}, with the plan of {patient.sample.name}{views}.")
    said = f"{place.named.capitalize()} is taken by {who}, which answers with {found.said}."
    return fault("port", said, *_instead(patient, one))


def _why(failure: object) -> str:
    return str(failure).rpartition(": ")[2] if failure else "it says nothing"


def _instead(patient: Patient, one: Listener | None) -> tuple[str, ...]:
    stop = f"kill {one.pid}" if one and one.pid else "see who it is, as root: ss -ltnp"
    return (stop, _elsewhere(patient))
