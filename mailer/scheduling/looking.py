"""A campaign's rule and its contacts of today → who is due when, and which dates cannot be understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailer import when
from mailer.care import Clock, cadence_of, resting_of
from mailer.care.clock import told_on
from mailer.config import Campaign, Config, ContactSource
from mailer.config.sentences import nearest
from mailer.config.when import ByColumn, Neglected, NewRows, Once, OnDate
from mailer.contacts.joining import meant
from mailer.expressions import compile_expression
from mailer.ledger import people, rounds, suppressions, timing
from mailer.ledger.opening import Ledger, Transaction
from mailer.model import Contact, Field, Problem, Severity
from mailer.scheduling.sheets import Sheets
from mailer.workspace import Workspace

#: A yearly date of this many years from now on is a mistake, not a plan.
_FAR = 5


@dataclass(frozen=True, slots=True)
class Prospect:
    """One contact's mail to come."""

    contact: Contact
    person: int
    due: when.Due


@dataclass(slots=True)
class Look:
    """What a look at one campaign found."""

    campaign: str
    prospects: list[Prospect] = field(default_factory=list)
    #: Everyone the campaign is about today, due or not.
    persons: set[int] = field(default_factory=set)
    #: Rows without a usable date, each with its cell.
    problems: list[Problem] = field(default_factory=list)

    def tell_no_column(self, contact: Contact, column: str) -> None:
        """Nobody of a sheet can have a mail: said once."""
        what = (
            f"There is no column “{column}” for the `when:` of {self.campaign}{nearest(column, list(contact.fields))}"
        )
        place = str(contact.source).rpartition(" › ")[0]
        problem = Problem(place, what, "Correct it in config.yaml, or add the column.", Severity.WARN, "no-date-column")
        if problem not in self.problems:
            self.problems.append(problem)

    def tell_over(self, rule: Once) -> None:
        """Nobody gets a mail whose only time had passed before the campaign was there."""
        what = f"nothing of it goes: its only time, {rule.at:%Y-%m-%d %H:%M}, had passed when it was first seen"
        cure = "Correct `at:` in config.yaml, or take the campaign out."
        self.problems.append(Problem(f"campaign {self.campaign}", what, cure, Severity.WARN, "over"))


def looked(campaign: str) -> str:
    """The beat that tells when a campaign was last looked through and what was due prepared."""
    return f"looked through {campaign}"


def look(workspace: Workspace, ledger: Ledger, name: str, sheets: Sheets, *, after: datetime, until: datetime) -> Look:
    """Who of a campaign is due after `after` and no later than `until`. ContactsError for an unusable sheet."""
    found = Look(name)
    campaign = workspace.config.campaigns[name]
    everyone = list(_included(workspace, name, sheets))
    with ledger.begin() as tx:
        groups = people.identify_everyone(tx, [contact for _, contact in everyone], at=workspace.now)
        memory = _Memory.of(tx, name, campaign, groups, now=workspace.now)
        resting = _resting(tx, campaign, [contact for _, contact in everyone])
    known = [group[0] for group in groups]
    found.persons.update(known)
    firm = when.office(workspace.config.firm)
    if isinstance(campaign.when, Once) and _is_over(campaign.when, firm, memory.first_seen_at):
        found.tell_over(campaign.when)
    for (source, contact), person, rests in zip(everyone, known, resting, strict=True):
        facts = _facts(workspace.config, firm, campaign, source, contact, person, memory, found)
        if facts is None or rests:
            continue
        for due in when.dues(campaign, facts, firm, after=after, until=until):
            found.prospects.append(Prospect(contact, person, due))
    return found


def _is_over(rule: Once, firm: when.Office, first_seen_at: datetime) -> bool:
    """Whether a time lay before an instant, for each recipient wherever they are."""
    zone = firm.zone if rule.zone in {"firm", "recipient"} else rule.zone
    latest = rule.at + (timedelta(days=1) if rule.zone == "recipient" else timedelta())
    return latest < first_seen_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _included(workspace: Workspace, name: str, sheets: Sheets) -> Iterator[tuple[ContactSource, Contact]]:
    campaign, today = workspace.config.campaigns[name], workspace.today
    expression = compile_expression(campaign.where, name) if campaign.where else None
    for source_name in campaign.contacts:
        source = workspace.config.contacts[source_name]
        for contact in sheets.contacts_of(workspace, source_name, campaign.own_day):
            found = meant(contact, lambda row: expression is None or bool(expression(row.fields, today)), source)
            if found:
                yield source, found


