"""What a person decides about drafts and deliveries: yes, no, never mind, it went, send it after all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mailer.ledger import listing, moves, rounds, suppressions
from mailer.ledger.awaiting import Awaiting, awaiting
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger, Transaction
from mailer.ledger.words import envelope
from mailer.model import PENDING, Severity, Status, new_message_id

#: In these a mail stands still: nothing renders it again.
_STILL = (Status.FAILED, Status.UNCONFIRMED, Status.MISSED, Status.DISCARDED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of a decision over several mails."""

    #: The ids it was carried out on.
    done: tuple[int, ...]
    #: Delivery id → why not, as the end of a sentence.
    refused: Mapping[int, str] = field(default_factory=dict)


def approve(
    ledger: Ledger,
    ids: Iterable[int],
    *,
    who: str,
    now: datetime,
    seen: Mapping[int, str] | None = None,
    late: bool = True,
) -> Decision:
    """A person's yes to the words of each draft; it is queued for its due time, else for now.

    A draft whose time has passed goes at the next open hour, as a person has just said; with `late` False it keeps
    its time, and what has become of it is decided when the queue is sorted.
    `seen` maps an id to the digest of the words that person saw: a draft that has changed since is refused.
    """
    approved: list[int] = []
    refused: dict[int, str] = {}
    for batch in moves.batches(dict.fromkeys(ids)):  # their words would not fit in memory at once
        with ledger.begin() as tx:
            found = awaiting(tx, batch)
            refused |= {each: "there is no such draft" for each in batch if each not in found}
            refused |= _refused(found.values(), seen or {})
            sent = {row.id: envelope(row.words) for row in found.values() if row.id not in refused}
            refused |= _suppressed(tx, {row_id: recipients for row_id, (_, recipients) in sent.items()})
            rows = [
                _approval(found[row_id], from_, who, now, late=late)
                for row_id, (from_, _) in sent.items()
                if row_id not in refused
            ]
            moves.move_each(tx, rows, Status.QUEUED, Status.DRAFT, at=now, who=who)
            approved += [row["row_id"] for row in rows]
    return Decision(tuple(approved), refused)


def _refused(found: Iterable[Awaiting], seen: Mapping[int, str]) -> dict[int, str]:
    reasons = {row.id: _why_not(row, seen.get(row.id, row.digest)) for row in found}
    return {row_id: why for row_id, why in reasons.items() if why}


def _why_not(row: Awaiting, seen: str) -> str:
    if row.status != Status.DRAFT:
        return f"it is {row.status}, not a draft"
    if row.held:
        return next(problem.what for problem in row.problems if problem.severity is Severity.HOLD)
    if row.digest != seen:
        return "its words changed since they were shown"
    return ""


def _suppressed(tx: Transaction, recipients: Mapping[int, Iterable[str]]) -> dict[int, str]:
    blocked = suppressions.among(tx, {address for each in recipients.values() for address in each})
    reasons = {
        row_id: [f"{address} must not be written to: {blocked[address]}" for address in each if address in blocked]
        for row_id, each in recipients.items()
    }
    return {row_id: "; ".join(each) for row_id, each in reasons.items() if each}


def _approval(row: Awaiting, from_: str, who: str, now: datetime, *, late: bool) -> dict[str, Any]:
    due_at = row.due_at or now
    return {
        "row_id": row.id,
        "note": "approved",
        "approved_digest": row.digest,
        "approved_words": None,
        "approved_at": now,
        "approved_by": who,
        "message_id": row.message_id or new_message_id(from_),
        "due_at": max(due_at, now) if late else due_at,
    }


def discard(ledger: Ledger, ids: Iterable[int], *, who: str, now: datetime, note: str = "") -> Decision:
    """A person's no: these drafts do not go out in this round."""
    return _move(ledger, ids, Status.DISCARDED, who=who, now=now, note=note or "discarded")


def reconsider(ledger: Ledger, ids: Iterable[int], *, who: str, now: datetime) -> Decision:
    """Make drafts again of discarded, missed, or queued mails."""
    return _move(ledger, ids, Status.DRAFT, who=who, now=now, note="to be looked at again")


