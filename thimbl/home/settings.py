"""The settings in `config.yaml`, and the few that the environment may override.

The file is read as strictly as a plan: a misspelt key is an error that names it, not a setting that does
nothing. What a plan's head says (name, bio, mirrors) is not here: the plan is the one place for that. What
a file does not say is not loaded: every command reads this one, and few have to do with daemons and screens.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from thimbl.core.address import Address, AddressError, format_hostport, parse_hostport
from thimbl.core.compose import WINDOW_BYTES
from thimbl.core.plantext import MAX_BYTES, PlanTextError, decode, read_data
from thimbl.core.planwriter import write
from thimbl.home.durable import SECRET, write_file
from thimbl.home.errors import SettingsError, unreadable
from thimbl.home.hooks.settings import HookSettings, hooks_data, read_hooks
from thimbl.home.paths import Paths

if TYPE_CHECKING:
    from thimbl.home.proxy import Proxy, ProxyFor
    from thimbl.home.screen import ScreenSettings
    from thimbl.home.serving import ServeSettings

MIN_WINDOW: Final = 16 * 1024
"""Bytes: a head and one post of the longest text."""

_ADDRESS: Final = re.compile(r"^(address:[ \t]+)\S+", re.MULTILINE)
"""The setting as `save` and most people write it, up to a comment behind it."""

Route = tuple[tuple[str, int], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What `config.yaml` says."""

    address: Address | None = None
    key: Path | None = None
    """A private key elsewhere, or a public one whose private part an `ssh-agent` holds."""
    plan: Path | None = None
    """The plan elsewhere than `~/.plan`, such as in a spool."""
    window: int = WINDOW_BYTES
    """Bytes of the published plan."""
    routes: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    """Where to connect instead: host and port to host and port, like /etc/hosts."""
    proxy: "Proxy | None" = None
    """By way of which `.onion` hosts, or all, are asked."""
    private_hosts: bool = False
    """Whether a host that a plan names, such as a mirror, may lead into this machine or a private network."""
    push: str | None = None
    """Where `thimbl push` takes the plan, unless it is told: see `thimbl.home.push.Target`."""
    serving: "ServeSettings | None" = None
    """What a daemon serves, and how, as far as the file says it: see `serve`."""
    screen: "ScreenSettings | None" = None
    """How the terminal UI looks, moves and rings, as far as the file says it: see `tui`."""
    hooks: HookSettings = field(default_factory=HookSettings)
    """Commands that are run when something happens."""

    @property
    def serve(self) -> "ServeSettings":
        """What a daemon serves, and how."""
        from thimbl.home.serving import ServeSettings

        return self.serving or ServeSettings()

    @property
    def tui(self) -> "ScreenSettings":
        """How the terminal UI looks, moves and rings."""
        from thimbl.home.screen import ScreenSettings

        return self.screen or ScreenSettings()

    def route(self, host: str, port: int) -> tuple[str, int]:
        """Where to connect for this host."""
        return self.routes.get((host, port), (host, port))


def load(paths: Paths, environ: Mapping[str, str]) -> Settings:
    """The settings; the defaults where there is no file. Raises `SettingsError`."""
    data: dict[str, Any] = {}
    if paths.config.exists():
        try:
            data = read_data(decode(paths.config.read_bytes()))
        except (PlanTextError, OSError) as error:
            raise unreadable(paths.config, error) from None
    reader = _Reader(paths.config, data)
    settings = Settings(
        address=reader.address(),
        key=reader.path("key"),
        plan=reader.path("plan"),
        window=reader.window(),
        routes=dict(reader.routes()),
        proxy=reader.proxy(environ),
        private_hosts=reader.private_hosts(environ),
        push=reader.push(),
        serving=reader.serve(),
        screen=reader.tui(),
        hooks=reader.hooks(),
    )
    reader.nothing_else()
    if (text := environ.get("THIMBL_ROUTES")) is not None:
        routes = [_route(item, "THIMBL_ROUTES") for item in text.replace(",", " ").split()]
        return replace(settings, routes={**settings.routes, **dict(routes)})
    return settings


def save(paths: Paths, settings: Settings) -> None:
    """Write `config.yaml`. Raises `SettingsError` for a path that is not UTF-8, which YAML can not hold."""
    data: dict[str, Any] = {}
    if settings.address is not None:
        data["address"] = str(settings.address)
    data |= {name: str(value) for name in ("key", "plan") if (value := getattr(settings, name)) is not None}
    if settings.window != WINDOW_BYTES:
        data["window"] = settings.window
    if settings.routes:
        data["routes"] = [f"{format_hostport(*a)}={format_hostport(*b)}" for a, b in settings.routes.items()]
    if settings.proxy is not None:
        data |= {"proxy": str(settings.proxy), "proxy_for": str(settings.proxy.which)}
    if settings.private_hosts:
        data["private_hosts"] = True
    if settings.push is not None:
        data["push"] = settings.push
    if settings.serving is not None:
        from thimbl.home.serving import serving_data

        data |= {"serve": said} if (said := serving_data(settings.serving)) else {}
    if settings.screen is not None:
        from thimbl.home.screen import screen_data

        data |= {"tui": said} if (said := screen_data(settings.screen)) else {}
    if settings.hooks:
        data["hooks"] = hooks_data(settings.hooks)
    text = write(data)
    try:
        read_data(text)
    except PlanTextError as error:
        raise SettingsError(f"{paths.config} can not say that: {error.reason}. Rename the file it names.") from None
    write_file(paths.config, text.encode("utf-8"), SECRET)


