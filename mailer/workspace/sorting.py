"""Before a sending pass: of what is due, what may go now, what goes later, and what is too late to go by itself.

The one place where hours, lateness, `at_most` and the account's plan meet the ledger; commands and schedule share it.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mailer import when
from mailer.campaigns.refreshing import OURS
from mailer.config.models import Campaign, Config
from mailer.config.when import AtMost
from mailer.ledger import rounds, timing
from mailer.ledger.moves import PROGRAM, move
from mailer.ledger.opening import Ledger, Transaction
from mailer.ledger.queue import DueRow
from mailer.ledger.timing import Timed
from mailer.model import Status
from mailer.workspace.opening import Workspace

#: The beat that tells when the queue was last sorted: what waited while somebody looked is not late.
LOOKED = "queue sorted"

#: A pass is one stream of mails; what the plan puts behind a pause longer than this belongs to a later one.
_PAUSE = timedelta(minutes=15)


@dataclass(slots=True)
class Sorted:
    """What sorting the queue came to: ids, and new due times."""

    #: May go now.
    ready: list[int] = field(default_factory=list)
    #: Later: closed hours, the pace, the quota, or another mail too shortly before.
    moved: dict[int, datetime] = field(default_factory=dict)
    #: Too late to go by itself: a person decides.
    missed: list[int] = field(default_factory=list)
    #: Dropped as the campaign says, or no longer wanted: too late, one mail too many, already answered.
    dropped: list[int] = field(default_factory=list)


def sort_due(workspace: Workspace, ledger: Ledger, *, excluded: Container[str] = ()) -> Sorted:
    """Move what is due but may not go now; `excluded` campaigns cannot be sent from at the moment."""
    now = workspace.now
    with ledger.begin() as tx:
        sorting = _Sorting(workspace.config, tx, now, excluded)
        sorting.run()
        timing.beat(tx, LOOKED, at=now)
    return sorting.result


def note_looked(workspace: Workspace, ledger: Ledger) -> None:
    """At the end of a long pass: what became due meanwhile was looked after."""
    with ledger.begin() as tx:
        timing.beat(tx, LOOKED, at=workspace.now)


def closed_for(config: Config, country: str) -> Container[date]:
    """The days on which a recipient in that country is not written to."""
    return when.closed_days(country, config.firm.closed)


def may_leave(config: Config, mail: DueRow, at: datetime) -> bool:
    """Whether it is an open hour for that mail's recipient: asked again for each mail of a long pass."""
    campaign = config.campaigns.get(mail.campaign)
    if campaign is None or campaign.hours is None:
        return True
    zone = mail.zone or config.firm.timezone
    return when.is_open(at, campaign.hours, zone, closed_for(config, mail.country))


def wish_of(config: Config, mail: Timed) -> when.Wish:
    """The mail as the account plan sees it: its due time, in its recipient's hours."""
    campaign = config.campaigns.get(mail.campaign)
    zone = mail.zone or config.firm.timezone
    return when.Wish(mail.id, mail.due_at, campaign.hours if campaign else None, zone, closed_for(config, mail.country))