def retry(ledger: Ledger, ids: Iterable[int], *, who: str, now: datetime) -> Decision:
    """Queue failed mails once more, for now, with a fresh count of attempts."""
    values = {"due_at": now, "attempts": 0, "first_attempt_at": None}
    return _move(ledger, ids, Status.QUEUED, who=who, now=now, note="retry", only_from=[Status.FAILED], values=values)


def resolve(ledger: Ledger, ids: Iterable[int], to: Status, *, who: str, now: datetime, note: str = "") -> Decision:
    """A person, or evidence, says what became of unconfirmed mails: sent, queued (send again), or cancelled."""
    values = {"due_at": now, "sent_at": None} if to is Status.QUEUED else {}
    return _move(
        ledger, ids, to, who=who, now=now, note=note or "resolved", only_from=[Status.UNCONFIRMED], values=values
    )


def cancel(
    ledger: Ledger, *, who: str, now: datetime, campaign: str | None = None, address: str | None = None
) -> Decision:
    """Call back everything that has not gone: of a campaign (its rounds are closed), of an address, or of both."""
    with ledger.begin() as tx:
        entries = listing.entries(tx, campaign=campaign, address=address, statuses=PENDING)
        done = moves.move(tx, [entry.id for entry in entries], Status.CANCELLED, at=now, who=who, note="cancelled")
        if campaign is not None and address is None:
            for each in rounds.rounds_of(tx, campaign):
                rounds.cancel_round(tx, each.id, at=now)
    return Decision(tuple(done))


def pause(ledger: Ledger, campaign: str, *, now: datetime, paused: bool) -> None:
    """Let nothing of a campaign be prepared or sent, or let it go on."""
    with ledger.begin() as tx:
        rounds.see_campaign(tx, campaign, at=now)
        rounds.pause(tx, campaign, at=now if paused else None)


@dataclass(frozen=True, slots=True)
class Silenced:
    """What a suppression did."""

    #: How many of the addresses or domains are new on the list.
    added: int
    #: The mails that were called back.
    cancelled: tuple[int, ...]


def suppress(ledger: Ledger, what: Iterable[str], *, reason: str, who: str, now: datetime) -> Silenced:
    """Write to these addresses or domains no more; what waits for them is cancelled."""
    with ledger.begin() as tx:
        added = sum(suppressions.add(tx, each, reason=reason, who=who, at=now) for each in what)
        waiting = {entry.id: entry.address for entry in listing.entries(tx, statuses=PENDING)}
        blocked = suppressions.among(tx, set(waiting.values()))
        ids = [each for each, address in waiting.items() if address in blocked]
        cancelled = moves.move(tx, ids, Status.CANCELLED, at=now, who=who, note=f"suppressed: {reason}")
    return Silenced(added, tuple(cancelled))


def _move(
    ledger: Ledger,
    ids: Iterable[int],
    to: Status,
    *,
    who: str,
    now: datetime,
    note: str,
    only_from: list[Status] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Decision:
    wanted = list(dict.fromkeys(ids))
    goes_on = to in {Status.DRAFT, Status.QUEUED}
    with ledger.begin() as tx:
        wordless = listing.wordless(tx, wanted) if goes_on else frozenset[int]()
        still = listing.entries(tx, ids=wanted, statuses=_STILL) if goes_on else []
        able = [each for each in wanted if each not in wordless]
        done = moves.move(tx, able, to, at=now, who=who, note=note, only_from=only_from, values=values)
        rounds.look_again(tx, [entry.id for entry in still])
        left = {entry.id: entry for entry in listing.entries(tx, ids=set(wanted) - set(done))}
    refused = {
        each: _cannot(left.get(each), to, only_from or [], has_words=each not in wordless)
        for each in wanted
        if each not in done
    }
    return Decision(tuple(done), refused)


def _cannot(entry: Entry | None, to: Status, only_from: list[Status], *, has_words: bool) -> str:
    if entry is None:
        return "there is no such email"
    if entry.status is to:
        return f"it is {to} already"
    if only_from and entry.status not in only_from:
        return f"it is {entry.status}, not {only_from[0]}"
    if not has_words:
        return "its words are no longer kept"
    return f"it is {entry.status} and cannot be {'a draft again' if to is Status.DRAFT else to}"
