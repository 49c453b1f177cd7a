"""The phrases by which mails are understood, read once from the data files in `words` beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from mailer.mailbox.incoming import Reason


@cache
def lists(name: str) -> dict[str, Any]:
    """All that a file says."""
    return tomllib.loads((files("mailer.mailbox") / "words" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def pattern(name: str, key: str) -> re.Pattern[str]:
    """One of the phrases listed under a key of a file, in any case."""
    return _any(lists(name)[key])


@cache
def reasons() -> tuple[tuple[Reason, re.Pattern[str]], ...]:
    """Why a mail did not arrive: each reason's pattern in the order of trying; a reason may come twice."""
    read = lists("reasons")
    return tuple((Reason(group["reason"]), _any(group["phrases"], read["words"])) for group in read["group"])


def says(reason: Reason, words: str) -> bool:
    """Whether the words give this reason, whatever other they give too."""
    return any(pattern.search(words) for each, pattern in reasons() if each is reason)


def _any(alternatives: Sequence[str], words: dict[str, str] | None = None) -> re.Pattern[str]:
    joined = "|".join(alternatives)
    for name, meant in (words or {}).items():
        joined = joined.replace(f"<{name}>", meant)
    return re.compile(joined, re.IGNORECASE)
