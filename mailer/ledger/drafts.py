"""What preparation writes: rows of rendered words, new or again, with what stands in their way."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from mailer.ledger.many import Many
from mailer.ledger.moves import batches
from mailer.ledger.opening import listed
from mailer.ledger.people import ADDRESS
from mailer.ledger.schema import attachments, beside, deliveries, identities, members, rounds
from mailer.ledger.words import pack, problems_from_json, problems_to_json
from mailer.model import Contact, Draft, Edit, Problem, Severity, Source, Status


@dataclass(frozen=True, slots=True)
class Kept:
    """What preparation needs to know of a row that exists already."""

    id: int
    status: Status
    digest: str
    problems: tuple[Problem, ...]
    edit: Edit | None
    #: Digest of the words beneath the edit, when it was made.
    edit_base: str
    #: What its words call `now`; None for the round's.
    now_at: datetime | None = None
    #: What stands beside the words: its row, and whose hours it keeps (see `_BESIDE`).
    beside: tuple[Any, ...] = ()
    #: The preparation that saw its row last.
    seen: int = 0


#: What a rendering tells that is no part of the words, and may change without them.
_BESIDE = ("source_file", "source_sheet", "source_row", "zone", "country")
_KEPT = select(
    deliveries.c.id,
    deliveries.c.person_id,
    deliveries.c.copy,
    deliveries.c.status,
    deliveries.c.digest,
    deliveries.c.problems,
    deliveries.c.edit,
    deliveries.c.now_at,
    deliveries.c.seen,
    *(deliveries.c[name] for name in _BESIDE),
).where(
    deliveries.c.round_id == bindparam("round"),
    deliveries.c.step == bindparam("step"),
    deliveries.c.person_id.in_(listed("persons")),
)


def kept(tx: Connection, round_id: int, step: int, persons: Iterable[int]) -> dict[tuple[int, int], Kept]:
    """(person, copy) → the row it has in this round and step."""
    wanted = list(persons)
    rows = tx.execute(_KEPT, {"round": round_id, "step": step, "persons": wanted}) if wanted else ()
    return {
        (row.person_id, row.copy): Kept(
            row.id,
            Status(row.status),
            row.digest,
            problems_from_json(row.problems),
            Edit(**row.edit["edit"]) if row.edit else None,
            row.edit["base"] if row.edit else "",
            row.now_at,
            tuple(row[-len(_BESIDE) :]),
            row.seen,
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Due:
    """The time of one mail."""

    #: None for whenever a person sends it.
    due_at: datetime | None
    #: What its words call `now`.
    now_at: datetime


@dataclass(frozen=True)  # without slots it travels twice as fast
class Rendering:
    """One freshly rendered draft on its way into the ledger, its words packed."""

    person: int
    copy: int
    step: int
    digest: str
    problems: tuple[Problem, ...]
    #: The columns of its row that any rendering of it writes.
    columns: Mapping[str, Any]
    #: The ids of the household's or group's other people.
    members: Sequence[int] = ()
    #: When it is due, where a rule says so.
    due: Due | None = None

    @classmethod
    def of(
        cls,
        draft: Draft,
        problems: Sequence[Problem],
        contact: Contact,
        *,
        members: Sequence[int] = (),
        beneath: Draft | None = None,
        zone: str = "",
        country: str = "",
        due: Due | None = None,
    ) -> Rendering:
        """The words for `contact` with what was found in them; `beneath` is what the template says without an edit."""
        columns = {
            "account": draft.account,
            "address": contact.address,
            "name": contact.name,
            "subject": draft.subject,
            "words": pack(draft),
            "beneath_words": pack(beneath) if beneath else None,
            "digest": draft.digest,
            "problems": problems_to_json(problems),
            "held": any(problem.severity is Severity.HOLD for problem in problems),
            "source_file": contact.source.file,
            "source_sheet": contact.source.sheet,
            "source_row": contact.source.row,
            "zone": zone,
            "country": country,
        }
        return cls(draft.person, draft.copy, draft.step, draft.digest, tuple(problems), columns, members, due)

    @property
    def beside(self) -> tuple[Any, ...]:
        """What stands beside the words, as `Kept` has it."""
        return tuple(self.columns[name] for name in _BESIDE)

    @property
    def held(self) -> bool:
        """Whether something stands in the way of approval."""
        held: bool = self.columns["held"]
        return held


_NEW = Many(insert(deliveries))


def insert_new(tx: Connection, round_id: int, renderings: Iterable[Rendering], *, seen: int) -> list[int]:
    """New drafts; returns their ids in order."""
    first = 1 + tx.execute(select(func.coalesce(func.max(deliveries.c.id), 0))).scalar_one()
    rows: list[dict[str, Any]] = []
    joined: list[dict[str, int]] = []
    for row_id, rendering in enumerate(renderings, first):
        due = rendering.due
        rows.append(
            {
                **rendering.columns,
                "id": row_id,
                "round_id": round_id,
                "step": rendering.step,
                "person_id": rendering.person,
                "copy": rendering.copy,
                "status": Status.DRAFT.value,
                "seen": seen,
                "due_at": due.due_at if due else None,
                "now_at": due.now_at if due else None,
            }
        )
        joined += [{"delivery_id": row_id, "person_id": person} for person in rendering.members]
    _NEW.run(tx, rows)
    if joined:
        tx.execute(members.insert(), joined)
    return [row["id"] for row in rows]


def rewrite(tx: Connection, rewritten: Mapping[int, Rendering], *, seen: int) -> None:
    """Put fresh words (problems, source, account) into existing rows."""
    if not rewritten:
        return
    rows = [{**rendering.columns, "row_id": row_id} for row_id, rendering in rewritten.items()]
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row_id"}
    statement = update(deliveries).where(deliveries.c.id == bindparam("row_id")).values(seen=_newest(seen), **columns)
    tx.execute(statement, rows)


def keep_approved_words(tx: Connection, ids: Iterable[int]) -> None:
    """Put aside what was approved, before a change overwrites it, so that the difference can be shown."""
    for batch in batches(ids):
        tx.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(batch), deliveries.c.approved_digest == deliveries.c.digest)
            .values(approved_words=deliveries.c.words)
        )


def mark_seen(tx: Connection, ids: Iterable[int], *, seen: int) -> None:
    """These rows' contacts are still there."""
    for batch in batches(ids):
        tx.execute(update(deliveries).where(deliveries.c.id.in_(batch)).values(seen=_newest(seen)))


