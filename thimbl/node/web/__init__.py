"""Feeds of the web that one follows: asked over HTTP, read in a process of its own, and stored as posts by nobody."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thimbl.home.settings import Settings
    from thimbl.node.web.visit import WebFeeds


def feeds(reactor: Any, settings: "Settings", now: Callable[[], int]) -> "Callable[[], WebFeeds]":
    """What makes that which asks for feeds, by the time that it is needed: HTTP and TLS take as long to load as all
    that asks for plans. `now` is the clock, in Unix seconds."""

    def make() -> "WebFeeds":
        from thimbl.node.web.visit import WebFeeds

        return WebFeeds(reactor, settings, now)

    return make