def _resting(tx: Transaction, campaign: Campaign, rows: Sequence[Contact]) -> list[bool]:
    """Of each row whether it is left in peace: who rests is never called neglected."""
    if not isinstance(campaign.when, Neglected):
        return [False] * len(rows)
    silent = suppressions.among(tx, {contact.address for contact in rows})
    return [bool(resting_of(contact, silent)) for contact in rows]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the ledger knows that a rule asks about."""

    first_seen_at: datetime
    heard_at: Mapping[int, datetime] = field(default_factory=dict)
    met_at: Mapping[int, datetime] = field(default_factory=dict)

    @classmethod
    def of(
        cls, tx: Transaction, name: str, campaign: Campaign, groups: list[tuple[int, ...]], *, now: datetime
    ) -> _Memory:
        first = rounds.see_campaign(tx, name, at=now)
        match campaign.when:
            case Neglected():
                return cls(first, heard_at=timing.heard_at(tx, groups))
            case NewRows():
                never = timing.last_beat(tx, looked(name)) is None
                return cls(
                    first, met_at=timing.meet(tx, name, [group[0] for group in groups], at=first if never else now)
                )
        return cls(first)


def _facts(  # noqa: PLR0917 - one of each
    config: Config,
    firm: when.Office,
    campaign: Campaign,
    source: ContactSource,
    contact: Contact,
    person: int,
    memory: _Memory,
    found: Look,
) -> when.Facts | None:
    """What the rule asks about this contact; None where it can have no mail, and why is among the problems."""
    zone = when.zone_of(contact, config.firm)
    met_at = memory.met_at.get(person, memory.first_seen_at)
    if isinstance(campaign.when, NewRows) and met_at <= memory.first_seen_at:
        return None
    dated = None
    if isinstance(campaign.when, OnDate | ByColumn):
        dated = _date_of(firm, campaign.when, contact, memory, found)
        if dated is None:
            return None
    return when.Facts(
        zone=zone,
        closed=when.closed_days(contact.country or config.firm.country, config.firm.closed),
        dated=dated,
        heard_on=Clock(heard_at=memory.heard_at.get(person), told_on=told_on(contact)).last_on(config.firm.timezone),
        cadence=cadence_of(contact, config.promised_to(source)),
        seen_at=met_at,
        who=contact.key,
    )


def _date_of(
    firm: when.Office, rule: OnDate | ByColumn, contact: Contact, memory: _Memory, found: Look
) -> when.Dated | None:
    column = rule.date if isinstance(rule, OnDate) else rule.column
    if column not in contact.fields:
        found.tell_no_column(contact, column)
        return None
    cell = contact.fields[column]
    try:
        dated = when.dated(cell.value, month_first=firm.month_first, language=contact.language or firm.language)
        _refuse_far(dated, memory.first_seen_at, cell if isinstance(rule, ByColumn) else None)
    except ValueError as error:
        found.problems.append(_unusable(contact, column, str(error)))
        return None
    return dated


def _refuse_far(dated: when.Dated, first_seen_at: datetime, once: Field | None) -> None:
    if dated.year is None and once is not None:
        raise ValueError(f"“{once}” has no year")
    if dated.year is not None and dated.year > first_seen_at.year + _FAR:
        raise ValueError(f"the year {dated.year} lies far ahead; a century may be wrong")


def _unusable(contact: Contact, column: str, why: str) -> Problem:
    blank = why == "there is no date"
    return Problem(
        f"{contact.source}, column {column}",
        f"{contact.name or 'Who stands there'} gets no mail: {why}",  # not the address: it is logged
        "" if blank else "Correct the cell.",
        Severity.NOTE if blank else Severity.WARN,
        "no-date" if blank else "odd-date",
    )
