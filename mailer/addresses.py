"""Text as people type it → an address for the wire, and the problems on the way. Pure; no DNS, no network.

`parse_address` takes one cell's or option's text; `split_addresses` tells whether it holds several.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mailer.model import Problem, Severity

#: Mailbox providers whose names are often misspelt.
PROVIDERS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.fr",
    "yahoo.co.uk",
    "hotmail.com",
    "hotmail.fr",
    "outlook.com",
    "icloud.com",
    "live.com",
    "aol.com",
    "protonmail.com",
    "orange.fr",
    "wanadoo.fr",
    "web.de",
    "gmx.de",
    "libero.it",
)
#: Real domains that are one letter away from a provider's.
_REAL = frozenset({"mail.com", "email.com", "ymail.com", "gmx.com", "gmx.net", "live.co", "aol.co", "web.dev"})
#: Boxes read by nobody in particular.
ROLES = frozenset(
    re.findall(
        r"\S+",
        """abuse accounts admin administrator billing bonjour contact contacto enquiries help hello hola info
        invoices kontakt mail marketing no-reply noreply office postmaster reception sales secretariat
        service support team webmaster""",
    )
)
#: What nearly every address looks like: no quirk of it needs the full validator (a test proves they agree).
_PLAIN = re.compile(
    r"[A-Za-z0-9_+%-]{1,30}(?:\.[A-Za-z0-9_+%-]{1,30})?"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.){1,3}"
    r"(?:com|org|net|edu|info|eu|co|example|uk|fr|de|es|pt|it|ng|za|ke|gh|ch|at|be|nl|us|ca|au|br|mx)"
)
_IN_BRACKETS = re.compile(r"[^<>]*<\s*([^<>]+?)\s*>[\s;,.]*")
_SEVERAL = re.compile(r"\s*(?:[;,/|\n]|\s(?:and|or|et|und|oder|y|e)\s)\s*", re.IGNORECASE)
_TYPED_AT = str.maketrans({"＠": "@", "﹫": "@", "．": ".", "。": ".", "\u00a0": " ", "\u2007": " ", "\u202f": " "})
_WRONG_ENDS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "cim": "com", "vom": "com"}
#: Cyrillic and Greek letters that pass for Latin ones.
_LOOK_ALIKE = frozenset("аеорсухіјѕԁһӏԛԝвкмнтАВЕКМНОРСТХοανικρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")

Parsed = tuple[str | None, tuple[Problem, ...]]


def parse_address(text: str, where: str = "") -> Parsed:
    """One address out of `text`, its domain in lower-case punycode; None when there is none to write to.

    A None comes with exactly one HOLD problem; notes and warnings may come with an address.
    """
    if _PLAIN.fullmatch(text):
        local, _, domain = text.rpartition("@")
        if "--" not in domain:
            address = f"{local}@{domain.lower()}"
            return address, _remarks(address, where)
    return _parse_with_care(text, where)


def _parse_with_care(text: str, where: str) -> Parsed:
    cleaned = clean(text)
    if not cleaned:
        return None, (Problem(where, "There is no address.", _WRITE_ONE, Severity.HOLD, "no-address"),)
    several = split_addresses(text)
    if len(several) > 1:
        return None, (_several(several, where),)
    from email_validator import EmailNotValidError, validate_email  # few addresses need it

    try:
        found = validate_email(cleaned, check_deliverability=False)
    except EmailNotValidError as error:
        what = f"“{cleaned}” is not an address: {_sentence(error)}"
        return None, (Problem(where, what, "Correct the cell.", Severity.HOLD, "bad-address"),)
    except (ValueError, IndexError):
        what = f"“{cleaned}” is not an address."
        return None, (Problem(where, what, "Correct the cell.", Severity.HOLD, "bad-address"),)
    address = f"{found.local_part}@{found.ascii_domain or found.domain}"
    problems = [*_remarks(address, where), *_script_remarks(found.local_part, found.domain, where)]
    if cleaned != text.strip():
        problems.append(_cleaned(text, address, where))
    return address, tuple(problems)


_WRITE_ONE = "Write one address in the cell."


def _sentence(error: Exception) -> str:
    words = str(error).strip()
    return words if words.endswith(".") else words + "."


def _several(several: tuple[str, ...], where: str) -> Problem:
    what = f"There are {len(several)} addresses in one cell: {', '.join(several)}."
    cure = "Keep one, or set `several: first`, `each` or `together` for this source."
    return Problem(where, what, cure, Severity.HOLD, "several-addresses")


def _cleaned(text: str, address: str, where: str) -> Problem:
    seen = "".join(_visible(letter) for letter in text.strip())
    return Problem(where, f"“{seen}” was read as {address}.", "", Severity.NOTE, "cleaned-address")


def _visible(letter: str) -> str:
    if letter.isprintable() and unicodedata.category(letter) != "Zs":
        return letter
    return " " if letter == " " else f"[U+{ord(letter):04X}]"


def clean(text: str) -> str:
    """`text` without what spreadsheets and mail programs wrap around an address."""
    text = "".join(letter for letter in text.translate(_TYPED_AT) if unicodedata.category(letter) not in ("Cf", "Cc"))
    text = text.strip()
    bracketed = _IN_BRACKETS.fullmatch(text)
    text = bracketed[1] if bracketed else text
    if text.lower().startswith("mailto:"):
        text = text[7:].partition("?")[0]
    return text.strip(" \t<>()[]\"'“”‘’«»;,").rstrip(".").strip()


def split_addresses(text: str) -> tuple[str, ...]:
    """Give the parts of a cell that each hold an @, cleaned; one or none for an ordinary cell."""
    text = text.replace("\r", "\n").translate(_TYPED_AT)
    if text.count("@") < 2:
        return (clean(text),) if "@" in text else ()
    parts = (clean(part) for part in _SEVERAL.split(text))
    found = tuple(part for part in parts if "@" in part)
    if len(found) == 1 and found[0].count("@") > 1:
        found = tuple(clean(part) for part in found[0].split() if "@" in part)
    return found


def addresses_or_domain(text: str) -> tuple[str, ...]:
    """The addresses that a text names, or the domain where it is one alone; none where it is neither."""
    alone = clean(text).removeprefix("@")
    if "@" not in alone:
        found, _ = parse_address(f"anybody@{alone}")
        return (found.rpartition("@")[2],) if found else ()
    named = [parse_address(part)[0] for part in split_addresses(text)]
    return tuple(address for address in named if address) if all(named) else ()


def on_the_wire(text: str) -> str:
    """An address, or a domain alone, with the domain as it is kept and sent: in punycode. Other text stays as it is."""
    local, at, domain = text.strip().rpartition("@")
    if domain.isascii():
        return text.strip()
    found, _ = parse_address(f"anybody@{domain}")
    return f"{local}{at}{found.rpartition('@')[2]}" if found else text.strip()


def identity(address: str, *, plus_tags: bool = False, gmail_dots: bool = False) -> str:
    """Give what two spellings of one mailbox share: always apart from letter case, the rest on request."""
    local, _, domain = address.casefold().rpartition("@")
    if plus_tags:
        local = local.partition("+")[0] or local
    if gmail_dots and domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _remarks(address: str, where: str) -> tuple[Problem, ...]:
    local, _, domain = address.rpartition("@")
    found = []
    meant = suggest_domain(domain)
    if meant:
        what = f"{address} looks misspelt: did you mean {local}@{meant}?"
        found.append(Problem(where, what, "Correct the cell, or leave it.", Severity.WARN, "misspelt"))
    if local.lower() in ROLES:
        what = f"{address} is a shared box, not a person's address."
        found.append(Problem(where, what, "", Severity.NOTE, "role-address"))
    if not local.isascii():
        what = f"{address} needs a mail server that speaks SMTPUTF8."
        found.append(Problem(where, what, "", Severity.NOTE, "smtputf8"))
    return tuple(found)


def _script_remarks(local: str, domain: str, where: str) -> list[Problem]:
    for label in (local, *domain.split(".")):
        letters = [letter for letter in label if letter.isalpha()]
        foreign = [letter for letter in letters if letter in _LOOK_ALIKE]
        mixed = len({_script(letter) for letter in letters}) > 1
        if foreign and (mixed or len(foreign) == len(letters)):
            what = f"“{label}” has letters that only look Latin: {', '.join(map(_named, foreign[:3]))}."
            cure = "Type the address again, or ask the person."
            return [Problem(where, what, cure, Severity.WARN, "look-alike-address")]
    return []


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def _named(letter: str) -> str:
    return f"{letter} ({unicodedata.name(letter, '?').lower()})"


@lru_cache(maxsize=4096)
def suggest_domain(domain: str) -> str:
    """Give the provider's domain that was probably meant, or ""."""
    if domain in PROVIDERS or domain in _REAL:
        return ""
    if domain in _misspellings():
        return _misspellings()[domain]
    stem, _, end = domain.rpartition(".")
    return f"{stem}.{_WRONG_ENDS[end]}" if end in _WRONG_ENDS else ""


@lru_cache(maxsize=1)
def _misspellings() -> dict[str, str]:
    """Everything one slip of a finger away from a provider's domain → that domain."""
    found: dict[str, str] = {}
    for domain in PROVIDERS:
        for wrong in _slips(domain):
            found.setdefault(wrong, domain)
    return found


def _slips(word: str) -> set[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    lost = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    changed = {left + letter + right[1:] for left, right in cuts if right for letter in letters}
    added = {left + letter + right for left, right in cuts for letter in letters}
    return (lost | swapped | changed | added) - {word}
