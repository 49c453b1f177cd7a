"""The outlook as an iCalendar file (RFC 5545), for the calendar that people look at anyway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailer.scheduling.outlook import Line

#: RFC 5545 3.1: lines of at most 75 octets, longer ones folded.
_FOLD = 75
_SHORTEST = timedelta(minutes=15)


def calendar(lines: list[Line], *, firm: str, now: datetime) -> str:
    """One event per line of the outlook; the same round keeps its identity when it is written again."""
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_text(firm)}//mailer//EN"]
    for line in lines:
        rows += _event(line, now)
    rows.append("END:VCALENDAR")
    return "".join(f"{_folded(row)}\r\n" for row in rows)


def _event(line: Line, now: datetime) -> list[str]:
    review = f"{line.waiting} wait for review. " if line.waiting else ""
    mails = "1 mail" if line.count == 1 else f"{line.count} mails"
    said = f"{line.rule}. {review}{line.queued} approved. From {', '.join(line.accounts)}."
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(f'{line.campaign}-{line.round}-{line.step}')}@mailer.invalid",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(line.first_at)}",
        f"DTEND:{_utc(max(line.last_at, line.first_at + _SHORTEST))}",
        f"SUMMARY:{_text(f'{mails}: {line.campaign}')}",
        f"DESCRIPTION:{_text(said)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return "".join(letter for letter in value if letter.isprintable())


def _folded(row: str) -> str:
    """Fold by octets, never inside a letter."""
    parts: list[str] = []
    current = ""
    for letter in row:
        if len((current + letter).encode()) > _FOLD - (1 if parts else 0):
            parts.append(current)
            current = ""
        current += letter
    return "\r\n ".join([*parts, current])
