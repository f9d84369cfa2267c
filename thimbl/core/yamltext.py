"""YAML's half of reading a plan: libyaml's events made into plain data (plan-format 1).

Anchors, aliases, tags, directives and merge keys are seen as events and refused, so there is nothing that could
expand; depth and nodes are counted as they come, so a refusal is early.
"""

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from thimbl.core.plantext import MAX_DEPTH, PlanTextError, check_key, plain_value

# YAML 1.1 parsers take some of these for line breaks, libyaml among them; the C0 controls no YAML allows.
_RAW_IN_YAML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

Loader = getattr(yaml, "CSafeLoader", None)
"""libyaml's parser, which PyYAML's wheels and Debian's package both carry."""


def read_yaml(text: str, max_nodes: int) -> dict[str, Any]:
    """The map that is the one document of `text`. Raises `PlanTextError`."""
    return _YamlReader(text, max_nodes).document()


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _YamlReader:
    """One document from libyaml's events."""

    def __init__(self, text: str, max_nodes: int) -> None:
        self.text, self.max_nodes = text, max_nodes
        self.nodes = 0

    def document(self) -> dict[str, Any]:
        if (raw := _RAW_IN_YAML.search(self.text)) is not None:
            line = self.text.count("\n", 0, raw.start()) + 1
            raise PlanTextError(f"raw U+{ord(raw.group()):04X} in YAML: write it as an escape in double quotes", line)
        if Loader is None:
            raise PlanTextError("PyYAML was built without libyaml here: install a PyYAML that has it")
        try:
            self.next = Loader(self.text).get_event
            self.next()
            return self._only_document()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "it can not be read"
            raise PlanTextError(f"not YAML: {problem}", mark.line + 1 if mark else None) from None

    def _only_document(self) -> dict[str, Any]:
        start = self.next()
        if not isinstance(start, DocumentStartEvent):
            raise PlanTextError("the text is empty")
        if start.version is not None or start.tags:
            raise PlanTextError("directives are not allowed", _line(start))
        root = self.next()
        if not isinstance(root, MappingStartEvent):
            # Words, most often: somebody's plan as plans were before there was a format.
            self._refuse_extras(root)
            raise PlanTextError("not a map: plain text, not a Thimbl plan", _line(root))
        data: dict[str, Any] = self._value(root, 1)
        self.next()
        if not isinstance(end := self.next(), StreamEndEvent):
            raise PlanTextError("more than one document", _line(end))
        return data

    # Each node comes by here, and most of the time of reading a plan: the line is looked up for those that are refused.
    def _refuse_extras(self, event: Any) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise PlanTextError("YAML anchors and aliases are not allowed", _line(event))
        if event.tag is not None:
            raise PlanTextError("YAML tags are not allowed", _line(event))
        self.nodes += 1
        if self.nodes > self.max_nodes:
            raise PlanTextError(f"more than {self.max_nodes} nodes", _line(event))

    def _value(self, event: Any, depth: int) -> Any:
        self._refuse_extras(event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            raise PlanTextError("nested too deeply", _line(event))
        if isinstance(event, SequenceStartEvent):
            items = []
            while not isinstance(event := self.next(), SequenceEndEvent):
                items.append(self._value(event, depth + 1))
            return items
        made: dict[str, Any] = {}
        while not isinstance(event := self.next(), MappingEndEvent):
            key = self._key(event)
            if key in made:
                raise PlanTextError(f"duplicate key '{key}'", _line(event))
            made[key] = self._value(self.next(), depth + 1)
        return made

    def _key(self, event: Any) -> str:
        self._refuse_extras(event)
        if not isinstance(event, ScalarEvent):
            raise PlanTextError("a key must be a word", _line(event))
        if event.implicit[0] and event.value == "<<":
            raise PlanTextError("merge keys are not allowed", _line(event))
        key = self._scalar(event)
        if not isinstance(key, str) or not check_key(key):
            raise PlanTextError(f"key '{event.value[:40]}' is not allowed", _line(event))
        return key

    @staticmethod
    def _scalar(event: ScalarEvent) -> str | int | bool:
        value: str = event.value
        # What is quoted, or a block, is always text.
        return plain_value(value, _line(event)) if event.implicit[0] else value
