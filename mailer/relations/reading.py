"""Every contact of the sheets, with the ledger's memory of them: how we stand, and what is a reason to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from mailer import contacts
from mailer.care import Clock, Reason, Standing, cadence_of, reasons_of, resting_of, standing_of
from mailer.care.clock import told_on
from mailer.config import Config, ContactSource, Firm
from mailer.errors import ContactsError
from mailer.expressions import Expression, compile_expression
from mailer.ledger import people, suppressions, touches
from mailer.ledger.opening import Ledger
from mailer.ledger.touches import HEARD, REPLIED, WRITTEN, Touch
from mailer.model import Contact, Field, Memo, Problem, Severity
from mailer.when import Office, office


@dataclass(frozen=True, slots=True)
class Relation:
    """One person of the sheets and how we stand with them."""

    #: Whom a mail is addressed to, then the others of the household or group.
    people: tuple[int, ...]
    contact: Contact
    standing: Standing
    reasons: tuple[Reason, ...]
    #: Every touch, oldest first.
    touches: tuple[Touch, ...]
    #: What we know and never mail: the sheet's, then those noted by hand.
    memos: tuple[Memo, ...]
    #: When the ledger first saw them.
    met_at: datetime
    #: The sheet's `last_contact`.
    told_on: date | None = None
    #: The `reasons:` of config.yaml that are true of them.
    milestones: tuple[str, ...] = ()

    @property
    def person(self) -> int:
        """Whom a mail is addressed to."""
        return self.people[0]

    @property
    def last_mail(self) -> Touch | None:
        """The last thing we wrote."""
        return next((touch for touch in reversed(self.touches) if touch.kind == WRITTEN), None)


@dataclass(slots=True)
class Relations:
    """Everybody, in the order of the sheets; a person of two sheets once."""

    everyone: list[Relation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def of(self, person: int) -> Relation | None:
        """The relation somebody belongs to; None for who is in no sheet."""
        return next((each for each in self.everyone if person in each.people), None)

    def neglected(self, *, soon: bool = True) -> list[Relation]:
        """The neglected, worst first; with `soon` also those who are due within days."""
        wanted = [each for each in self.everyone if each.standing.is_neglected or (soon and each.standing.is_due)]
        return sorted(wanted, key=lambda each: each.standing.badness)


class Milestones:
    """The `reasons:` of config.yaml, compiled: who has reached which."""

    def __init__(self, config: Config, problems: list[Problem]) -> None:
        self._firm = config.firm
        self._rules = config.reasons
        self._compiled: dict[str, Expression] = {
            name: compile_expression(rule.where, name) for name, rule in config.reasons.items()
        }
        self._problems = problems
        self._failed: set[tuple[str, str]] = set()

    def reached(self, contact: Contact, clock: Clock, known: Sequence[Touch], today: date) -> dict[str, str]:
        """Milestone → its template, of those that are true of this contact."""
        fields = {**_history_fields(clock, known, self._firm), **contact.fields}
        return {
            name: rule.template
            for name, rule in self._rules.items()
            if not rule.contacts or contact.source_name in rule.contacts
            if self._is_reached(name, contact, fields, today)
        }

    def _is_reached(self, name: str, contact: Contact, fields: Mapping[str, Field], today: date) -> bool:
        try:
            return bool(self._compiled[name](fields, today))
        except ContactsError as error:
            if (name, contact.source_name) not in self._failed:
                self._failed.add((name, contact.source_name))
                cure = f"Say whom it is for, `contacts:` under reasons.{name} in config.yaml; or correct the sheet."
                self._problems.append(Problem(f"reasons.{name}", str(error), cure, Severity.WARN, "reason"))
            return False


def _history_fields(clock: Clock, known: Sequence[Touch], firm: Firm) -> dict[str, Field]:
    """What a reason may ask about beside the sheet's columns."""
    values = {
        "our_mails": sum(touch.kind == WRITTEN for touch in known),
        "their_replies": sum(touch.kind == REPLIED for touch in known),
        "last_written": firm.local(clock.written_at).date() if clock.written_at else None,
        "last_reply": firm.local(clock.replied_at).date() if clock.replied_at else None,
    }
    return {name: Field(str(value or ""), value) for name, value in values.items()}


