"""A mail → whether it is a complaint about ours (RFC 5965, and Microsoft's older form)."""

from __future__ import annotations

import re

from mailer.mailbox.mime import Headers, Mail

#: Feedback types in which a person objects; the others are reports between machines.
_OBJECTIONS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "other", "complaint", ""})
_DIGEST = re.compile(r"(?i)\W{0,3}(?:dmarc )?report domain: ?\S+")
_MICROSOFT = "x-hmxmroriginalrecipient"


def is_report(mail: Mail) -> bool:
    """Whether it is a feedback report of any type, or a provider's digest."""
    return (
        _is_digest(mail)
        or mail.parameters.get("report-type", "").lower() == "feedback-report"
        or bool(mail.leaf("message/feedback-report") or any(_MICROSOFT in inner.headers for inner in mail.carried))
    )


def _is_digest(mail: Mail) -> bool:
    """Whether it is a provider's daily count for the firm: DMARC (RFC 7489 section 7.2.1.1) or TLS (RFC 8460)."""
    stated = mail.parameters.get("report-type", "").lower() == "tlsrpt"
    return stated or bool(_DIGEST.match(mail.headers.readable("subject")))


def is_complaint(mail: Mail) -> bool:
    """Whether the report says that a person objects, rather than that a machine found something."""
    if _is_digest(mail):
        return False
    types = [block["feedback-type"].lower() for block in _blocks(mail)]
    return any(kind in _OBJECTIONS for kind in types) if types else True


def _blocks(mail: Mail) -> list[Headers]:
    text = mail.leaf("message/feedback-report")
    return [Headers(block) for block in re.split(r"\n\s*\n", text) if "feedback-type" in block.lower()]
