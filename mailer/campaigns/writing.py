"""One batch of contacts into the ledger: rendered, checked, compared with what stands there, written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mailer.campaigns.accounts import account_for
from mailer.ledger import drafts, moves, people, suppressions, touches
from mailer.ledger.drafts import Kept, Rendering
from mailer.ledger.had import Had, had_before
from mailer.ledger.moves import PROGRAM
from mailer.ledger.opening import Transaction
from mailer.model import Contact, Draft, Edit, Memo, Problem, Severity, Status
from mailer.when import zone_of

if TYPE_CHECKING:
    from mailer.campaigns.preparing import Bench
    from mailer.templates import Rendered

#: Statuses in which fresh words still matter.
OPEN = (Status.DRAFT, Status.QUEUED)


@dataclass(frozen=True, slots=True)
class Row:
    """A contact and what the ledger knows of it before it is rendered."""

    contact: Contact
    person: int
    kept: Kept | None
    #: Why its address must not be written to, "" when it may.
    suppressed: str
    #: The earlier mail of this round to the same address, "" when there is none.
    doubled: str
    #: Of a follow-up, the subject of the mail it comes after.
    thread: str = ""
    #: What they have had from us, the newest first.
    had: Sequence[Had] = ()
    #: What was noted about them by hand.
    noted: Sequence[Memo] = ()
    #: The others of the household or group.
    members: Sequence[int] = ()


def write(bench: Bench, batch: Sequence[Contact]) -> None:
    """Render a batch and bring the ledger up to date with it, in one transaction."""
    with bench.ledger.begin() as tx:
        batch = _without_forgotten(bench, tx, batch)
        newest = people.newest(tx)
        groups = people.identify_everyone(tx, batch, at=bench.now)
        rows = _rows(bench, tx, zip(batch, groups, strict=True), newest)
        settled = [row.kept.id for row in rows if row.kept and row.kept.status not in OPEN]
        drafts.mark_seen(tx, settled, seen=bench.seen)
        _insert(bench, tx, [row for row in rows if row.kept is None])
        _update(bench, tx, [(row, row.kept) for row in rows if row.kept and row.kept.status in OPEN])


def _without_forgotten(bench: Bench, tx: Transaction, batch: Sequence[Contact]) -> Sequence[Contact]:
    """Whoever asked to be forgotten is passed over before anything of his is written down."""
    forgotten = suppressions.forgotten(tx, [contact.address for contact in batch])
    if not forgotten:
        return batch
    bench.result.skip("forgotten", sum(contact.address in forgotten for contact in batch))
    return [contact for contact in batch if contact.address not in forgotten]


def _rows(bench: Bench, tx: Transaction, everyone: Iterable[tuple[Contact, tuple[int, ...]]], newest: int) -> list[Row]:
    """The rows with what the ledger knows of them; of people it met after `newest` it knows nothing yet."""
    everyone = list(everyone)
    persons = {group[0] for _, group in everyone if group[0] <= newest}
    known = drafts.kept(tx, bench.round.id, bench.step, persons)
    threads = drafts.first_subjects(tx, bench.round.id, persons) if bench.step else {}
    pairs = [
        (contact, group)
        for contact, group in everyone
        if bench.takes(group[0], kept=(group[0], contact.copy) in known)
        and (not bench.step or (group[0], contact.copy) in threads)
    ]
    asks = bench.campaign.sincerity != "off"
    had = had_before(tx, persons) if asks else {}
    met = {person for _, group in everyone for person in group if person <= newest}
    noted = touches.memos(tx, met, bench.config.firm.timezone) if asks else {}
    addresses = {contact.address for contact, _ in pairs}
    blocked = suppressions.among(tx, addresses)
    first = {} if bench.step else drafts.first_in_round(tx, bench.round.id, addresses)
    rows = []
    for contact, (person, *others) in pairs:
        kept = known.get((person, contact.copy))
        here = drafts.Place(kept.id if kept else None, contact.source)
        before = first.setdefault(contact.address.lower(), here)
        doubled = "" if before is here or (kept and before.id == kept.id) else str(before.source)
        rows.append(
            Row(
                contact,
                person,
                kept,
                blocked.get(contact.address, ""),
                doubled,
                threads.get((person, contact.copy), ""),
                had.get(person, ()),
                [memo for each in (person, *others) for memo in noted.get(each, ())],
                others,
            )
        )
    return rows


def _render(bench: Bench, tx: Transaction, row: Row) -> Rendering:
    """The fresh words of one row, checked; the files that go with them are kept."""
    from mailer.checks import check

    account_name, no_account = account_for(row.contact, bench.campaign, bench.config)
    edit = row.kept.edit if row.kept else None
    rendered = _words(bench, row, account_name, edit)
    found = [
        *row.contact.problems,
        *filter(None, [no_account]),
        *rendered.problems,
        *check(rendered.draft, row.contact, firm=bench.config.firm),
        *_routine(bench, row, rendered.draft),
        *_standing(bench, row),
    ]
    beneath = _words(bench, row, account_name, None).draft if edit else None
    if row.kept and beneath and beneath.digest != row.kept.edit_base:
        found.append(_changed_beneath(row.kept.id))
    drafts.keep_attachments(tx, rendered.attachments)
    contact, firm = row.contact, bench.config.firm
    return Rendering(
        rendered.draft,
        tuple(found),
        contact.source,
        contact.address,
        contact.name,
        members=tuple(row.members),
        zone=zone_of(contact, firm),
        country=contact.country or firm.country,
        due=None if row.kept else bench.due.get(row.person),
        beneath=beneath,
    )


def _routine(bench: Bench, row: Row, draft: Draft) -> list[Problem]:
    """What smells of routine, as the campaign wants it said; a follow-up is meant to come soon."""
    from mailer.checks import check_sincerity

    campaign = bench.campaign
    if campaign.sincerity == "off":
        return []
    firm = bench.config.firm
    contact = replace(row.contact, memos=(*row.contact.memos, *row.noted)) if row.noted else row.contact
    return check_sincerity(
        draft,
        contact,
        today=firm.local(_now(bench, row)).date(),
        earlier=(each.text for each in row.had),
        last_written_on=firm.local(row.had[0].sent_at).date() if row.had and not bench.step else None,
        quiet=campaign.quiet,
        hold=campaign.sincerity == "hold",
    )


def _words(bench: Bench, row: Row, account_name: str, edit: Edit | None) -> Rendered:
    return bench.template.render(
        row.contact,
        account_name=account_name,
        account=bench.config.accounts[account_name],
        campaign=bench.round.campaign,
        round=bench.round.name,
        now=_now(bench, row),
        person=row.person,
        step=bench.step,
        edit=_in_thread(row, edit),
        unsubscribe=bench.campaign.unsubscribe,
    )


def _now(bench: Bench, row: Row) -> datetime:
    """What the words call `now`: always the same for the same mail."""
    if row.kept:
        return row.kept.now_at or bench.round.now_at
    return bench.due[row.person].now_at if row.person in bench.due else bench.round.now_at


def _in_thread(row: Row, edit: Edit | None) -> Edit | None:
    """A follow-up answers its first mail: `Re:` and that mail's subject, unless a person changed it."""
    if not row.thread:
        return edit
    subject = row.thread if row.thread.casefold().startswith("re:") else f"Re: {row.thread}"
    return Edit(subject=subject) if edit is None else replace(edit, subject=edit.subject or subject)


