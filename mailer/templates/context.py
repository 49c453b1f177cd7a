"""The names a template may use: the contact's fields, the firm, the sender, and the hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from mailer.config.models import Firm
from mailer.model import Contact, Field
from mailer.templates.cleaning import clean_body
from mailer.templates.leaving import WayOut, way_out
from mailer.templates.names import first_name
from mailer.templates.sandbox import Blank

#: Columns every sheet might have; a template may ask for them where a sheet does not.
WELL_KNOWN = (
    "name", "first_name", "last_name", "title", "company", "personal_line", "owner", "client_since", "years_with_us",
    "last_project", "birthday", "referred", "milestone", "role", "joined",
)  # fmt: skip
#: Names we give, which no column replaces.
OURS = (
    "our", "sender", "now", "today", "people", "rows", "kind", "language", "direction", "subject",
    "preheader", "unsubscribe", "way_out_words", "way_out_link", "content",
)  # fmt: skip
_RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur"})


@dataclass(frozen=True, slots=True)
class Our:
    """The firm, as `our` in a template."""

    name: str
    postal_address: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mail is from, as `sender` in a template."""

    name: str
    first_name: str
    address: str


def fields_of(contact: Contact) -> dict[str, Field | Blank]:
    """Field name → field, or a blank that refuses to print; always with the well-known names."""
    named = {**_well_known_blanks(), **{name: usable(name, value) for name, value in contact.fields.items()}}
    if contact.name and isinstance(named["name"], Blank):
        named["name"] = Field(contact.name, contact.name)
    return named


@cache
def _well_known_blanks() -> Mapping[str, Field | Blank]:
    return {name: _blank(name) for name in WELL_KNOWN}


@lru_cache(maxsize=512)
def _blank(name: str) -> Blank:
    return Blank(name)


def usable(name: str, value: Field) -> Field | Blank:
    """The field as a template may use it: a blank when it shows nothing, else free of control characters."""
    shown = value.shown
    if not shown.strip():
        return _blank(name)
    if shown.isprintable():
        return value
    cleaned = clean_body(shown)
    return value if cleaned == shown else Field(cleaned, value.value)


def names_given(
    contact: Contact,
    *,
    firm: Firm,
    from_: str,
    now: datetime,
    kind: str,
    language: str,
    tells_way_out: bool = False,
) -> dict[str, object]:
    """Everything a template may name for this contact; `language` is that of the template's words."""
    members = [fields_of(member) for member in contact.members]
    leaving = way_out(contact.language, language) if tells_way_out else WayOut()
    return {
        **fields_of(contact),
        **_given_to_all(
            from_,
            now,
            firm=firm.name,
            postal_address=firm.postal_address,
            zone=firm.timezone,
            kind=kind,
            language=language,
        ),
        "people": members,
        "rows": members,
        "way_out_words": leaving.words,
        "way_out_link": leaving.link,
    }


@lru_cache(maxsize=64)
def _given_to_all(
    from_: str, now: datetime, *, firm: str, postal_address: str, zone: str, kind: str, language: str
) -> Mapping[str, object]:
    """What most mails of a round have alike. The zone is asked for by name: equal instants may be of two zones."""
    sender = _sender(from_)
    here = now.astimezone(ZoneInfo(zone))
    return {
        "our": Our(firm, postal_address),
        "sender": sender,
        "now": here,
        "today": here.date(),
        "kind": kind,
        "language": language,
        "direction": "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr",
        "unsubscribe": f"mailto:{sender.address}?subject=unsubscribe",
    }


def _sender(from_: str) -> Sender:
    name, address = parseaddr(from_)
    return Sender(name, first_name(name), address)


@lru_cache(maxsize=64)
def locale_of(written: str, language: str, country: str) -> Locale:
    """The locale of words written in `written`, for a reader of `language` in `country`, each may be ""."""
    tag = language if language.partition("-")[0] == written.partition("-")[0] else written
    code, _, region = tag.partition("-")
    for name in (f"{code}_{region or country}", code, "en"):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("Babel knows English.")
