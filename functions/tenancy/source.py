"""YAML text to plain data that remembers where everything stands. Strict YAML 1.2: one document, no tags, no
duplicate keys, aliases only as far as they stay small. Whatever the bytes are, the answer is data or one
``Refused``."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, Event
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser

MAX_BYTES = 1_000_000
MAX_NODES = 50_000
MAX_DEPTH = 40
_TAG = "tag:yaml.org,2002:"
_BOOLS = {"true": True, "false": False}

Path = tuple[Hashable, ...]


@dataclass(frozen=True, order=True)
class Place:
    """Line and column, both counted from 1, as editors show them."""

    line: int = 1
    column: int = 1


class Refused(Exception):
    """The file cannot be used. ``sentence`` says why in plain words; ``str()`` puts file, line and column
    before it."""

    def __init__(self, name: str, sentence: str, place: Place | None = None) -> None:
        self.name, self.sentence, self.place = name, sentence, place
        where = f"{name}:{place.line}:{place.column}" if place else name
        super().__init__(f"{where}: {sentence}")


@dataclass
class Source:
    """``data`` is plain (dict, list, str, int, float, bool, None); ``places`` maps a path to where its key
    or item stands, ``texts`` a path to the first character of a text of one line; ``text`` is the file as
    read."""

    name: str
    text: str
    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    texts: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where ``path`` stands, or the nearest part above it that stands somewhere."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place())

    def refuse(self, path: Path, sentence: str) -> Refused:
        """An error at ``path``."""
        return Refused(self.name, sentence, self.place(path))


def read(name: str | PurePath, content: bytes) -> Source:
    """Data and places of one YAML file. Raises Refused."""
    short = str(name)
    if len(content) > MAX_BYTES:
        raise Refused(short, f"the file has {len(content):,} bytes; at most {MAX_BYTES:,} are allowed")
    source = Source(short, _decode(short, content))
    node = _compose(source)
    if node is None:
        raise Refused(short, "the file is empty")
    source.data = _Reader(source).value(node, (), 0)
    return source


def _decode(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        raise Refused(name, "the file is not UTF-8 text", place) from None
    return text.replace("\r\n", "\n")


def _compose(source: Source) -> Node | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an anchor that is used twice is legal YAML
            yaml = YAML(typ="safe", pure=True)
            yaml.Parser = partial(_Measured, source.name)
            node: Node | None = yaml.compose(source.text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else None
        problem = " ".join(str(error.problem or error.context or "it cannot be read").split())
        raise Refused(source.name, f"this is not valid YAML: {problem}", place) from None
    except Refused:
        raise
    except YAMLError as error:
        raise Refused(source.name, _unreadable(error), _position(source.text, error)) from None
    except RecursionError:
        raise Refused(
            source.name, f"the file is nested too deeply; at most {MAX_DEPTH} levels are allowed"
        ) from None
    except (
        Exception
    ) as error:  # the parser has faults of its own on some garbage: still one sentence, no traceback
        raise Refused(source.name, f"this is not valid YAML ({type(error).__name__})") from None
    return node


class _Measured(Parser):
    """Refuses what is too deep or too long while it is read: no tree of more than the limit is built."""

    def __init__(self, name: str, loader: Any) -> None:
        super().__init__(loader=loader)
        self.name, self.depth, self.count = name, 0, 0

    def get_event(self) -> Event:
        """The next event. Raises Refused."""
        event: Event = super().get_event()
        self.count += 1
        self.depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if self.depth > MAX_DEPTH:
            sentence = f"this is nested too deeply; at most {MAX_DEPTH} levels are allowed"
            raise Refused(self.name, sentence, _place(event))
        if self.count > 2 * MAX_NODES + 1:
            raise Refused(self.name, f"the file has more than {MAX_NODES:,} values", _place(event))
        return event


def _unreadable(error: YAMLError) -> str:
    code = getattr(error, "character", None)
    shown = f"U+{code:04X}" if isinstance(code, int) else "a character"
    return (
        f"the file contains {shown}, which is not allowed in YAML"
        if code is not None
        else "this is not valid YAML"
    )


def _position(text: str, error: YAMLError) -> Place | None:
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return None
    before = text[:position]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Reader:
    """One walk over the node tree, counting what aliases expand to."""

    def __init__(self, source: Source) -> None:
        self.source, self.count = source, 0

    def value(self, node: Node, path: Path, depth: int) -> Any:
        self.source.places.setdefault(path, _place(node))
        self.count += 1
        if self.count > MAX_NODES:
            raise self._refuse(node, f"anchors expand this file to more than {MAX_NODES:,} values")
        if depth > MAX_DEPTH:
            raise self._refuse(node, f"this is nested too deeply; at most {MAX_DEPTH} levels are allowed")
        if isinstance(node, MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            self._plain(node, "seq")
            return [self.value(item, (*path, at), depth + 1) for at, item in enumerate(node.value)]
        style = node.style if isinstance(node, ScalarNode) else None
        if style not in ("|", ">") and node.start_mark.line == node.end_mark.line:
            place = _place(node)
            self.source.texts[path] = Place(place.line, place.column + bool(style))
        return self._scalar(node)

    def _mapping(self, node: MappingNode, path: Path, depth: int) -> dict[str, Any]:
        self._plain(node, "map")
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in result:
                first = self.source.places[(*path, key)]
                raise self._refuse(
                    key_node, f'the key "{key}" stands here a second time (first in line {first.line})'
                )
            self.source.places[(*path, key)] = _place(key_node)
            result[key] = self.value(value_node, (*path, key), depth + 1)
        return result

    def _key(self, node: Node) -> str:
        if not isinstance(node, ScalarNode):
            raise self._refuse(node, "a key must be a text")
        if node.tag == _TAG + "merge":
            raise self._refuse(node, '"<<" (merge) is not part of YAML 1.2; write the keys out')
        value = self._scalar(node)
        if not isinstance(value, str):
            raise self._refuse(node, f"the key {node.value} must be a text; put it in quotes")
        return value

    def _scalar(self, node: Node) -> Any:
        kind, text = str(node.tag).removeprefix(_TAG), node.value
        if kind in ("str", "timestamp", "value"):
            if any("\ud800" <= ch <= "\udfff" for ch in text):
                raise self._refuse(node, "this text contains half of a character (a surrogate)")
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return _BOOLS.get(text.lower(), text)
        if kind in ("int", "float"):
            return self._number(node, kind)
        raise self._refuse(node, f"the tag {node.tag} is not allowed here")

    def _number(self, node: Node, kind: str) -> int | float | str:
        text = node.value.replace("_", "")
        try:
            if kind == "float":
                return float(text.replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan"))
            sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.lstrip("+"))
            base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
            return sign * int(digits[2:] if base != 10 else digits, base)
        except ValueError:
            raise self._refuse(node, f"{node.value[:40]} is not a number that can be read") from None

    def _plain(self, node: Node, kind: str) -> None:
        if node.tag != _TAG + kind:
            raise self._refuse(node, f"the tag {node.tag} is not allowed here")

    def _refuse(self, node: Node, sentence: str) -> Refused:
        return Refused(self.source.name, sentence, _place(node))


def _place(node: Node | Event) -> Place:
    mark = node.start_mark
    return Place(mark.line + 1, mark.column + 1)
