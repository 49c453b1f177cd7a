"""YAML text → plain values, with the line of every key: scalars stay the text that the user wrote."""

from __future__ import annotations

from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

#: The way to a key: ("accounts", "office", "owners", 0).
KeyPath = tuple[str | int, ...]
_NULL = "tag:yaml.org,2002:null"

#: What the parser says → what a person needs to hear.
_PLAIN_WORDS = {
    "found character '\\t' that cannot start any token": "a tab; indent with spaces",
    "mapping values are not allowed here": "a `:` where none can be; indent evenly, or quote the text",
    "expected a single document in the stream": "a second `---`; keep one document",
    "found unexpected end of stream": "a quote that is never closed",
    "expected the node content": "a `[` or `{` that is never closed, or a comma too many",
    "expected ',' or": "a `[` or `{` that is never closed",
    "expected <block end>": "an indentation that does not match the lines above",
    "could not find expected ':'": "a line without `key: value`",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in the file: the line (from 1), the key, and one sentence."""

    line: int
    path: KeyPath
    what: str


@dataclass(slots=True)
class Document:
    """The values, where each stands, and what was wrong with the writing itself."""

    value: object = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """Line of the key, or of the nearest one around it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str) -> Document:
    """Read one YAML document; what is not YAML at all is its only mistake."""
    document = Document()
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError) as error:
        document.mistakes.append(_not_yaml(error))
        return document
    if root is not None:
        document.value = _value(root, (), document, set())
    return document


def _not_yaml(error: Exception) -> Mistake:
    if not isinstance(error, MarkedYAMLError):
        return Mistake(1, (), f"this is not YAML: {' '.join(str(error).split()) or 'it is nested too deeply'}")
    said = " ".join(part for part in (error.context, error.problem) if part)
    plain = next((words for key, words in _PLAIN_WORDS.items() if key in said), said)
    mark = error.problem_mark or error.context_mark
    return Mistake(mark.line + 1 if mark else 1, (), f"this is not YAML: {plain}")


def _value(node: Node, path: KeyPath, document: Document, seen: set[int]) -> object:
    if id(node) in seen:
        document.mistakes.append(Mistake(_line(node), path, "aliases (`*name`) are not read; write it out"))
        return None
    seen.add(id(node))
    document.lines.setdefault(path, _line(node))
    if isinstance(node, MappingNode):
        return _mapping(node, path, document, seen)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, place), document, seen) for place, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: MappingNode, path: KeyPath, document: Document, seen: set[int]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = _line(key_node)
        if not isinstance(key_node, ScalarNode):
            document.mistakes.append(Mistake(line, path, "a key must be a plain word"))
            continue
        key = str(key_node.value)
        here = (*path, key)
        if key in values:
            first = document.lines[here]
            document.mistakes.append(Mistake(line, here, f"written twice; the first is in line {first}"))
            continue
        document.lines[here] = line
        value = _value(value_node, here, document, seen)
        # A key with nothing behind it is a key that was not given.
        if value is not None:
            values[key] = value
    return values


def _scalar(node: Node) -> str | None:
    return None if node.tag == _NULL else str(node.value)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
