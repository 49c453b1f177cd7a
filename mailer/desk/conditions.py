"""A condition that a template took → as people say it: "with years with us of at least 2", "without amount"."""

from __future__ import annotations

import re

_COMPARED = re.compile(r"([\w. |]+?)\s*(>=|<=|==|!=|>|<)\s*(.+)")
_QUOTES = "\"'"
#: Comparison → its words between a field and a value.
_WORDS = {
    ">=": "of at least",
    ">": "of more than",
    "<=": "of at most",
    "<": "of less than",
    "==": "being",
    "!=": "other than",
}


def because(branch: str) -> str:
    """A branch as the drafts keep it, "if personal_line" or "not (years and years >= 2)", in words."""
    begin, _, condition = branch.partition(" ")
    terms = _terms(condition[1:-1] if begin == "not" and condition.startswith("(") else condition)
    if begin == "if":
        return " and ".join(map(_with, terms))
    if begin == "not":
        return " or ".join(map(_without, terms))
    return _spaced(branch)


def plain_reason(reason: str) -> str:
    """Why a draft is an odd one, in words: what stands behind "rare:" is a branch, behind "empty:" are fields."""
    said, _, rest = reason.partition(": ")
    if said == "rare":
        return f"rare: {because(rest)}"
    return _spaced(reason) if said == "empty" else reason


def _terms(condition: str) -> list[str]:
    """What is joined by `and`; a field that is compared need not be said to be there, too."""
    terms = [each.strip().removesuffix(" is defined") for each in condition.split(" and ")]
    compared = {found[1].split("|")[0].strip() for each in terms if (found := _COMPARED.fullmatch(each))}
    return [each for each in terms if each not in compared]


def _with(term: str) -> str:
    bare = term.removeprefix("not ")
    return f"without {_said(bare)}" if bare != term else f"with {_said(term)}"


def _without(term: str) -> str:
    bare = term.removeprefix("not ")
    return f"with {_said(bare)}" if bare != term else f"without {_said(term)}"


def _said(term: str) -> str:
    found = _COMPARED.fullmatch(term)
    if found:
        return f"{_spaced(found[1])} {_WORDS[found[2]]} {found[3].strip(_QUOTES)}"
    return _spaced(term)


def _spaced(text: str) -> str:
    return " ".join(re.split(r"[\s_.|]+", text))
