"""A mail's text as the checks read it: paragraph by paragraph, each understood once, since a round shares most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailer.checks.lists import SHAPES_HOLD, Phrases, words, words_in

_PROMISED = Phrases.of(["attached", "attachment", "enclosed", "ci-joint", "ci-jointe", "pièce jointe", "en pièce"])
#: A longer paragraph is read each time it comes, so that what is kept stays small.
_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What the checks want to know of one paragraph."""

    #: As written, in order.
    words: tuple[str, ...]
    #: In small letters.
    said: frozenset[str]
    #: What everybody writes.
    filler: tuple[str, ...]
    #: What sells: phrases, prices, shop pages.
    selling: tuple[str, ...]
    #: Words of more than four letters that are all capitals.
    shouted: int
    promises_file: bool


def paragraphs_of(text: str) -> list[Paragraph]:
    """The text's paragraphs in order."""
    return [_kept(each) if len(each) < _KEPT else _read(each) for each in text.split("\n\n")]


def _read(text: str) -> Paragraph:
    written = words_in(text)
    small = [word.casefold() for word in written]
    lists = words()
    shapes = [match[0] for match in lists.selling_shape.finditer(text)] if SHAPES_HOLD.search(text) else []
    return Paragraph(
        words=tuple(written),
        said=frozenset(small),
        filler=tuple(lists.filler.among(written, small)),
        selling=(*lists.selling.among(written, small), *shapes),
        shouted=len([word for word in written if len(word) > 4 and word.isupper()]),
        promises_file=bool(_PROMISED.among(written, small)),
    )


_kept = lru_cache(maxsize=4096)(_read)


def said_in(paragraphs: Sequence[Paragraph]) -> frozenset[str]:
    """Every word of them in small letters."""
    return frozenset().union(*(each.said for each in paragraphs))