def _newest(seen: int) -> ColumnElement[int]:
    """The later of two preparations; one that began before another may end after it."""
    return func.max(deliveries.c.seen, seen)


def next_seen(tx: Connection, round_id: int) -> int:
    """The number of this preparation of the round: 1, 2, …"""
    newest = select(func.coalesce(func.max(deliveries.c.seen), 0)).where(deliveries.c.round_id == round_id)
    number: int = tx.execute(newest).scalar_one()
    return number + 1


def unseen(tx: Connection, round_id: int, *, seen: int, step: int = 0) -> list[int]:
    """Drafts and queued mails whose contact the newest preparation did not meet."""
    rows = tx.execute(
        select(deliveries.c.id).where(
            deliveries.c.round_id == round_id,
            deliveries.c.seen < seen,
            deliveries.c.step == step,
            deliveries.c.status.in_([Status.DRAFT, Status.QUEUED]),
        )
    )
    return list(rows.scalars())


def unreviewed(tx: Connection, campaign: str, *, steps: Collection[int]) -> Sequence[int]:
    """The drafts in which nothing stands in the way of approval, in order of id; eight bytes each, however many."""
    rows = tx.execute(
        select(deliveries.c.id)
        .join(rounds)
        .where(
            rounds.c.campaign == campaign,
            deliveries.c.status == Status.DRAFT,
            deliveries.c.held.is_(False),
            deliveries.c.step.in_(steps),
        )
        .order_by(deliveries.c.id)
    )
    return array("q", rows.scalars())


def set_problems(tx: Connection, ids: Iterable[int], problems: Sequence[Problem]) -> None:
    """Write problems onto rows."""
    values = {
        "problems": problems_to_json(list(problems)),
        "held": any(problem.severity is Severity.HOLD for problem in problems),
    }
    for batch in batches(ids):
        tx.execute(update(deliveries).where(deliveries.c.id.in_(batch)).values(**values))


def set_edit(tx: Connection, delivery_id: int, edit: Edit | None, *, base: str) -> None:
    """Keep what a person changed by hand apart from the words; None forgets it."""
    value = {"edit": asdict(edit), "base": base} if edit else None
    tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(edit=value))


