"""A key that only an `ssh-agent` holds (draft-miller-ssh-agent): ask it for a signature over its socket."""

import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from thimbl.core.keys import PublicKey
from thimbl.core.sshsig import ssh_string
from thimbl.home.errors import KeyProblem

REQUEST_IDENTITIES: Final = 11
IDENTITIES_ANSWER: Final = 12
SIGN_REQUEST: Final = 13
SIGN_RESPONSE: Final = 14

SIGN_TIMEOUT: Final = 60.0
"""Seconds: an agent may ask its owner to confirm each use (`ssh-add -c`), or to touch a token."""

LIST_TIMEOUT: Final = 5.0
"""Seconds: nobody is asked for a list, so an agent that keeps silent is a dead forwarding."""

MAX_REPLY: Final = 256 * 1024
"""Bytes: OpenSSH's own bound for an agent's message."""


class AgentError(KeyProblem):
    """The ssh-agent did not sign: see 'ssh-add -l' for what it holds."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A `Signer` whose private key is in the agent behind `path`."""

    path: Path
    public: PublicKey

    def holds_key(self) -> bool:
        """Whether the agent has the key. Raises `AgentError` where it does not answer."""
        kind, body = self._ask(bytes([REQUEST_IDENTITIES]), LIST_TIMEOUT)
        return kind == IDENTITIES_ANSWER and ssh_string(self._blob) in body

    def sign_blob(self, blob: bytes) -> bytes:
        """The 64 bytes of Ed25519's signature of `blob`. Raises `AgentError`."""
        flags = struct.pack(">I", 0)
        message = bytes([SIGN_REQUEST]) + ssh_string(self._blob) + ssh_string(blob) + flags
        kind, body = self._ask(message, SIGN_TIMEOUT)
        start = ssh_string(b"ssh-ed25519") + struct.pack(">I", 64)
        signature = body[4:]
        if kind != SIGN_RESPONSE or not signature.startswith(start) or len(signature) != len(start) + 64:
            raise AgentError(f"The ssh-agent would not sign with {self.public.fingerprint}: see 'ssh-add -l'.")
        return signature[len(start) :]

    @property
    def _blob(self) -> bytes:
        return ssh_string(b"ssh-ed25519") + ssh_string(self.public.point)

    def _ask(self, message: bytes, timeout: float) -> tuple[int, bytes]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(timeout)
                connection.connect(str(self.path))
                connection.sendall(ssh_string(message))
                (length,) = struct.unpack(">I", _read(connection, 4))
                if not 1 <= length <= MAX_REPLY:
                    raise AgentError(f"What listens at {self.path} is no ssh-agent.")
                reply = _read(connection, length)
        except OSError as error:
            raise AgentError(f"The ssh-agent at {self.path} does not answer: {error.strerror or error}.") from None
        return reply[0], reply[1:]


def _read(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            raise AgentError("The ssh-agent hung up.")
        data += piece
    return data