def change_address(paths: Paths, address: Address) -> None:
    """Write another address into `config.yaml`; all else in it stays, comments too. Raises `SettingsError`."""
    try:
        text = decode(paths.config.read_bytes())
        data = read_data(text)
    except (PlanTextError, OSError) as error:
        raise unreadable(paths.config, error) from None
    made = _ADDRESS.sub(lambda found: f"{found[1]}{address}", text, count=1)
    wanted = {**data, "address": str(address)}
    if not _says(made, wanted):  # it is written in some other way, such as JSON
        made = write(wanted)
    write_file(paths.config, made.encode("utf-8"), SECRET)


def _says(text: str, data: Mapping[str, Any]) -> bool:
    try:
        return read_data(text) == data
    except PlanTextError:
        return False


def _route(text: str, where: str) -> Route:
    source, _, target = text.partition("=")
    try:
        return parse_hostport(source.strip()), parse_hostport(target.strip())
    except AddressError as error:
        raise SettingsError(f"{where}: {text!r} is no route (HOST[:PORT]=HOST[:PORT]): {error}") from None


def _proxy(text: str, which: str | None, where: str) -> "Proxy":
    from thimbl.home.proxy import Proxy, ProxyFault, ProxyFor

    try:
        return Proxy.parse(text, _proxy_for(which or ProxyFor.ONION, f"{where}: proxy_for"))
    except ProxyFault as error:
        raise SettingsError(f"{where}: proxy: {error}.") from None


def _proxy_for(text: str, where: str) -> "ProxyFor":
    from thimbl.home.proxy import ProxyFor

    try:
        return ProxyFor(text)
    except ValueError:
        raise SettingsError(f"{where} must be {' or '.join(ProxyFor)}.") from None


class _Reader:
    """Takes one setting after the other, so that what is left over can be named."""

    def __init__(self, path: Path, data: dict[str, Any]) -> None:
        self.where, self.folder, self.data = path, path.parent, dict(data)

    def _take(self, name: str, kind: type, wanted: str) -> Any:
        value = self.data.pop(name, None)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise SettingsError(f"{self.where}: {name} must be {wanted}.")
        return value

    def address(self) -> Address | None:
        text = self._take("address", str, "an address such as ana@fields.example")
        try:
            return None if text is None else Address.parse(text)
        except AddressError as error:
            raise SettingsError(f"{self.where}: address: {error}") from None

    def path(self, name: str) -> Path | None:
        text = self._take(name, str, "a path")
        if text is None:
            return None
        try:
            path = Path(text).expanduser()
        except RuntimeError:
            raise SettingsError(f"{self.where}: {name}: nobody's home is {text.partition('/')[0]!r} here.") from None
        if not text or "\0" in text:
            raise SettingsError(f"{self.where}: {name} must be a path.")
        return self.folder / path

    def window(self) -> int:
        value = self._take("window", int, "a number of bytes")
        if value is None:
            return WINDOW_BYTES
        if not MIN_WINDOW <= value <= MAX_BYTES:
            raise SettingsError(f"{self.where}: window must lie between {MIN_WINDOW} and {MAX_BYTES} bytes.")
        return int(value)

    def routes(self) -> list[Route]:
        value = self._take("routes", list, "a list of HOST[:PORT]=HOST[:PORT]") or []
        return [_route(str(item), f"{self.where}: routes") for item in value]

    def proxy(self, environ: Mapping[str, str]) -> "Proxy | None":
        which = self._take("proxy_for", str, "onion or all")
        text = self._take("proxy", str, "the address of a proxy, such as socks5://127.0.0.1:9050")
        proxy = None if text is None else _proxy(text, which, str(self.where))
        if which is not None and proxy is None:
            raise SettingsError(f"{self.where}: proxy_for says what a proxy is for, and there is no proxy.")
        # From the environment, nothing at all takes the proxy of the file away.
        if (text := environ.get("THIMBL_PROXY")) is not None:
            proxy = _proxy(text, proxy.which if proxy else None, "THIMBL_PROXY") if text.strip() else None
        if (which := environ.get("THIMBL_PROXY_FOR")) and proxy is not None:
            proxy = replace(proxy, which=_proxy_for(which, "THIMBL_PROXY_FOR"))
        return proxy

    def private_hosts(self, environ: Mapping[str, str]) -> bool:
        value = self.data.pop("private_hosts", False)
        if not isinstance(value, bool):
            raise SettingsError(f"{self.where}: private_hosts must be true or false.")
        text = environ.get("THIMBL_PRIVATE_HOSTS")
        if text not in (None, "", "0", "1"):
            raise SettingsError("THIMBL_PRIVATE_HOSTS must be 1 or 0.")
        return text == "1" if text else value

    def push(self) -> str | None:
        text: str | None = self._take("push", str, "where to push to, such as ana@shell.example")
        if text is not None and not text.strip():
            raise SettingsError(f"{self.where}: push must be where to push to, such as ana@shell.example.")
        return text

    def serve(self) -> "ServeSettings | None":
        if (value := self.data.pop("serve", None)) is None:
            return None
        from thimbl.home.serving import read_serving

        return read_serving(value, f"{self.where}: serve", self.folder)

    def tui(self) -> "ScreenSettings | None":
        if (value := self.data.pop("tui", None)) is None:
            return None
        from thimbl.home.screen import read_screen

        return read_screen(value, f"{self.where}: tui")

    def hooks(self) -> HookSettings:
        return read_hooks(self.data.pop("hooks", None), f"{self.where}: hooks", self.folder)

    def nothing_else(self) -> None:
        if self.data:
            known = "address, key, plan, window, routes, proxy, proxy_for, private_hosts, push, serve, tui, hooks"
            raise SettingsError(f"{self.where}: there is no setting {sorted(self.data)[0]!r}; there are {known}.")
