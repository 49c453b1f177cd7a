"""The prepare job: rounds whose time comes near become drafts; drafts whose reason is gone are called back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mailer import when
from mailer.campaigns import AsItStands, ByHand, Prepared, WhenDue, prepare
from mailer.campaigns.preparing import approve_unreviewed
from mailer.config import Campaign
from mailer.config.when import Neglected
from mailer.errors import MailerError
from mailer.ledger import drafts, rounds, timing
from mailer.ledger.opening import Ledger
from mailer.ledger.timing import Timed
from mailer.model import PENDING, Problem
from mailer.scheduling.calling_back import call_back
from mailer.scheduling.looking import Prospect, look, looked
from mailer.scheduling.sheets import Sheets
from mailer.scheduling.turns import whose_turn
from mailer.workspace import Workspace

#: Before any mail.
EVER = datetime(1970, 1, 1, tzinfo=UTC)


_A_YEAR = timedelta(days=400)


@dataclass(slots=True)
class Preparation:
    """What the prepare job did."""

    prepared: list[Prepared] = field(default_factory=list)
    #: Ids of drafts that were called back: their date moved, a newer round came, somebody was in touch.
    called_back: list[int] = field(default_factory=list)
    #: Dates that cannot be understood, once per look.
    problems: list[Problem] = field(default_factory=list)
    #: Campaign → why it could not be prepared.
    errors: dict[str, MailerError] = field(default_factory=dict)

    @property
    def made(self) -> int:
        """How many drafts are new."""
        return sum(each.made for each in self.prepared)

    @property
    def changed(self) -> set[str]:
        """The campaigns whose drafts are others than before."""
        return {each.campaign for each in self.prepared if each.has_news}


def prepare_due(workspace: Workspace, sheets: Sheets) -> Preparation:
    """Prepare every campaign's rounds and follow-ups that come near. A campaign that cannot be read stops nobody."""
    done = Preparation()
    paused = _paused(workspace)
    for name, campaign in workspace.config.campaigns.items():
        ledger = workspace.ledger_of(name)
        if name in paused:
            continue
        try:
            if campaign.when is not None:
                _prepare_rounds(workspace, ledger, name, sheets, done)
            _prepare_follow_ups(workspace, ledger, name, campaign, done)
            approve_unreviewed(ledger, campaign, name, now=workspace.now)
        except MailerError as error:
            done.errors[name] = error
    return done


def _paused(workspace: Workspace) -> set[str]:
    """The campaigns that somebody paused, in whichever ledger."""
    found = set[str]()
    for ledger in {workspace.ledger_of(name) for name in workspace.config.campaigns}:
        with ledger.read() as tx:
            found.update(rounds.paused(tx))
    return found


def prepare_next(workspace: Workspace, name: str) -> Prepared | None:
    """Prepare a scheduled campaign's next round now, however far ahead it is; None where none comes within a year.

    A round that was called off is none.
    """
    now, campaign = workspace.now, workspace.config.campaigns[name]
    ledger = workspace.ledger_of(name)
    after, ahead = (EVER, when.duration(campaign.prepare)) if isinstance(campaign.when, Neglected) else (now, _A_YEAR)
    found = look(workspace, ledger, name, Sheets(), after=after, until=now + ahead)
    with ledger.read() as tx:
        waiting = timing.timed(tx, PENDING, campaign=name)
        cancelled = {each.name for each in rounds.rounds_of(tx, name) if each.cancelled_at}
    near = [each for each in wanted(found.prospects, campaign, waiting, now) if each.due.round not in cancelled]
    if not near:
        return None
    first = min(near, key=lambda each: each.due.due_at).due.round
    due = _due(ledger, name, campaign, first, [each for each in near if each.due.round == first])
    return prepare(ledger, workspace.config, workspace.folder, name, WhenDue(first, 0, due), now=now)


def prepare_to_look(workspace: Workspace, name: str) -> Prepared | None:
    """Prepare what a person wants to see of a campaign: a round, or, as None, all that waits.

    What is sent by hand has a current round. Where drafts of other rounds wait, as of the neglected, they are what is
    looked at; so is what waits of a campaign with a rule, and where nothing does its next round. A round by hand would
    go to the same people once more.
    """
    config, ledger, now = workspace.config, workspace.ledger_of(name), workspace.now
    by_hand = config.campaign(name).when is None
    with ledger.read() as tx:
        pending = rounds.pending_rounds(tx, [name])
    if by_hand and all(each.due_at is None for each, _ in pending):
        return prepare(ledger, config, workspace.folder, name, ByHand(), now=now)
    for each, step in pending:
        prepare(ledger, config, workspace.folder, name, AsItStands(each.name, step), now=now)
    return None if pending else prepare_next(workspace, name)


