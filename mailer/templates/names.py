"""People's names as text: the first name of a full one, and capitals where a sheet has none. Pure."""

from __future__ import annotations

import re

#: What stands before a name without being part of it, without full stops, case-folded.
TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame lady lord rev reverend fr father hon judge justice chief "
    "alhaji alhaja engr arc barr m mme mlle me maître monsieur madame mademoiselle herr frau sr sra srta "
    "senhor senhora señor señora señorita dott dottor signor signora".split()
)
#: Small words that stay small inside a name.
_PARTICLES = frozenset(
    "al bin bint d da das de degli dei del della den der di do dos du el ibn la le ten ter van von y zu".split()
)
_IRISH = re.compile(r"\b(O['’])([^\W\d_])")
_SCOTTISH = re.compile(r"\bMc([^\W\d_])")


def first_name(name: str) -> str:
    """The "Ada" of "Ada Obi", "Dr. Ada Obi" and "Obi, Ada"; "" of ""."""
    family, comma, given = name.partition(",")
    words = (given if comma and given.strip() else family).split()
    while len(words) > 1 and words[0].rstrip(".").casefold() in TITLES:
        words.pop(0)
    return words[0] if words else ""


def title_name(name: str) -> str:
    """A name typed all in capitals or all in small letters, as one writes it; any other is left alone."""
    letters = [letter for letter in name if letter.isalpha()]
    if not letters or not (name.isupper() or name.islower()):
        return name
    words = name.lower().split(" ")
    written = [word if at and word in _PARTICLES else _capitals(word) for at, word in enumerate(words)]
    return " ".join(written)


def _capitals(word: str) -> str:
    """Capitals at the start, after hyphens, and in O'Brien and McKay."""
    word = "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
    word = _IRISH.sub(lambda found: found[1] + found[2].upper(), word)
    return _SCOTTISH.sub(lambda found: "Mc" + found[1].upper(), word)