def _standing(bench: Bench, row: Row) -> list[Problem]:
    """What the ledger has against this mail."""
    if not (row.suppressed or row.doubled):
        return []
    where = str(row.contact.source)
    found = []
    if row.suppressed:
        what = f"{row.contact.address} must not be written to: {row.suppressed}"
        cure = f"Discard the draft; or, if they changed their mind: mailer suppress remove {row.contact.address}"
        found.append(Problem(where, what, cure, Severity.HOLD, "suppressed"))
    if row.doubled and bench.campaign.doubled == "hold":
        what = f"{row.contact.address} already gets this mail ({row.doubled})"
        cure = "Discard one of the two; or set `doubled: allow` for this campaign."
        found.append(Problem(where, what, cure, Severity.HOLD, "doubled"))
    return found


def _changed_beneath(delivery_id: int) -> Problem:
    return Problem(
        f"draft {delivery_id}",
        "the words beneath your edit have changed since you made it",
        f"Compare them: mailer drafts diff {delivery_id}",
        Severity.WARN,
        "changed-beneath",
    )


def _insert(bench: Bench, tx: Transaction, rows: Sequence[Row]) -> None:
    """Make drafts of the rows that have none."""
    renderings = [_render(bench, tx, row) for row in rows]
    bench.result.made += len(drafts.insert_new(tx, bench.round.id, renderings, seen=bench.seen))


def _update(bench: Bench, tx: Transaction, rows: Sequence[tuple[Row, Kept]]) -> None:
    """Rewrite rows that stand there; an approval of other words, or of what is now held, is void."""
    changed: dict[int, Rendering] = {}
    void = []
    for row, kept in rows:
        rendering = _render(bench, tx, row)
        if _differs(kept, rendering):
            changed[kept.id] = rendering
        if kept.status is Status.QUEUED and (kept.digest != rendering.draft.digest or rendering.held):
            void.append(kept.id)
    drafts.keep_approved_words(tx, void)
    drafts.rewrite(tx, changed, seen=bench.seen)
    drafts.mark_seen(tx, [kept.id for _, kept in rows if kept.id not in changed], seen=bench.seen)
    note = "its words changed after it was approved"
    bench.result.voided += moves.move(tx, void, Status.DRAFT, at=bench.now, who=PROGRAM, note=note)
    bench.result.changed += len(changed)
    bench.result.unchanged += len(rows) - len(changed)


def _differs(kept: Kept, rendering: Rendering) -> bool:
    return (kept.digest, kept.problems) != (rendering.draft.digest, rendering.problems)


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
            f"If they are one person: mailer contacts merge {old} {new}",
            Severity.WARN,
            "probable-rename",
        )
        for name, old, new in pairs
    ]
