"""What a person decides about drafts and deliveries: yes, no, never mind, it went, send it after all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mailer.ledger import listing, moves, rounds, suppressions
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger, Transaction
from mailer.model import Draft, Severity, Status, new_message_id

#: Statuses of a mail that has not gone and can still be called back.
PENDING = (Status.DRAFT, Status.QUEUED, Status.MISSED)


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
            entries = {entry.id: entry for entry in listing.entries(tx, ids=batch)}
            words = listing.words_of(tx, entries)
            refused |= _refused(tx, batch, entries, words, seen or {})
            willing = [entry for entry in entries.values() if entry.id not in refused]
            rows = [_approval(entry, words[entry.id], who, now, late=late) for entry in willing]
            moves.move_each(tx, rows, Status.QUEUED, Status.DRAFT, at=now, who=who)
            approved += [entry.id for entry in willing]
    return Decision(tuple(approved), refused)


def _refused(
    tx: Transaction,
    wanted: list[int],
    entries: Mapping[int, Entry],
    words: Mapping[int, Draft],
    seen: Mapping[int, str],
) -> dict[int, str]:
    blocked = suppressions.among(tx, {address for draft in words.values() for address in draft.recipients})
    refused = {each: "there is no such draft" for each in wanted if each not in entries}
    for entry in entries.values():
        why = _why_not(entry, seen.get(entry.id, entry.digest)) or _suppressed(words[entry.id], blocked)
        if why:
            refused[entry.id] = why
    return refused


def _why_not(entry: Entry, seen: str) -> str:
    if entry.status is not Status.DRAFT:
        return f"it is {entry.status}, not a draft"
    if entry.held:
        return next(problem.what for problem in entry.problems if problem.severity is Severity.HOLD)
    if entry.digest != seen:
        return "its words changed since they were shown"
    return ""


def _suppressed(draft: Draft, blocked: Mapping[str, str]) -> str:
    reasons = [
        f"{address} must not be written to: {blocked[address]}" for address in draft.recipients if address in blocked
    ]
    return "; ".join(reasons)


def _approval(entry: Entry, draft: Draft, who: str, now: datetime, *, late: bool) -> dict[str, Any]:
    due_at = entry.due_at or now
    return {
        "row_id": entry.id,
        "note": "approved",
        "approved_digest": entry.digest,
        "approved_words": None,
        "approved_at": now,
        "approved_by": who,
        "message_id": entry.message_id or new_message_id(draft.from_),
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
    with ledger.begin() as tx:
        done = moves.move(tx, wanted, to, at=now, who=who, note=note, only_from=only_from, values=values)
        left = {entry.id: entry for entry in listing.entries(tx, ids=set(wanted) - set(done))}
    refused = {each: _cannot(left.get(each), to) for each in wanted if each not in done}
    return Decision(tuple(done), refused)


def _cannot(entry: Entry | None, to: Status) -> str:
    return f"it is {entry.status} and cannot become {to}" if entry else "there is no such delivery"
