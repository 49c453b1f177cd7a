"""Rules, offices and moments for the tests of `when`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailer import when
from mailer.config import Campaign

LAGOS = when.Office(zone="Africa/Lagos", closed=when.closed_days("NG"))

ZONES = ["Africa/Lagos", "Europe/Paris", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe"]
ZONES += ["Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut"]

OFFICE_HOURS = {"days": "mon-fri", "from": "09:00", "to": "17:00"}


def plan(**keys) -> Campaign:
    """A campaign with these keys."""
    return Campaign.model_validate({"contacts": "clients", "template": "t", "from": "office", **keys})


def at(text: str) -> datetime:
    """An instant, "2026-11-24T09:30Z"."""
    return datetime.fromisoformat(text).astimezone(UTC)


def local(instant: datetime, zone: str) -> str:
    """An instant as the clocks of a zone show it."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def rounds(rule, first="2026-01-01", last="2026-12-31", facts=None, firm=LAGOS, **keys) -> list[tuple[str, str]]:
    """(name, local time in the recipient's zone) of a year's rounds."""
    facts = facts or when.Facts(zone=firm.zone)
    found = when.dues(plan(when=rule, **keys), facts, firm, after=at(f"{first}T00:00Z"), until=at(f"{last}T23:59Z"))
    return [(due.round, local(due.due_at, due.zone)) for due in found]
