"""A contact's language → the line at the foot of a mail that tells how to leave."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: Languages that go by several tags.
_SAME = {"no": "nb", "nn": "nb"}


@dataclass(frozen=True, slots=True)
class WayOut:
    """The words, and the link that follows them; both "" for a mail that does not say how to leave."""

    words: str = ""
    link: str = ""


def way_out(*languages: str) -> WayOut:
    """Take the line in the first of these languages that there is one for, else in English."""
    known = _ways_out()
    wanted = (language.partition("-")[0].lower() for language in languages)
    return next((known[code] for each in wanted if (code := _SAME.get(each, each)) in known), known["en"])


@cache
def _ways_out() -> Mapping[str, WayOut]:
    source = (files("mailer.templates") / "ways_out.toml").read_text(encoding="utf-8")
    return {language: WayOut(**line) for language, line in tomllib.loads(source).items()}
