"""When the lists of the web are there for the first time."""

import threading
from collections.abc import Callable

from tests.node.test_node_websource import person, texts
from tests.support.asking import NOW
from tests.support.spooler import spool
from thimbl.home.serving import ServeSettings
from thimbl.node.serving.hosting import make_answerer
from thimbl.node.serving.websource import WebSource


def test_the_newest_are_gathered_when_it_is_known_of_whom(tmp_path):
    """Nobody has asked by then, and nobody looks again and again whether the walk is over."""
    ana = person("ana")
    ana.post("Frost.")
    spool(tmp_path, ana)
    waiting: list[Callable[[], object]] = []
    source = WebSource(
        make_answerer(ServeSettings(spool=tmp_path), background=waiting.append), waiting.append, lambda: NOW
    )
    source.begin()
    [walk] = waiting
    walk()
    [_, gather] = waiting
    gather()
    found = source.timeline()
    assert found is not None
    assert texts(found) == ["Frost."]


def test_a_small_host_has_its_lists_when_it_says_that_it_answers(tmp_path):
    """However slow the machine is: both are made by threads, and waited for."""
    ana = person("ana")
    ana.post("Frost.")
    spool(tmp_path, ana)
    threads: list[threading.Thread] = []

    def background(work: Callable[[], object]) -> None:
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    answerer = make_answerer(ServeSettings(spool=tmp_path), background=background)
    source = WebSource(answerer, background, lambda: NOW)
    source.begin(patience=60.0)
    found = source.timeline()
    for thread in threads:
        thread.join()
    assert found is not None
    assert texts(found) == ["Frost."]
