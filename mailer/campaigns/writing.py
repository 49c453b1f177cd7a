"""Contacts into the ledger: rendered, checked, compared with what stands there, written; so many in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, islice, tee
from typing import TYPE_CHECKING

from mailer.campaigns.rendering import Rendered, Row
from mailer.commands import command
from mailer.crew import Crew
from mailer.ledger import drafts, moves, people, suppressions, touches
from mailer.ledger.drafts import Kept, Mailbox, Place, Rendering
from mailer.ledger.had import had_before
from mailer.ledger.moves import PROGRAM
from mailer.ledger.opening import Transaction
from mailer.model import Contact, Problem, Severity, Status

if TYPE_CHECKING:
    from mailer.campaigns.preparing import Bench

#: So many rows are looked up and rendered at a time, in turns by several processes where there are some.
PART = 100
#: How many of these parts are written in one transaction.
PARTS = 20
#: Statuses in which fresh words still matter.
OPEN = (Status.DRAFT, Status.QUEUED)

#: A person, and which copy of their mail.
Mail = tuple[int, int]


class _Met:
    """What the rows before have taken, of this transaction and the one before: some of it may not be written yet."""

    def __init__(self) -> None:
        self._places: dict[Mailbox, Place] = {}
        self._earlier_places: dict[Mailbox, Place] = {}
        self._mails: set[Mail] = set()
        self._earlier_mails: set[Mail] = set()

    def turn(self) -> None:
        """Forget the transaction before: by now all of it stands in the ledger."""
        self._places, self._earlier_places = {}, self._places
        self._mails, self._earlier_mails = set(), self._mails

    def know(self, places: Mapping[Mailbox, Place]) -> None:
        """Take in what the ledger knows."""
        self._places.update(places)

    def first_at(self, mailbox: Mailbox, here: Place) -> Place:
        """The first mail to an address, `here` where there is none before."""
        return self._earlier_places.get(mailbox) or self._places.setdefault(mailbox, here)

    def take(self, mail: Mail) -> bool:
        """Take a mail; False where a row before has it."""
        if mail in self._mails or mail in self._earlier_mails:
            return False
        self._mails.add(mail)
        return True


def write(bench: Bench, contacts: Iterable[Contact], crew: Crew[Sequence[Row], Rendered]) -> None:
    """Render contacts and bring the ledger up to date with them; what one transaction has written stays."""
    contacts = iter(contacts)
    first = list(islice(contacts, 1))  # a household's last row may be far down: who sends need not wait for it
    met = _Met()
    with bench.ledger.writer() as writer, ExitStack() as turn:
        tx = turn.enter_context(writer.begin())
        looking, rendering = tee(_parts(bench, tx, chain(first, contacts), met))
        for number, rendered in enumerate(crew.answers(rendering), 1):
            rest = _keep(bench, tx, next(looking), rendered)
            while rest:
                rest = _keep(bench, tx, rest, crew.work(rest))
            if number % PARTS == 0:
                turn.close()
                turn.enter_context(writer.begin())
                met.turn()


def _parts(bench: Bench, tx: Transaction, contacts: Iterator[Contact], met: _Met) -> Iterator[list[Row]]:
    """The rows to render, part by part; a few parts before may still be on their way into the ledger."""
    while batch := list(islice(contacts, PART)):
        known = _without_forgotten(bench, tx, batch)
        newest = people.newest(tx)
        groups = people.identify_everyone(tx, known, at=bench.now)
        rows = _rows(bench, tx, list(zip(known, groups, strict=True)), newest, met)
        settled = [row.kept.id for row in rows if row.kept and row.kept.status not in OPEN]
        drafts.mark_seen(tx, settled, seen=bench.seen)
        yield [row for row in rows if row.kept is None or row.kept.status in OPEN]


def _keep(bench: Bench, tx: Transaction, rows: Sequence[Row], rendered: Rendered) -> Sequence[Row]:
    """Write what was rendered of these rows; the rows that were not."""
    drafts.keep_attachments(tx, rendered.attachments)
    bench.files.add(rendered.seen)
    pairs = list(zip(rows, rendered.renderings, strict=False))
    fresh = [rendering for row, rendering in pairs if row.kept is None]
    bench.result.made += len(drafts.insert_new(tx, bench.round.id, fresh, seen=bench.seen))
    _update(bench, tx, [(row.kept, rendering) for row, rendering in pairs if row.kept])
    return rows[len(pairs) :]


def _without_forgotten(bench: Bench, tx: Transaction, batch: Sequence[Contact]) -> Sequence[Contact]:
    """Whoever asked to be forgotten is passed over before anything of his is written down."""
    forgotten = suppressions.forgotten(tx, [address for contact in batch for address in contact.addresses])
    if not forgotten:
        return batch
    from mailer.contacts.joining import without

    bench.result.skip("forgotten", sum(address in forgotten for contact in batch for address in contact.addresses))
    sources, language = bench.config.contacts, bench.config.firm.language
    return [left for contact in batch for left in without(contact, forgotten, sources[contact.source_name], language)]


def _rows(
    bench: Bench,
    tx: Transaction,
    everyone: Sequence[tuple[Contact, tuple[int, ...]]],
    newest: int,
    met: _Met,
) -> list[Row]:
    """The rows with what the ledger knows of them; of people it met after `newest` it knows nothing yet."""
    persons = {group[0] for _, group in everyone if group[0] <= newest}
    known = drafts.kept(tx, bench.round.id, bench.step, persons)
    threads = drafts.first_subjects(tx, bench.round.id, persons) if bench.step else {}
    pairs = [
        (contact, group)
        for contact, group in _first_rows(bench, everyone, known, met)
        if bench.takes(group[0], kept=(group[0], contact.copy) in known)
        and (not bench.step or (group[0], contact.copy) in threads)
    ]
    asks = bench.campaign.sincerity != "off"
    had = had_before(tx, persons) if asks else {}
    everybody = {person for _, group in everyone for person in group if person <= newest}
    noted = touches.memos(tx, everybody, bench.config.firm.timezone) if asks else {}
    addresses = {address for contact, _ in pairs for address in contact.addresses}
    blocked = suppressions.among(tx, addresses)
    own_day = bool(bench.campaign.own_day)
    met.know({} if bench.step else drafts.first_in_round(tx, bench.round.id, addresses, own_day=own_day))
    rows = []
    for contact, (person, *others) in pairs:
        kept = known.get((person, contact.copy))
        here = Place(kept.id if kept else None, contact.source)
        due = kept or bench.due.get(person)
        day = due.now_at if own_day and due else None
        places = {address: met.first_at((address.lower(), day), here) for address in contact.addresses}
        rows.append(
            Row(
                contact,
                person,
                kept,
                {address: blocked[address] for address in contact.addresses if address in blocked},
                {address: str(place.source) for address, place in places.items() if _is_other(place, here)},
                threads.get((person, contact.copy), ""),
                had.get(person, ()),
                [memo for each in (person, *others) for memo in noted.get(each, ())],
                others,
            )
        )
    return rows


def _first_rows(
    bench: Bench, everyone: Iterable[tuple[Contact, tuple[int, ...]]], known: Mapping[Mail, Kept], met: _Met
) -> Iterator[tuple[Contact, tuple[int, ...]]]:
    """Of who stands in several rows or lists, the first: the others would say the same person other words."""
    for contact, group in everyone:
        mail = (group[0], contact.copy)
        if met.take(mail) and not (mail in known and known[mail].seen == bench.seen):
            yield contact, group
        else:
            bench.result.skip("met")


def _is_other(place: Place, here: Place) -> bool:
    return place is not here and (here.id is None or place.id != here.id)


def _update(bench: Bench, tx: Transaction, pairs: Sequence[tuple[Kept, Rendering]]) -> None:
    """Rewrite rows that stand there; an approval of other words, or of what is now held, is void."""
    changed = {kept.id: rendering for kept, rendering in pairs if _differs(kept, rendering)}
    stale = {kept.id: rendering for kept, rendering in pairs if kept.beside != rendering.beside} | changed
    void = [
        kept.id
        for kept, rendering in pairs
        if kept.status is Status.QUEUED and (kept.digest != rendering.digest or rendering.held)
    ]
    drafts.keep_approved_words(tx, void)
    drafts.rewrite(tx, stale, seen=bench.seen)
    drafts.mark_seen(tx, [kept.id for kept, _ in pairs if kept.id not in stale], seen=bench.seen)
    note = "its words changed after it was approved"
    bench.result.voided += moves.move(tx, void, Status.DRAFT, at=bench.now, who=PROGRAM, note=note)
    bench.result.changed += len(changed)
    bench.result.unchanged += len(pairs) - len(changed)


def _differs(kept: Kept, rendering: Rendering) -> bool:
    return (kept.digest, kept.problems) != (rendering.digest, rendering.problems)


def hold_gone(bench: Bench) -> None:
    """Hold the drafts whose row this preparation did not meet: deleted, hidden, filtered, or excluded."""
    problem = Problem(
        "",
        "its row is gone from the sheet: deleted, hidden, or excluded by `where:`",
        "Discard it, or bring the row back.",
        Severity.HOLD,
        "row-gone",
    )
    with bench.ledger.begin() as tx:
        gone = drafts.unseen(tx, bench.round.id, seen=bench.seen, step=bench.step)
        drafts.keep_approved_words(tx, gone)
        bench.result.voided += moves.move(
            tx, gone, Status.DRAFT, at=bench.now, who=PROGRAM, note=problem.what, only_from=[Status.QUEUED]
        )
        for delivery_id in gone:
            drafts.set_problems(tx, [delivery_id], [replace(problem, where=f"draft {delivery_id}")])
    bench.result.gone = len(gone)


def note_renames(bench: Bench) -> None:
    """Report people who are new today and carry the name of someone who is no longer in the round."""
    with bench.ledger.read() as tx:
        pairs = people.probable_renames(tx, bench.round.id, seen=bench.seen, at=bench.now)
    bench.result.problems += [
        Problem(
            new,
            f"{name} is new at {new}, and {old} of the same name is no longer in the sheet",
            f"If they are one person: {command('contacts', 'merge', old, new)}",
            Severity.WARN,
            "probable-rename",
        )
        for name, old, new in pairs
    ]
