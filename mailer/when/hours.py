"""Zones, closed days and office hours: an instant → the first instant at which a person may be written to."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from mailer.config.calendar import ClosedDays
from mailer.config.models import Firm
from mailer.config.when import Hours
from mailer.model import Contact

#: No closing lasts longer than this many days; after it holidays are ignored rather than a mail lost.
LONGEST_CLOSING = 400

#: No day is closed.
NEVER: Container[date] = frozenset()


def known_zone(name: str) -> bool:
    """Whether this is an IANA zone we have rules for."""
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (KeyError, ValueError, OSError):  # zoneinfo says "not found" in all three ways
        return False


@lru_cache(maxsize=300)
def only_zone(country: str) -> str:
    """The zone of a country with one clock ("NG" → "Africa/Lagos"), "" for one with several, or an unknown one.

    Germany lists two zones, which keep the same time: that is one clock.
    """
    zones = [zone for zone in get_global("territory_zones").get(country.upper(), []) if known_zone(zone)]
    return zones[0] if len({_clock(zone) for zone in zones}) == 1 else ""


def is_country(code: str) -> bool:
    """Whether it is the ISO code of a country."""
    return code.upper() in get_global("territory_currencies")


def _clock(zone: str) -> tuple[timedelta | None, ...]:
    """How a zone's clock stands on the first of each month of two years."""
    info = ZoneInfo(zone)
    return tuple(datetime(2025 + month // 12, month % 12 + 1, 1, tzinfo=info).utcoffset() for month in range(24))


def zone_of(contact: Contact, firm: Firm) -> str:
    """The contact's IANA zone: its own, else its country's only one, else the firm's."""
    if known_zone(contact.timezone):
        return contact.timezone
    return (contact.country and only_zone(contact.country)) or firm.timezone


@dataclass(frozen=True, slots=True)
class _Closed:
    """The public holidays of a country and the firm's own closed days together."""

    country: str
    own: tuple[ClosedDays, ...]

    def __contains__(self, day: object) -> bool:
        return any(day in days for days in self.own) or day in _public(self.country)


@lru_cache(maxsize=300)
def _public(country: str) -> Container[date]:
    if not country:
        return NEVER
    import holidays  # most commands ask for no holiday

    try:
        return holidays.country_holidays(country.upper())
    except NotImplementedError:  # a country whose holidays nobody has written down
        return NEVER


def closed_days(country: str, own: Iterable[ClosedDays] = ()) -> Container[date]:
    """The days that count as closed: public holidays of an ISO country ("" for none), and those of the firm."""
    return _Closed(country, tuple(own))


def on_the_wall(day: date, clock: time, zone: str) -> datetime:
    """The instant, UTC, at which that wall clock shows that time.

    A time that is skipped when clocks go forward is the same distance after the jump; one that comes twice
    when they go back is the first of the two.
    """
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), ZoneInfo(zone)).astimezone(UTC)


def is_open(at: datetime, hours: Hours | None, zone: str, closed: Container[date] = NEVER) -> bool:
    """Whether a mail may leave at that instant; always, where there are no hours."""
    if hours is None:
        return True
    local = at.astimezone(ZoneInfo(zone))
    return hours.from_ <= local.time() < hours.to and _works(local.date(), hours, closed)


def next_open(at: datetime, hours: Hours | None, zone: str, closed: Container[date] = NEVER) -> datetime:
    """The first instant, UTC, from `at` on at which a mail may leave: `at` itself inside the hours or without any."""
    if hours is None or is_open(at, hours, zone, closed):
        return at.astimezone(UTC)
    for opening in _openings(at, hours, zone, closed):
        return opening
    return next(_openings(at, hours, zone, NEVER), at.astimezone(UTC))


def closes_at(at: datetime, hours: Hours, zone: str) -> datetime:
    """When the hours of that local day end, UTC."""
    return on_the_wall(at.astimezone(ZoneInfo(zone)).date(), hours.to, zone)


def _works(day: date, hours: Hours, closed: Container[date]) -> bool:
    return day.weekday() in hours.days and not (hours.holidays == "skip" and day in closed)


def _openings(at: datetime, hours: Hours, zone: str, closed: Container[date]) -> Iterator[datetime]:
    """The openings after `at`. A day whose hours all fall into a daylight saving gap has none."""
    today = at.astimezone(ZoneInfo(zone)).date()
    for ahead in range(LONGEST_CLOSING):
        day = today + timedelta(days=ahead)
        opening = on_the_wall(day, hours.from_, zone)
        if opening > at and is_open(opening, hours, zone, closed):
            yield opening
