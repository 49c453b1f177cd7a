"""What a person may type next: the words of a command → one line that any shell takes as it is meant."""

from __future__ import annotations

import os
import re
import shlex

#: What no shell takes apart; and what even double quotes do not keep.
_PLAIN, _LIVELY = re.compile(r"[\w@%+=:,./-]+"), re.compile(r"[\"$`\\!]")


def command(*words: object) -> str:
    """Say the command of these words, to be pasted: ``command("send", "thank you")`` is `mailer send "thank you"`."""
    return " ".join(["mailer", *map(quoted, map(str, words))])


def quoted(word: str) -> str:
    """In double quotes where it needs any, since Windows knows no other; in single ones where those would not do."""
    if _PLAIN.fullmatch(word):
        return word
    return shlex.quote(word) if _LIVELY.search(word) and os.name != "nt" else f'"{word}"'
