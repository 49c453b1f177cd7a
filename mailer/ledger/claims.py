"""Mails claimed ahead of the wire, so that a fast account does not wait for the disk at every turn.

A durable commit names the mails that may leave before the next durable one. The commits between survive a killed
program, so after one only what was `sending` is in doubt. They do not survive a power cut: the machine's start is then
another one, and whatever was claimed under the earlier start may have left. It is never sent again by the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from mailer.ledger.many import Many
from mailer.ledger.moves import PROGRAM, attempt, move
from mailer.ledger.opening import Ledger
from mailer.ledger.schema import claims
from mailer.model import Status

#: How many mails are claimed at a time, and so the most that a power cut leaves in doubt beside those under way.
MOST = 100
#: So long mails may leave that a durable commit claimed.
LASTS = timedelta(seconds=1)

_PUT = Many(claims.insert())
_DROP = Many(claims.delete().where(claims.c.account == bindparam("account")))

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def this_boot() -> str:
    """Which start of the machine this is; "" where the system does not tell, and nothing may be claimed ahead."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def put(tx: Connection, account: str, ids: Sequence[int]) -> None:
    """Claim these and no others for the account; only in a durable transaction, by who holds the account's lock."""
    drop(tx, account)
    if ids:
        _PUT.run(tx, [{"account": account, "boot": this_boot(), "deliveries": list(ids)}])


def drop(tx: Connection, account: str) -> None:
    """Claim nothing for the account."""
    _DROP.run(tx, [{"account": account}])


class Claim:
    """What an account's pass may let go before its next durable commit; for who holds the account's lock."""

    def __init__(self, account: str, *, at: datetime) -> None:
        self._account = account
        self._ids: frozenset[int] = frozenset()
        self._at = at
        self._taken = 0

    def holds(self, ids: Iterable[int], *, at: datetime) -> bool:
        """Whether the last durable commit still stands for all of these."""
        return bool(self._ids) and at - self._at < LASTS and self._ids.issuperset(ids)

    def wanted(self, taken: int, *, at: datetime) -> int:
        """How many leave while a claim stands, as fast as since the last, when `taken` were taken so far."""
        spans = max((at - self._at) / LASTS, 0.001)
        return min(MOST, int((taken - self._taken) / spans)) if this_boot() else 0

    def renew(self, tx: Connection, ids: Sequence[int], *, at: datetime, taken: int) -> None:
        """Claim these and no others; only in a durable transaction."""
        if ids or self._ids:
            put(tx, self._account, ids)
        self._ids, self._at, self._taken = frozenset(ids), at, taken


def settle(ledger: Ledger, *, at: datetime) -> None:
    """After a power cut: what was claimed and has no receipt may have left, so it is unconfirmed.

    For whoever opens the ledger first, before anybody can change such a mail and have it sent as a new one.
    """
    earlier = select(claims).where(claims.c.boot != this_boot())
    with ledger.read() as tx:
        if tx.execute(earlier).first() is None:
            return
    note = "the machine stopped while this mail may have been leaving"
    with ledger.begin() as tx:
        for row in tx.execute(earlier).all():
            queued = move(
                tx, row.deliveries, Status.SENDING, at=at, who=PROGRAM, only_from=[Status.QUEUED], values=attempt(at)
            )
            values = {"sent_at": at, "last_reply": note}
            move(tx, queued, Status.UNCONFIRMED, at=at, who=PROGRAM, note=note, values=values)
            drop(tx, row.account)
