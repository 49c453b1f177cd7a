"""What goes out when: the ledger's waiting mails and the rules' coming ones, as lines for people and calendars."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailer import when
from mailer.campaigns.accounts import account_for
from mailer.config.when import Neglected
from mailer.errors import ContactsError
from mailer.ledger import drafts, overview, rounds, timing
from mailer.ledger.opening import Ledger
from mailer.ledger.overview import Late
from mailer.model import PENDING, Problem, Status
from mailer.scheduling.jobs import ALIVE
from mailer.scheduling.looking import Prospect, look
from mailer.scheduling.preparing import EVER, by_round, wanted
from mailer.scheduling.sheets import Sheets
from mailer.scheduling.turns import whose_turn
from mailer.workspace import Workspace
from mailer.workspace.sorting import wish_of


@dataclass(slots=True)
class Line:
    """One round, or one step of it."""

    campaign: str
    round: str
    step: int
    #: The rule as a sentence.
    rule: str
    first_at: datetime
    last_at: datetime
    #: Account → how many mails.
    accounts: Counter[str] = field(default_factory=Counter)
    #: Day at the firm → who gets one then.
    days: dict[date, list[str]] = field(default_factory=dict)
    #: Drafts that wait for a yes.
    waiting: int = 0
    #: Approved.
    queued: int = 0
    #: Not yet prepared.
    coming: int = 0
    paused: bool = False

    @property
    def count(self) -> int:
        """How many mails."""
        return self.waiting + self.queued + self.coming

    def add(self, account: str, due_at: datetime, *, day: date, name: str) -> None:
        """Take one mail in."""
        self.accounts[account] += 1
        self.days.setdefault(day, []).append(name)
        self.first_at = min(self.first_at, due_at)
        self.last_at = max(self.last_at, due_at)


@dataclass(slots=True)
class Outlook:
    """What goes out in the days to come."""

    lines: list[Line]
    late: list[Late]
    #: Account → when each of its approved mails will go.
    plan: dict[str, list[datetime]]
    problems: list[Problem]
    #: When `mailer run` last showed that it is alive; None for never.
    alive_at: datetime | None


def outlook(workspace: Workspace, days: int = 30, *, unread: list[ContactsError] | None = None) -> Outlook:
    """The next days: what waits, what comes, what is late, and when each account sends.

    Raises ContactsError for an unusable sheet; where a list of the `unread` is given, it goes there instead.
    """
    until = workspace.now + timedelta(days=days)
    gathered = _Gathered(workspace)
    for ledger in workspace.ledgers():
        gathered.add_waiting(ledger, until)
    for name, campaign in workspace.config.campaigns.items():
        if campaign.when is not None:
            try:
                gathered.add_coming(name, until)
            except ContactsError as error:
                if unread is None:
                    raise
                unread.append(error)
    lines = sorted(gathered.lines.values(), key=lambda line: (line.first_at, line.campaign))
    with workspace.ledger.read() as tx:
        alive_at = timing.last_beat(tx, ALIVE)
    return Outlook(lines, late_rounds(workspace), account_plan(workspace), gathered.problems, alive_at)


def late_rounds(workspace: Workspace) -> list[Late]:
    """What is too late to go by itself, round by round."""
    found: list[Late] = []
    for ledger in workspace.ledgers():
        with ledger.read() as tx:
            found += overview.late(tx, now=workspace.now)
    return found


def account_plan(workspace: Workspace) -> dict[str, list[datetime]]:
    """Account → when each of its approved mails will go, over its pace, quota and the recipients' hours."""
    plan: dict[str, list[datetime]] = {}
    now = workspace.now
    for ledger in workspace.ledgers():
        with ledger.read() as tx:
            queued = timing.timed(tx, [Status.QUEUED])
            for name in sorted({mail.account for mail in queued} & workspace.config.accounts.keys()):
                account = workspace.config.accounts[name]
                laid = when.laid(
                    [wish_of(workspace.config, mail) for mail in queued if mail.account == name],
                    now=now,
                    per_minute=account.per_minute,
                    per_day=account.per_day,
                    sent_at=timing.sent_times(tx, name, now - when.QUOTA_WINDOW),
                )
                plan.setdefault(name, []).extend(at for _, at in laid)
    return plan


class _Gathered:
    """Lines by campaign, round and step, while they are being counted."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.zone = ZoneInfo(workspace.config.firm.timezone)
        self.sheets = Sheets()
        self.lines: dict[tuple[str, str, int], Line] = {}
        self.problems: list[Problem] = []
        self.paused = set[str]()
        for ledger in workspace.ledgers():
            with ledger.read() as tx:
                self.paused.update(rounds.paused(tx))

    def _line(self, campaign: str, round_name: str, step: int, due_at: datetime) -> Line:
        known = self.workspace.config.campaigns.get(campaign)
        rule = when.describe(known.when if known else None, self.workspace.config.firm.timezone)
        if step and known and step <= len(known.follow_up):
            rule = f"{known.follow_up[step - 1].after} after no answer"
        new = Line(campaign, round_name, step, rule, due_at, due_at, paused=campaign in self.paused)
        return self.lines.setdefault((campaign, round_name, step), new)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def add_waiting(self, ledger: Ledger, until: datetime) -> None:
        """Count the mails that are in the ledger."""
        with ledger.read() as tx:
            mails = timing.timed(tx, [Status.DRAFT, Status.QUEUED], due_by=until)
        for mail in mails:
            if mail.status is Status.DRAFT and mail.due_at < self.workspace.now:
                continue  # late
            line = self._line(mail.campaign, mail.round, mail.step, mail.due_at)
            line.add(mail.account, mail.due_at, day=self._day(mail.due_at), name=mail.name)
            if mail.status is Status.DRAFT:
                line.waiting += 1
            else:
                line.queued += 1

    def add_coming(self, name: str, until: datetime) -> None:
        """Count the mails that a rule asks for and that have no draft yet."""
        workspace, campaign = self.workspace, self.workspace.config.campaigns[name]
        ledger = workspace.ledger_of(name)
        after = EVER if isinstance(campaign.when, Neglected) else workspace.now
        found = look(workspace, ledger, name, self.sheets, after=after, until=until)
        self.problems += found.problems
        with ledger.read() as tx:
            open_mails = timing.timed(tx, PENDING, campaign=name)
        near = wanted(found.prospects, campaign, open_mails, workspace.now)
        if campaign.in_turn:
            near = [
                each
                for round_name, some in by_round(near).items()
                for each in whose_turn(ledger, name, round_name, some)
            ]
        for each in self._unwritten(ledger, name, near):
            account, _ = account_for(each.contact, campaign, workspace.config)
            due_at = max(each.due.due_at, workspace.now)
            line = self._line(name, each.due.round, 0, due_at)
            line.add(account, due_at, day=self._day(due_at), name=each.contact.name or each.contact.address)
            line.coming += 1

    def _unwritten(self, ledger: Ledger, name: str, prospects: list[Prospect]) -> list[Prospect]:
        """Those who have no mail in that round, whatever became of it."""
        persons = {each.person for each in prospects}
        there: set[tuple[str, int]] = set()
        with ledger.read() as tx:
            for round_name in {each.due.round for each in prospects}:
                known = rounds.find_round(tx, name, round_name)
                if known is not None:
                    there |= {(round_name, person) for person, _ in drafts.kept(tx, known.id, 0, persons)}
        return [each for each in prospects if (each.due.round, each.person) not in there]
