"""Pydantic's errors → mistakes that name the key, what is wrong, and the nearest right word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailer.config.marked import Document, KeyPath, Mistake

_TYPES = {
    "string_type": "must be text",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be `true` or `false`",
    "bool_type": "must be `true` or `false`",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a group of `name:` lines",
    "model_type": "must be a group of `key: value` lines",
    "model_attributes_type": "must be a group of `key: value` lines",
    "time_parsing": "must be a time such as `09:30`",
    "date_from_datetime_parsing": "must be a date such as `2026-12-01`",
    "datetime_from_date_parsing": "must be a date and time such as `2026-12-01 09:30`",
}


def mistakes_of(error: ValidationError, document: Document) -> list[Mistake]:
    """One mistake per error, at the key it is about."""
    found = [_mistake(detail, document) for detail in error.errors(include_url=False)]
    return list(dict.fromkeys(found))


def nearest(word: str, known: Sequence[str]) -> str:
    """`; did you mean “server”?` with the closest known word, or a list of them when none is close."""
    close = get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; there is {', '.join(f'`{name}`' for name in known)}" if known else "; there are none"


def _mistake(detail: ErrorDetails, document: Document) -> Mistake:
    path = _path(detail, document)
    line = document.line(path)
    kind = detail["type"]
    if kind == "missing":
        return Mistake(line, path, f"is missing{_description(path)}")
    if kind == "extra_forbidden":
        return Mistake(line, path, f"is not a key here{nearest(str(path[-1]), _known_keys(path[:-1]))}")
    return Mistake(line, path, _sentence(detail))


def _path(detail: ErrorDetails, document: Document) -> KeyPath:
    """Keep the keys as the file has them: pydantic also names the member of a union it tried."""
    path: KeyPath = ()
    for part in detail["loc"]:
        if (*path, part) in document.lines:
            path = (*path, part)
    last = detail["loc"][-1:]
    return (*path, *last) if detail["type"] in ("missing", "extra_forbidden") and path[-1:] != last else path


def _sentence(detail: ErrorDetails) -> str:
    kind, given = detail["type"], detail["input"]
    if kind == "literal_error":
        allowed = [f"`{word}`" for word in re.findall(r"'([^']*)'", str(detail["ctx"]["expected"]))]
        return f"must be {'one of ' if len(allowed) > 1 else ''}{', '.join(allowed)}{_not(given)}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind in _TYPES:
        return _TYPES[kind] + _not(given)
    return f"{detail['msg'].replace('Input should', 'should')}{_not(given)}"


def _not(given: object) -> str:
    return f", not `{given}`" if isinstance(given, str | int | float) else ""


def _known_keys(path: KeyPath) -> list[str]:
    return sorted({key for node in _nodes(path) for key in node.get("properties", {})})


def _description(path: KeyPath) -> str:
    for node in _nodes(path[:-1]):
        described = node.get("properties", {}).get(str(path[-1]), {}).get("description", "")
        if described:
            return f": {described[0].lower()}{described[1:].rstrip('.')}"
    return ""


def _nodes(path: KeyPath) -> list[Mapping[str, Any]]:
    """Look up what the schema says at a place in the file; a union has several answers."""
    from mailer.config.schema import json_schema

    schema = json_schema()
    nodes = list(_members(schema, schema))
    for part in path:
        nodes = [member for node in nodes for child in _children(node, part) for member in _members(child, schema)]
    return nodes


def _children(node: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, int):
        candidates = [node.get("items")]
    else:
        candidates = [node.get("properties", {}).get(part), node.get("additionalProperties")]
    yield from (candidate for candidate in candidates if isinstance(candidate, dict))


def _members(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    reference = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if reference:
        yield from _members(schema["$defs"][reference], schema)
    yield node
    for member in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _members(member, schema)
