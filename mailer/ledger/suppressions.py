"""Who must not be written to: addresses, whole domains, and hashes of the forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from mailer.addresses import on_the_wire
from mailer.ledger.opening import driver
from mailer.ledger.schema import suppressions

#: In the driver's own words, since they are asked at every turn of a pass.
_ANY = "SELECT EXISTS (SELECT 1 FROM suppressions)"
_REASONS = "SELECT what, reason FROM suppressions WHERE what IN (?, ?, ?)"
_SALT = "SELECT id FROM ledger"
#: "hash:…", as the index has them: all between these two.
_HASHES = select(suppressions.c.what).where(suppressions.c.what.between("hash:", "hash;"))


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry: an address, "@domain", or "hash:…"."""

    what: str
    reason: str
    who: str
    at: datetime


def normal(what: str) -> str:
    """The form an address or domain is compared in: "Bob@X.example" → "bob@x.example", "x.example" → "@x.example"."""
    folded = on_the_wire(what).casefold()
    return folded if "@" in folded or folded.startswith("hash:") else f"@{folded}"


def add(tx: Connection, what: str, *, reason: str, who: str, at: datetime) -> bool:
    """Suppress an address or domain; False when it already was."""
    entry = normal(what)
    if tx.execute(select(suppressions.c.what).where(suppressions.c.what == entry)).first():
        return False
    tx.execute(suppressions.insert().values(what=entry, reason=reason, who=who, at=at))
    return True


def remove(tx: Connection, what: str) -> bool:
    """Allow it again; False when it was not suppressed."""
    return tx.execute(suppressions.delete().where(suppressions.c.what == normal(what))).rowcount > 0


def entries(tx: Connection) -> list[Suppression]:
    """All of them, newest first."""
    rows = tx.execute(
        select(suppressions.c.what, suppressions.c.reason, suppressions.c.who, suppressions.c.at).order_by(
            suppressions.c.at.desc(), suppressions.c.what
        )
    )
    return [Suppression(*row) for row in rows]


def among(tx: Connection, addresses: Iterable[str]) -> dict[str, str]:
    """Those of `addresses` that are suppressed, by themselves, by domain or by hash → the reason."""
    if not has_any(tx):
        return {}
    salt = salt_of(tx)
    reasons = ((address, _reason(tx, _forms(address, salt))) for address in addresses)
    return {address: reason for address, reason in reasons if reason is not None}


def _reason(tx: Connection, forms: tuple[str, str, str]) -> str | None:
    found: dict[str, str] = dict(driver(tx).execute(_REASONS, forms).fetchall())
    return next((found[form] for form in forms if form in found), None)


def has_any(tx: Connection) -> bool:
    """Whether anybody is suppressed at all: asked for every mail, so asked first."""
    return bool(driver(tx).execute(_ANY).fetchone()[0])


def forgotten(tx: Connection, addresses: Iterable[str]) -> set[str]:
    """Those of `addresses` whose owner asked to be forgotten: only a hash blocks them."""
    hashes = set(tx.execute(_HASHES).scalars())
    if not hashes:
        return set()
    salt = salt_of(tx)
    return {address for address in addresses if hashed(address, salt) in hashes}


def _forms(address: str, salt: str) -> tuple[str, str, str]:
    folded = address.casefold()
    return folded, "@" + folded.rpartition("@")[2], hashed(folded, salt)


def hashed(address: str, salt: str) -> str:
    """The entry that still blocks a forgotten address without naming it."""
    digest = hashlib.blake2b(address.casefold().encode(), key=salt.encode()[:64], digest_size=20)
    return "hash:" + digest.hexdigest()


def salt_of(tx: Connection) -> str:
    """This ledger's own salt: its id."""
    salt: str = driver(tx).execute(_SALT).fetchone()[0]
    return salt
