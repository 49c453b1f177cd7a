"""The lists of phrases that smell of routine, read once from the data files beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Words:
    """What the sincerity check looks for, every language together: a mail may mix them."""

    #: A greeting's first words, then what else is on the line.
    greeting: re.Pattern[str]
    nobody: frozenset[str]
    first_person: frozenset[str]
    company: frozenset[str]
    filler: re.Pattern[str]
    selling: re.Pattern[str]
    delicate: re.Pattern[str]


@cache
def words() -> Words:
    """The lists."""
    lists: dict[str, list[str]] = {}
    for language in LANGUAGES:
        source = (files("mailer.checks") / "words" / f"{language}.toml").read_text(encoding="utf-8")
        for name, values in tomllib.loads(source).items():
            lists.setdefault(name, []).extend(values)
    return Words(
        greeting=re.compile(rf"({_any(lists['greetings'])})\b[ \u00a0]*(.*)", re.IGNORECASE),
        nobody=frozenset(lists["nobody"]),
        first_person=frozenset(lists["first_person"]),
        company=frozenset(lists["company"]),
        filler=_phrases(lists["filler"]),
        selling=_phrases(lists["selling"], lists["selling_patterns"]),
        delicate=_phrases(lists["delicate"]),
    )


def _phrases(phrases: Iterable[str], patterns: Iterable[str] = ()) -> re.Pattern[str]:
    return re.compile("|".join([rf"\b(?:{_any(phrases)})(?!\w)", *patterns]), re.IGNORECASE)


def _any(phrases: Iterable[str]) -> str:
    """One of the phrases, the longest first, with any run of space between its words."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
