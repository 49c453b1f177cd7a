"""What people write for a language, a country or a time zone → its code."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

from babel import Locale, UnknownLocaleError

#: The languages whose words for languages and countries are understood.
_SPOKEN = ("en", "fr", "de", "es", "pt", "it")


@lru_cache(maxsize=1024)
def language_code(text: str) -> str:
    """Give the BCP 47 tag of "fr", "fr_CA", "French" or "Français"; "" for what is none."""
    try:
        locale = Locale.parse(text.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return _languages().get(text.strip().casefold(), "")
    return "-".join(part for part in (locale.language, locale.script, locale.territory) if part)


@lru_cache(maxsize=1024)
def country_code(text: str) -> str:
    """Give the ISO 3166 code of "ng", "Nigeria" or "Allemagne"; "" for what is none."""
    text = text.strip()
    if len(text) == 2 and text.upper() in Locale("en").territories:
        return text.upper()
    return _countries().get(text.casefold(), "")


@lru_cache(maxsize=1024)
def is_timezone(text: str) -> bool:
    """Whether it is the name of an IANA zone."""
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    for spoken in _SPOKEN:
        for code, name in Locale(spoken).languages.items():
            found.setdefault(name.casefold(), code.replace("_", "-"))
    for code in (*_SPOKEN, "nl", "pl", "sv", "da", "fi", "el", "ru", "tr", "ar"):
        found.setdefault(Locale(code).languages[code].casefold(), code)
    return found


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found = {
        "uk": "GB",
        "great britain": "GB",
        "england": "GB",
        "scotland": "GB",
        "usa": "US",
        "u.s.a.": "US",
    }
    for spoken in _SPOKEN:
        for code, name in Locale(spoken).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(name.casefold(), code)
    return found
