"""The lists of phrases that smell of routine, read once from the data files beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

LANGUAGES = ("en", "fr")
_PROMISING = ("attached", "attachment", "enclosed", "ci-joint", "ci-jointe", "pièce jointe", "en pièce")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def words_in(text: str) -> list[str]:
    """The words of a text as written: letters and digits, with apostrophes and hyphens inside."""
    return _WORD.findall(text.replace("’", "'"))


def may_sell_by_shape(text: str) -> bool:
    """Whether it is worth looking: one of these stands in whatever sells by its shape, and in few other paragraphs."""
    return "%" in text or "/" in text or "off" in text.casefold()


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their first word, so that a text is walked once however many there are."""

    by_first: Mapping[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def of(cls, phrases: Iterable[str]) -> Self:
        """The phrases, word by word, in small letters, the longest first."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            parts = tuple(word.casefold() for word in words_in(phrase))
            found.setdefault(parts[0], []).append(parts)
        return cls({first: tuple(sorted(each, key=len, reverse=True)) for first, each in found.items()})

    def among(self, written: Sequence[str], small: Sequence[str], places: Iterable[int]) -> list[str]:
        """The phrases that begin at these places of the words, as written, each once; `small` is in small letters."""
        found: dict[str, None] = {}
        for place in places:
            for phrase in self.by_first.get(small[place], ()):
                if (*small[place : place + len(phrase)],) == phrase:
                    found[" ".join(written[place : place + len(phrase)])] = None
                    break
        return list(found)


@dataclass(frozen=True, slots=True)
class Words:
    """What the sincerity check looks for, every language together: a mail may mix them."""

    #: A greeting's first words, then what else is on the line.
    greeting: re.Pattern[str]
    nobody: frozenset[str]
    first_person: frozenset[str]
    #: Who speaks where it is not “I”.
    the_firm: frozenset[str]
    company: frozenset[str]
    filler: Phrases
    selling: Phrases
    #: What sells by its shape: prices, percentages, shop pages.
    selling_shape: re.Pattern[str]
    #: What speaks of a file that goes with the mail.
    promising: Phrases
    #: The first word of each of these phrases → the phrases, each between two spaces.
    by_opening: Mapping[str, tuple[str, ...]]
    delicate: Phrases

    def places_in(self, small: Sequence[str]) -> list[int]:
        """Where such phrases may begin among words in small letters; of most paragraphs nowhere, told in a moment."""
        opening = self.by_opening.keys() & small
        together = f" {' '.join(small)} " if opening else ""
        if any(phrase in together for word in opening for phrase in self.by_opening[word]):
            return [place for place, word in enumerate(small) if word in opening]
        return []


@cache
def words() -> Words:
    """The lists."""
    lists: dict[str, list[str]] = {}
    for language in LANGUAGES:
        source = (files("mailer.checks") / "words" / f"{language}.toml").read_text(encoding="utf-8")
        for name, values in tomllib.loads(source).items():
            lists.setdefault(name, []).extend(values)
    filler, selling, promising = Phrases.of(lists["filler"]), Phrases.of(lists["selling"]), Phrases.of(_PROMISING)
    return Words(
        greeting=re.compile(rf"({_any(lists['greetings'])})\b[ \u00a0]*(.*)", re.IGNORECASE),
        nobody=frozenset(lists["nobody"]),
        first_person=frozenset(lists["first_person"]),
        the_firm=frozenset(lists["the_firm"]),
        company=frozenset(lists["company"]),
        filler=filler,
        selling=selling,
        selling_shape=re.compile("|".join(lists["selling_patterns"]), re.IGNORECASE),
        promising=promising,
        by_opening=_by_opening(filler, selling, promising),
        delicate=Phrases.of(lists["delicate"]),
    )


def _by_opening(*lists: Phrases) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in lists:
        for first, phrases in each.by_first.items():
            found[first] = (*found.get(first, ()), *(f" {' '.join(phrase)} " for phrase in phrases))
    return found


def _any(phrases: Iterable[str]) -> str:
    """One of the phrases, the longest first, with any run of space between its words."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
