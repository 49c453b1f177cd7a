"""A mail → whether its sender asks for no more mail, by a button in his mail program or in his own words."""

from __future__ import annotations

import re
from functools import cache

from mailer.mailbox.mime import Mail
from mailer.mailbox.phrases import lists, pattern
from mailer.mailbox.replies import first_words

_POLITE = re.compile(
    r"(?i)\W*(?:(?:can|could|will|would) you\W+)?"
    r"(?:(?:please|kindly|bitte|merci de|s'il vous plaît|por favor|per favore|proszę)\W+)?"
)
#: What our List-Unsubscribe address may put behind the wish in a subject.
_TOKEN_BEHIND = re.compile(r"(?: me)?[\s.!:]*[\w.=-]{0,200}\s*")
_ENDS = re.compile(r"(?i)\W*(?:please|bitte|por favor|a\.?u\.?b\.?)?\W*$")
_SENTENCE_ENDS = re.compile(r"[.!?。！\n]")
#: A word of a script that puts spaces between words.
_WORD = re.compile(r"[^\W\d_\u3000-\u9fff\uac00-\ud7af]+")
_LINE_LIMIT = 120
_SUBJECT_LIMIT = 400


def is_exact(mail: Mail) -> bool:
    """Whether a mail program wrote the wish for its user: the subject is the wish and nothing else."""
    rest = _behind(mail.headers.readable("subject")[:_SUBJECT_LIMIT])
    return "x-apple-unsubscribe" in mail.headers or (rest is not None and bool(_TOKEN_BEHIND.fullmatch(rest)))


def is_wish(mail: Mail) -> bool:
    """Whether a person's own words are the wish and little more; thanks with a remark about lists are not."""
    words = pattern("leaving", "greetings").sub("", first_words(mail.text), count=1)
    rest = _behind(words) if len(words) <= _LINE_LIMIT else None
    return rest is not None and _says_no_more(_SENTENCE_ENDS.split(rest, maxsplit=1)[0])


def _says_no_more(rest: str) -> bool:
    """Whether the rest of the wish's sentence has no other object; scripts without spaces are not looked into."""
    return all(word in _may_follow() for word in _WORD.findall(rest.lower()))


@cache
def _may_follow() -> frozenset[str]:
    return frozenset(" ".join(lists("leaving")["may_follow"]).split())


def _behind(text: str) -> str | None:
    """What follows a wish at the beginning of a text; None where there is none."""
    begun = _POLITE.sub("", text.replace("’", "'"), count=1)
    if wish := pattern("leaving", "wishes").match(begun):
        return begun[wish.end() :]
    return "" if pattern("leaving", "alone").fullmatch(_ENDS.sub("", begun)) else None