def _due(
    ledger: Ledger, name: str, campaign: Campaign, round_name: str, prospects: list[Prospect]
) -> dict[int, drafts.Due]:
    """Person → when, of those who get a mail of the round."""
    taken = whose_turn(ledger, name, round_name, prospects) if campaign.in_turn else prospects
    return {each.person: drafts.Due(each.due.due_at, each.due.at) for each in taken}


def _prepare_rounds(workspace: Workspace, ledger: Ledger, name: str, sheets: Sheets, done: Preparation) -> None:
    now, campaign = workspace.now, workspace.config.campaigns[name]
    with ledger.begin() as tx:
        first_seen_at = rounds.see_campaign(tx, name, at=now)
        last = timing.last_beat(tx, looked(name)) or first_seen_at
        waiting = timing.timed(tx, PENDING, campaign=name)
    until = now + when.duration(campaign.prepare)
    horizon = max([until, *(mail.due_at + timedelta(days=1) for mail in waiting)])
    after = EVER if isinstance(campaign.when, Neglected) else min(last, now)
    found = look(workspace, ledger, name, sheets, after=after, until=horizon)
    done.problems += found.problems
    done.called_back += call_back(ledger, campaign, found, waiting, now=now)
    near = [each for each in found.prospects if each.due.due_at <= until]
    for round_name, prospects in by_round(wanted(near, campaign, waiting, now)).items():
        due = _due(ledger, name, campaign, round_name, prospects)
        if _is_new(ledger, name, round_name, due):
            choice = WhenDue(round_name, 0, due)
            done.prepared.append(prepare(ledger, workspace.config, workspace.folder, name, choice, now=now))
    with ledger.begin() as tx:
        timing.beat(tx, looked(name), at=now)


def wanted(near: Iterable[Prospect], campaign: Campaign, waiting: list[Timed], now: datetime) -> list[Prospect]:
    """Of what is past only each person's latest, if it may still be asked about; of the neglected, the worst few.

    Each of the neglected has one: the latest that is prepared by now, else the first to come.
    """
    soon = now + when.duration(campaign.prepare)
    latest: dict[int, Prospect] = {}
    coming: list[Prospect] = []
    for each in near:
        if each.due.due_at > now and not isinstance(campaign.when, Neglected):
            coming.append(each)
        elif each.due.due_at <= soon or each.person not in latest:
            latest[each.person] = each
    past = [each for each in latest.values() if when.fate(campaign, each.due.due_at, now=now) != when.Fate.SKIP]
    if isinstance(campaign.when, Neglected):
        return _worst(past, campaign, waiting)
    return past + coming


def _worst(past: list[Prospect], campaign: Campaign, waiting: list[Timed]) -> list[Prospect]:
    """The longest neglected first, and no more than a person wants to review at a time."""
    has_one = {mail.person for mail in waiting if not mail.step}
    free = max(0, campaign.at_a_time - len(has_one))
    queue = sorted((each for each in past if each.person not in has_one), key=lambda each: each.due.at)
    return queue[:free]


def by_round(prospects: Iterable[Prospect]) -> dict[str, list[Prospect]]:
    """Round → its prospects."""
    grouped: dict[str, list[Prospect]] = defaultdict(list)
    for each in prospects:
        grouped[each.due.round].append(each)
    return grouped


def _is_new(ledger: Ledger, name: str, round_name: str, due: Iterable[int]) -> bool:
    """Whether somebody of the round has no draft yet, and the round was not cancelled."""
    with ledger.read() as tx:
        known = rounds.find_round(tx, name, round_name)
        if known is None:
            return True
        there = {person for person, _ in drafts.kept(tx, known.id, 0, due)}
    return known.cancelled_at is None and bool(set(due) - there)


def _prepare_follow_ups(workspace: Workspace, ledger: Ledger, name: str, campaign: Campaign, done: Preparation) -> None:
    now = workspace.now
    until = now + when.duration(campaign.prepare)
    for number, step in enumerate(campaign.follow_up):
        with ledger.read() as tx:
            unanswered = timing.awaiting_answer(tx, name, number)
        due_in: dict[str, dict[int, drafts.Due]] = defaultdict(dict)
        for sent in unanswered:
            zone = sent.zone or workspace.config.firm.timezone
            closed = when.closed_days(sent.country, workspace.config.firm.closed)
            due_at = when.follow_up_at(step, sent.sent_at, campaign, zone, closed)
            if due_at <= until:
                due_in[sent.round][sent.person] = drafts.Due(due_at, due_at)
        for round_name, due in due_in.items():
            choice = WhenDue(round_name, number + 1, due)
            done.prepared.append(prepare(ledger, workspace.config, workspace.folder, name, choice, now=now))
