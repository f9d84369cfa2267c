"""Firewalls of this machine, as far as anybody may see them. What they let through, root knows, and who is outside."""

import re
from collections.abc import Iterator

from thimbl.node.doctor.finding import Finding, note
from thimbl.node.doctor.machine import Machine
from thimbl.node.doctor.patient import Patient

_UFW_ON = re.compile(r"^\s*ENABLED\s*=\s*yes", re.MULTILINE | re.IGNORECASE)
_NFT_DROPS = re.compile(r"hook\s+input\b[^}]*policy\s+drop", re.DOTALL)


def hint(patient: Patient) -> Iterator[Finding]:
    """A firewall that is on, and the command that lets the port through it."""
    ports = [place.port for place in patient.places if place.port and not place.host.startswith(("127.", "::1"))]
    alone = patient.network is not None and patient.network.is_loopback
    if not ports or alone or patient.asked_for is None:
        return
    port = ports[0]
    found = list(_walls(patient.machine, port))
    for name, remedy in found:
        yield note(
            "firewall", f"{name} is on: see that it lets TCP port {port} in. From here that does not show.", remedy
        )
    if not found:
        yield note(
            "firewall",
            "No firewall of this machine shows; one in front of it (a router, the provider's) would not. Whether the "
            "world reaches this host, only another machine can tell.",
            f"from elsewhere: finger {patient.asked_for}",
        )


def _walls(machine: Machine, port: int) -> Iterator[tuple[str, str]]:
    if _UFW_ON.search(machine.text(machine.etc / "ufw/ufw.conf")):
        yield "ufw", f"ufw allow {port}/tcp"
    if (machine.run / "firewalld").exists():
        yield "firewalld", f"firewall-cmd --permanent --add-port={port}/tcp && firewall-cmd --reload"
    if _NFT_DROPS.search(machine.text(machine.etc / "nftables.conf")):
        yield (
            "nftables, which drops what no rule names,",
            f"in {machine.etc / 'nftables.conf'}: tcp dport {port} accept",
        )