class _Sorting:
    """One sorting, inside one transaction."""

    def __init__(self, config: Config, tx: Transaction, now: datetime, excluded: Container[str]) -> None:
        self.config = config
        self.tx = tx
        self.now = now
        self.paused = rounds.paused(tx)
        self.excluded = excluded
        self.looked_at = timing.last_beat(tx, LOOKED)
        self.result = Sorted()

    def run(self) -> None:
        """Take mails out one question after the other; what is left is laid over its account's plan."""
        for follow_up, why in timing.pointless_follow_ups(self.tx).items():
            self._drop(follow_up, why)
        due = [mail for mail in timing.timed(self.tx, [Status.QUEUED], due_by=self.now) if self._is_in_time(mail)]
        due = self._few_enough([mail for mail in due if not self._stands_still(mail)])
        for account in {mail.account for mail in due}:
            self._lay(account, [mail for mail in due if mail.account == account])
        timing.retime(self.tx, self.result.moved)

    def _stands_still(self, mail: Timed) -> bool:
        is_ours = self._campaign(mail) is not None or mail.campaign in OURS
        return mail.campaign in self.paused or mail.campaign in self.excluded or not is_ours

    def _campaign(self, mail: Timed) -> Campaign | None:
        return self.config.campaigns.get(mail.campaign)

    def _drop(self, delivery_id: int, note: str) -> None:
        move(self.tx, [delivery_id], Status.CANCELLED, at=self.now, who=PROGRAM, note=note)
        self.result.dropped.append(delivery_id)

    def _is_in_time(self, mail: Timed) -> bool:
        """Whether it may still go by itself; if not it is put where a person finds it, or dropped."""
        campaign = self._campaign(mail)
        if campaign is None or (campaign.when is None and not mail.step):
            return True
        match when.fate(campaign, self._waiting_since(mail), now=self.now):
            case when.Fate.ASK:
                note = f"its time, {mail.due_at:%Y-%m-%d %H:%M} UTC, passed before it could go"
                move(self.tx, [mail.id], Status.MISSED, at=self.now, who=PROGRAM, note=note)
                self.result.missed.append(mail.id)
                return False
            case when.Fate.SKIP:
                self._drop(mail.id, "its time passed, and the campaign says `late: skip`")
                return False
        return True

    def _waiting_since(self, mail: Timed) -> datetime:
        """From when on it could have gone and nobody sent it: an open hour in which nothing looked after it."""
        looked_at = None if self._stands_still(mail) else self.looked_at
        since = max(mail.due_at, min(looked_at, self.now)) if looked_at else mail.due_at
        return self._opens(mail, since)

    def _few_enough(self, due: list[Timed]) -> list[Timed]:
        """Those that `at_most` allows; each that goes counts for the next one of the same person."""
        longest = max((when.duration(limit.per) for mail in due if (limit := self._limit(mail))), default=None)
        if longest is None:
            return due
        since = self.now - longest
        sent = timing.first_mails_since(self.tx, {mail.person for mail in due}, since)
        kept = []
        for mail in due:
            mails = sent.setdefault(mail.person, [])
            if mail.step or self._allows(mail, mails):
                kept.append(mail)
                mails += [] if mail.step else [(self.now, mail.campaign, mail.round)]
        return kept

    def _limit(self, mail: Timed) -> AtMost | None:
        campaign = self._campaign(mail)
        return campaign.at_most if campaign else None

    def _allows(self, mail: Timed, sent: list[tuple[datetime, str, str]]) -> bool:
        """Whether one more is allowed; the one too many waits for its turn, or is dropped."""
        limit = self._limit(mail)
        if limit is None:
            return True
        span = when.duration(limit.per)
        others = [at for at, *which in sent if at > self.now - span and which != [mail.campaign, mail.round]]
        if len(others) < limit.count:
            return True
        if limit.otherwise == "skip":
            self._drop(mail.id, f"they already had {len(others)} of our mails in {limit.per}, and `at_most` says skip")
        else:
            self.result.moved[mail.id] = self._opens(mail, sorted(others)[-limit.count] + span)
        return False

    def _lay(self, account_name: str, due: list[Timed]) -> None:
        """Over pace, quota and hours: what does not go in one stream from now on gets the time at which it will."""
        account = self.config.accounts.get(account_name)
        if account is None:
            return
        plan = when.laid(
            [wish_of(self.config, mail) for mail in due],
            now=self.now,
            per_minute=account.per_minute,
            per_day=account.per_day,
            sent_at=timing.sent_times(self.tx, account_name, self.now - when.QUOTA_WINDOW),
        )
        reached = self.now
        for delivery_id, at in plan:
            if at - reached < _PAUSE:
                self.result.ready.append(delivery_id)
                reached = at
            else:
                self.result.moved[delivery_id] = at

    def _opens(self, mail: Timed, at: datetime) -> datetime:
        wish = wish_of(self.config, mail)
        return when.next_open(at, wish.hours, wish.zone, wish.closed)
