"""The office manager's words: how the desk says statuses, times and cures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Flask

from mailer.desk.conditions import because, plain_reason
from mailer.model import Status

if TYPE_CHECKING:
    from mailer.desk.desk import Desk

STATUSES = {
    Status.DRAFT: "to review",
    Status.QUEUED: "waiting",
    Status.SENDING: "leaving now",
    Status.SENT: "sent",
    Status.FAILED: "refused",
    Status.UNCONFIRMED: "perhaps sent",
    Status.BOUNCED: "came back",
    Status.DISCARDED: "held back",
    Status.MISSED: "missed its time",
    Status.CANCELLED: "called off",
}

#: Kind of history → the office manager's words.
KINDS = {
    "heard": "in touch",
    "replied": "answered",
    "absent": "out of office",
    "complained": "complained of spam",
    "unsubscribed": "asked us to stop",
    "bounced": "came back",
}


#: Of a defect of ours.
OUR_MISTAKE = "The program made a mistake and stopped here; nothing is sent twice. Please tell who looks after it."


def teach(app: Flask, desk: Desk) -> None:
    """Give the pages these words as filters."""

    def moment(at: datetime | None) -> str:
        workspace = desk.workspace
        return spoken(at, now=workspace.now, zone=ZoneInfo(workspace.config.firm.timezone))

    app.jinja_env.filters.update(
        moment=moment,
        status=STATUSES.__getitem__,
        emails=emails,
        plain_cure=plain_cure,
        because=because,
        plain_reason=plain_reason,
    )


def spoken(at: datetime | None, *, now: datetime, zone: ZoneInfo) -> str:
    """An instant as people say it: "today 09:30", "Tue 24 Nov 09:30", "24 Nov 2025 09:30"; "" for none."""
    if at is None:
        return ""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"today {local:%H:%M}"
    day = f"{local:%a} {local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"
    return f"{day} {local:%H:%M}"


def emails(count: int) -> str:
    """A number of emails: "1 email", "12 emails"."""
    return f"{count:,} email{'' if count == 1 else 's'}"


def plain_cure(cure: str) -> str:
    """A cure as the desk may say it: not one that is a command to type."""
    return "" if "mailer " in cure else cure
