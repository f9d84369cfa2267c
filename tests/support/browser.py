"""A browser for tests: one headless Chromium, spoken to over pipes by the DevTools protocol, without any network.

- Every request that it makes comes to `Browser.app`, which answers it in this process: what is not answered there
  fails, and is remembered as `strange`. Nothing listens, nothing is resolved.
- What the console complains of, violations of the Content-Security-Policy included, is in `complaints`.
- The protocol: https://chromedevtools.github.io/devtools-protocol/ ; a message is JSON and ends in NUL
  (`--remote-debugging-pipe`: the browser reads from descriptor 3 and writes to 4).
"""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Self

PATIENCE = 30.0
"""Seconds for one answer: a machine that does much else takes a few for the start."""

QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


@dataclass(frozen=True)
class Answer:
    """What a request gets."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


App = Callable[[str, Mapping[str, str]], Answer | None]
"""From a URL and the request's headers to an answer; None where there is nothing of the kind."""


class BrowserFailed(AssertionError):
    """The browser did not do what it was asked, or said nothing."""


class Browser:
    """One browser with one page. A context manager."""

    def __init__(self, profile: Path, app: App) -> None:
        self.app = app
        self.complaints: list[str] = []
        self.strange: list[str] = []
        self._number = 0
        self._buffer = b""
        self.loaded = 0
        self._session: str | None = None
        program = shutil.which("chromium")
        assert program is not None, "there is no chromium: apt-get install chromium"
        self._in, theirs_write = os.pipe()
        theirs_read, self._out = os.pipe()
        self._pid = _start(
            [program, *QUIET, f"--user-data-dir={profile}", "about:blank"], profile, theirs_read, theirs_write
        )
        os.close(theirs_read)
        os.close(theirs_write)

    def __enter__(self) -> Self:
        try:
            targets = self.call("Target.getTargets")["targetInfos"]
            target = next(one["targetId"] for one in targets if one["type"] == "page")
            self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "DOM"):
                self.call(f"{domain}.enable")
            self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._session = None
        with suppress(OSError):  # it is gone already
            self._send("Browser.close", {})
            while os.read(self._in, 1 << 16):
                pass  # until it has ended
        self._end()

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._in)
        os.close(self._out)

    # what a test does

    def open(self, url: str) -> None:
        """Go there, and wait until all of it is loaded."""
        loaded = self.loaded
        result = self.call("Page.navigate", url=url)
        if "errorText" in result:
            raise BrowserFailed(f"{url}: {result['errorText']}")
        self.wait(loaded)

    def wait(self, loaded: int) -> None:
        """Wait until one more page is loaded than when `self.loaded` was so many."""
        self.until(lambda: self.loaded != loaded)

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that the browser tells of."""
        while not happened():
            self._read()

    def look(self, *, width: int, height: int = 800, dark: bool = False, contrast: bool = False) -> None:
        """How wide the page is, and what its reader prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        more = {"name": "prefers-contrast", "value": "more" if contrast else "no-preference"}
        self.call("Emulation.setEmulatedMedia", features=[scheme, more])

    def ask(self, expression: str) -> Any:
        """The value of an expression of JavaScript on the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise BrowserFailed(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and let go of a key: ``press("Tab", 9)``."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def picture(self) -> bytes:
        """The whole page as PNG."""
        found = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(found["data"])

    # the protocol

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        number = self._send(method, parameters)
        while True:
            message = self._read()
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserFailed(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def _send(self, method: str, parameters: Mapping[str, Any]) -> int:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        view = memoryview(json.dumps(message).encode() + b"\0")
        while view:
            view = view[os.write(self._out, view) :]
        return self._number

    def _read(self) -> dict[str, Any]:
        """The next message; what has to be done for an event is done."""
        until = monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, until - monotonic()))
            data = os.read(self._in, 1 << 16) if ready else b""
            if not data:
                raise BrowserFailed("the browser says nothing" if not ready else "the browser is gone")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._hear(message.get("method", ""), message.get("params", {}))
        return message

    def _hear(self, event: str, told: Mapping[str, Any]) -> None:
        match event:
            case "Page.loadEventFired":
                self.loaded += 1
            case "Fetch.requestPaused":
                self._answer(told["requestId"], told["request"])
            case "Log.entryAdded":
                entry = told["entry"]
                self.complaints.append(f"{entry['level']}: {entry['text']} ({entry.get('url', '')})")
            case "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(told))

    def _answer(self, request_id: str, request: Mapping[str, Any]) -> None:
        answer = self.app(request["url"], {name.lower(): value for name, value in request["headers"].items()})
        if answer is None:
            self.strange.append(request["url"])
            self._send("Fetch.failRequest", {"requestId": request_id, "errorReason": "AddressUnreachable"})
            return
        self._send(
            "Fetch.fulfillRequest",
            {
                "requestId": request_id,
                "responseCode": answer.status,
                "responseHeaders": [{"name": name, "value": value} for name, value in answer.headers],
                "body": base64.b64encode(answer.body).decode(),
            },
        )


def _start(command: list[str], home: Path, read: int, write: int) -> int:
    """A process that has these descriptors as 3 and 4, and no terminal; its number."""
    # Where one of them is 3 or 4, the other must not take its place.
    high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in (read, write)]
    actions = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
    places = [(os.POSIX_SPAWN_DUP2, one, number) for number, one in zip((3, 4), high, strict=True)]
    environ = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "disabled:", "HOME": str(home), "TZ": "UTC"}
    try:
        return os.posix_spawn(command[0], command, environ, file_actions=[*actions, *places], setsid=True)
    finally:
        for one in high:
            os.close(one)