@dataclass(frozen=True, slots=True)
class Place:
    """The first mail of a round to an address: its id (None before it is written) and its row."""

    id: int | None
    source: Source


#: An address in lower case, and what the words of a mail to it call `now` where each has a day of their own.
Mailbox = tuple[str, datetime | None]

_OWNERS = select(identities.c.person_id).where(identities.c.source == ADDRESS, identities.c.key.in_(listed("keys")))
_PLACES = select(
    deliveries.c.address,
    deliveries.c.now_at,
    deliveries.c.id,
    deliveries.c.source_file,
    deliveries.c.source_sheet,
    deliveries.c.source_row,
).where(beside(deliveries.c.status).not_in([Status.DISCARDED, Status.CANCELLED]))
_FIRST_TO = _PLACES.where(
    deliveries.c.round_id == bindparam("round"), deliveries.c.step == 0, deliveries.c.person_id.in_(_OWNERS)
)
_FIRST_OF = _PLACES.where(
    deliveries.c.id.in_(listed("ids")), beside(deliveries.c.round_id) == bindparam("round"), deliveries.c.step == 0
)
#: The mails to households, by the addresses of their other people.
_SHARED = (
    select(identities.c.key, members.c.delivery_id)
    .join_from(members, identities, members.c.person_id == identities.c.person_id)
    .where(identities.c.source == ADDRESS, identities.c.key.in_(listed("keys")))
)


def first_in_round(
    tx: Connection, round_id: int, addresses: Collection[str], *, own_day: bool = False
) -> dict[Mailbox, Place]:
    """The first mails of this round to these addresses that were not dropped; with `own_day` of each day in it.

    They are looked for among the people ever known under an address, so a large round takes no longer than a small one.
    """
    wanted = {address.lower() for address in addresses}
    keys = [address.casefold() for address in addresses]
    found: list[tuple[str, Any]] = [
        (row.address, row) for row in tx.execute(_FIRST_TO, {"round": round_id, "keys": keys})
    ]
    found += _first_shared(tx, round_id, keys)
    found.sort(key=lambda each: each[1].id, reverse=True)
    return {
        (address.lower(), row.now_at if own_day else None): _place(row)
        for address, row in found
        if address.lower() in wanted
    }


def _first_shared(tx: Connection, round_id: int, keys: Sequence[str]) -> list[tuple[str, Any]]:
    """The mails of this round to households in which these addresses are not the first."""
    shared = tx.execute(_SHARED, {"keys": keys}).all()
    if not shared:
        return []
    ids = [delivery_id for _, delivery_id in shared]
    rows = {row.id: row for row in tx.execute(_FIRST_OF, {"round": round_id, "ids": ids})}
    return [(address, rows[delivery_id]) for address, delivery_id in shared if delivery_id in rows]


def _place(row: Any) -> Place:
    return Place(row.id, Source(row.source_file, row.source_sheet, row.source_row))


def first_subjects(tx: Connection, round_id: int, persons: Iterable[int]) -> dict[tuple[int, int], str]:
    """(person, copy) → the subject of their first mail in this round."""
    found: dict[tuple[int, int], str] = {}
    for batch in batches(persons):
        rows = tx.execute(
            select(deliveries.c.person_id, deliveries.c.copy, deliveries.c.subject).where(
                deliveries.c.round_id == round_id, deliveries.c.step == 0, deliveries.c.person_id.in_(batch)
            )
        )
        found.update({(row.person_id, row.copy): row.subject for row in rows})
    return found


def keep_attachments(tx: Connection, contents: Mapping[str, bytes]) -> None:
    """Store files by digest, once each."""
    if not contents:
        return
    there = set(tx.execute(select(attachments.c.digest).where(attachments.c.digest.in_(list(contents)))).scalars())
    rows = [{"digest": digest, "content": content} for digest, content in contents.items() if digest not in there]
    if rows:
        tx.execute(attachments.insert(), rows)


def attachment_contents(tx: Connection, digests: Iterable[str]) -> dict[str, bytes]:
    """Digest → bytes."""
    rows = tx.execute(
        select(attachments.c.digest, attachments.c.content).where(attachments.c.digest.in_(list(digests)))
    )
    return {digest: content for digest, content in rows}  # noqa: C416 (rows are not pairs to mypy)
