"""What a mail's text says, as the checks read it: each paragraph is understood once, since a round shares most."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from mailer.checks.lists import may_sell_by_shape, words, words_in

#: A longer paragraph is read each time it comes, so that what is kept stays small.
_KEPT = 2000


class Said(NamedTuple):
    """What the checks want to know of a paragraph, or of a whole text."""

    word_count: int
    #: What everybody writes.
    filler: tuple[str, ...]
    #: What sells: phrases, prices, shop pages.
    selling: tuple[str, ...]
    #: Whether a person speaks, and whether the firm does.
    says_i: bool
    says_we: bool
    #: Words of more than four letters that are all capitals.
    shouted: int
    promises_file: bool


@lru_cache(maxsize=4)
def said_in(text: str) -> Said:
    """All that its paragraphs say, in order; several checks in a row ask it of one mail."""
    paragraphs = [_kept(each) if len(each) < _KEPT else _read(each) for each in text.split("\n\n")]
    if len(paragraphs) == 1:
        return paragraphs[0]
    counts, filler, selling, i, we, shouted, promises = zip(*paragraphs, strict=True)
    return Said(
        word_count=sum(counts),
        filler=tuple(chain.from_iterable(filler)),
        selling=tuple(chain.from_iterable(selling)),
        says_i=any(i),
        says_we=any(we),
        shouted=sum(shouted),
        promises_file=any(promises),
    )


def _read(text: str) -> Said:
    written = words_in(text)
    together = " ".join(written).casefold()
    small = together.split(" ")
    lists = words()
    places = lists.places_in(small)
    shapes = [match[0] for match in lists.selling_shape.finditer(text)] if may_sell_by_shape(text) else []
    return Said(
        word_count=len(written),
        filler=tuple(lists.filler.among(written, small, places)),
        selling=(*lists.selling.among(written, small, places), *shapes),
        says_i=not lists.first_person.isdisjoint(small) or " j'" in f" {together}",
        says_we=not lists.the_firm.isdisjoint(small),
        shouted=len([word for word in written if len(word) > 4 and word.isupper()]),
        promises_file=bool(lists.promising.among(written, small, places)),
    )


_kept = lru_cache(maxsize=4096)(_read)
