"""A status, a reply code and a server's words → why a mail did not arrive, and whether the address is dead.

The words come first where they are plain, since servers often put a wrong number beside them ("5.7.1 no such
user"); then the status (RFC 3463 and the IANA registry of enhanced status codes).
"""

from __future__ import annotations

import re

from mailer.mailbox.incoming import HARD, Reason
from mailer.mailbox.phrases import reasons, says

#: An enhanced status code, not a part of an IP address or a version.
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?:^|[\s:;,(\"'\[])([45][0-5]\d)(?=[\s\-:;,#]|$)")
_AT_RCPT = re.compile(r"\brcpt\b", re.IGNORECASE)
#: What is said of recipients only: by PowerMTA, by RFC 5321 §4.2.3, by Microsoft.
_OF_RECIPIENTS = re.compile(
    r"bad-mailbox|requested (?:mail )?action not taken: mailbox unavailable|recipient address rejected: access denied",
    re.IGNORECASE,
)
#: Addresses, URLs and host names: their letters say nothing ("spamgate.example said: user unknown").
_NAMES = re.compile(
    r"[^\s<>@]{1,80}@[^\s<>]+|(?<![\w.-])(?!\S{0,80}(?:spamhaus|barracuda|spamcop|abuseat|\.bl\.|rbl))"
    r"(?:https?://\S+|(?:[\w-]{1,63}\.){1,8}[a-z]{2,18}\b)",
    re.IGNORECASE,
)

_BY_STATUS = {
    "1.0": Reason.NO_PERSON,
    "1.1": Reason.NO_PERSON,
    "1.2": Reason.NO_HOST,
    "1.3": Reason.NO_PERSON,
    "1.4": Reason.NO_PERSON,
    "1.6": Reason.MOVED,
    "1.7": Reason.SENDER,
    "1.8": Reason.SENDER,
    "1.9": Reason.SENDER,
    "1.10": Reason.NO_PERSON,
    "2.1": Reason.DISABLED,
    "2.2": Reason.FULL,
    "2.3": Reason.CONTENT,
    "3.1": Reason.FULL,
    "3.4": Reason.CONTENT,
    "4.4": Reason.NO_HOST,
    "4.6": Reason.SERVER,
    "5.3": Reason.RATE,
    "7.20": Reason.AUTHENTICATION,
    "7.21": Reason.AUTHENTICATION,
    "7.22": Reason.AUTHENTICATION,
    "7.23": Reason.AUTHENTICATION,
    "7.24": Reason.AUTHENTICATION,
    "7.26": Reason.AUTHENTICATION,
    "7.27": Reason.SENDER,
    "7.509": Reason.AUTHENTICATION,
    "7.515": Reason.AUTHENTICATION,
}
_BY_SUBJECT = {
    "3": Reason.SERVER,
    "4": Reason.UNREACHABLE,
    "5": Reason.SERVER,
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}
#: Statuses so exact that the words beside them are not asked.
_EXACT = frozenset({"1.7", "1.8", "1.10", "2.2", "7.26", "7.27", "7.509", "7.515"})
#: Statuses that say "no such person"; words about rules do not change that if they say it too.
_NO_PERSON = frozenset({"1.1", "1.10"})


def status_in(text: str) -> str:
    """Find the most telling enhanced status in a text, one with a detail before x.0.0; "" if none."""
    found = [match[0] for match in STATUS.finditer(text)]
    return next((status for status in found if not status.endswith(".0.0")), found[0] if found else "")


def code_in(text: str) -> int:
    """Find the SMTP reply code in a text, 0 if there is none."""
    match = _CODE.search(text)
    return int(match[1]) if match else 0


def reason_of(status: str, text: str) -> Reason:
    """Say why, from the enhanced status ("" if none) and the server's words."""
    detail = status[2:]
    if detail in _EXACT:
        return _BY_STATUS[detail]
    words = " ".join(_NAMES.sub(" ", text).split())
    if detail in _NO_PERSON and says(Reason.NO_PERSON, words) and not says(Reason.FULL, words):
        return Reason.NO_PERSON
    by_words = next((reason for reason, pattern in reasons() if pattern.search(words)), None)
    return by_words or _by_status(detail)


def _by_status(detail: str) -> Reason:
    return _BY_STATUS.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0], Reason.UNSAID)


def is_hard(status: str, code: int, reason: Reason, text: str) -> bool:
    """Whether the address will never work.

    "No such person" counts if its status says so (5.1.x), if it was said of the recipient (RCPT), or if a
    server without any numbers speaks of its own users. Said later in a conversation it is as often a filter's
    word, and nobody is suppressed for that. A disabled mailbox counts as 5.2.1 or 5.1.1; nothing temporary ever counts.
    """
    detail = status[2:]
    if status.startswith("4") or (not status and 400 <= code < 500):
        return False
    if reason is Reason.DISABLED:
        return detail in {"2.1", "1.1"}
    if reason is not Reason.NO_PERSON:
        return reason in HARD
    said_of_the_recipient = _AT_RCPT.search(text) or _OF_RECIPIENTS.search(text)
    return detail.startswith("1.") or bool(said_of_the_recipient) or not (status or code)