def read_relations(
    ledger: Ledger,
    config: Config,
    folder: Path,
    *,
    now: datetime,
    sources: Iterable[str] | None = None,
    unread: list[ContactsError] | None = None,
) -> Relations:
    """Read these sources (all by default) and join them to the ledger.

    Raises ContactsError for an unusable sheet; where a list of the `unread` is given, it goes there instead.
    """
    result = Relations()
    milestones = Milestones(config, result.problems)
    met: set[int] = set()
    for name in config.contacts if sources is None else sources:
        bench = _bench(config, name, milestones, now)
        try:
            reading = contacts.read(name, bench.source, folder, firm=config.firm, today=bench.today)
            rows = [contact for contact in reading if contact.copy == 0]
        except ContactsError as error:
            if unread is None:
                raise
            unread.append(error)
            continue
        joined = _join(ledger, rows, bench)
        result.everyone += [each for each in joined if each.person not in met]
        met.update(each.person for each in joined)
    return result


def relation_of(ledger: Ledger, config: Config, contact: Contact, *, now: datetime) -> Relation:
    """How we stand with one contact that was read already."""
    bench = _bench(config, contact.source_name, Milestones(config, []), now)
    return _join(ledger, [contact], bench)[0]


@dataclass(frozen=True, slots=True)
class _Bench:
    """What joining one source needs."""

    config: Config
    source: ContactSource
    office: Office
    milestones: Milestones
    today: date
    now: datetime


def _bench(config: Config, source: str, milestones: Milestones, now: datetime) -> _Bench:
    today = config.firm.local(now).date()
    return _Bench(config, config.contacts[source], office(config.firm), milestones, today, now)


def _join(ledger: Ledger, rows: Sequence[Contact], bench: _Bench) -> list[Relation]:
    with ledger.begin() as tx:
        groups = people.identify_everyone(tx, rows, at=bench.now)
        known = touches.touches_together(tx, groups)
        noted = touches.memos(tx, {person for group in groups for person in group}, bench.config.firm.timezone)
        met_at = touches.met_at(tx, [group[0] for group in groups])
        silent = suppressions.among(tx, {contact.address for contact in rows})
    return [
        _relation(
            contact,
            group,
            together,
            (*contact.memos, *(memo for person in group for memo in noted.get(person, ()))),
            met_at[group[0]],
            resting_of(contact, silent),
            bench,
        )
        for contact, group, together in zip(rows, groups, known, strict=True)
    ]


def _relation(  # noqa: PLR0917 - one of each
    contact: Contact,
    group: tuple[int, ...],
    known: list[Touch],
    memos: tuple[Memo, ...],
    met_at: datetime,
    resting: str,
    bench: _Bench,
) -> Relation:
    clock = clock_of(contact, known)
    cadence = cadence_of(contact, bench.config.promised_to(bench.source))
    standing = standing_of(
        clock.last_on(bench.config.firm.timezone), cadence, today=bench.today, resting=resting
    )  # fmt: skip
    reached = bench.milestones.reached(contact, clock, known, bench.today)
    reasons = reasons_of(contact, memos, reached, bench.office, today=bench.today)
    return Relation(group, contact, standing, reasons, tuple(known), memos, met_at, clock.told_on, tuple(reached))


def clock_of(contact: Contact, known: Iterable[Touch]) -> Clock:
    """The last touch each way, and what the sheet tells."""
    last = {touch.kind: touch.at for touch in known}
    return Clock(last.get(WRITTEN), last.get(REPLIED), last.get(HEARD), told_on(contact))
