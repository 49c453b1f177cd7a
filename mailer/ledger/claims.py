"""Mails claimed ahead of the wire, so that a fast account does not wait for the disk at every turn.

A durable commit names the mails that may leave before the next durable one. The commits between survive a killed
program, so after one only what was `sending` is in doubt. They do not survive a power cut: the machine's start is then
another one, and whatever was claimed under the earlier start may have left. It is never sent again by the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
