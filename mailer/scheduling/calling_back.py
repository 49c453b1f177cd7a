"""Mails that wait, against what their rule says today: moved with their date, called back without a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailer import when
from mailer.config import Campaign
from mailer.config.when import Neglected
from mailer.ledger import timing
from mailer.ledger.moves import PROGRAM, move
from mailer.ledger.opening import Ledger
from mailer.ledger.timing import Timed
from mailer.model import Status
from mailer.scheduling.looking import Look


def call_back(ledger: Ledger, campaign: Campaign, found: Look, waiting: Iterable[Timed], *, now: datetime) -> list[int]:
    """Move what the rule now puts elsewhere, cancel what it no longer asks for; the ids of these."""
    mails = [mail for mail in waiting if not mail.step and not mail.attempts and mail.person in found.persons]
    asked = _Asked.of(campaign, found, mails, now)
    moved: dict[int, tuple[datetime, datetime]] = {}
    gone: dict[str, list[int]] = defaultdict(list)
    for mail in mails:
        due = asked.dues.get((mail.person, mail.round))
        if due is not None and due.at != mail.now_at and mail.status is not Status.MISSED:
            moved[mail.id] = (due.due_at, due.at)
        elif why := asked.why_not(mail):
            gone[why].append(mail.id)
    if moved or gone:
        with ledger.begin() as tx:
            timing.reschedule(tx, moved)
            for why, ids in gone.items():
                move(tx, ids, Status.CANCELLED, at=now, who=PROGRAM, note=why)
    return [each for ids in gone.values() for each in ids]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the campaign asks for today."""

    campaign: Campaign
    now: datetime
    #: (person, round) → when.
    dues: Mapping[tuple[int, str], when.Due]
    #: Person → the rule's time of their newest waiting mail.
    newest: Mapping[int, datetime]

    @classmethod
    def of(cls, campaign: Campaign, found: Look, mails: Iterable[Timed], now: datetime) -> _Asked:
        newest: dict[int, datetime] = {}
        for mail in mails:
            if mail.now_at:
                newest[mail.person] = max(newest.get(mail.person, mail.now_at), mail.now_at)
        dues = {(each.person, each.due.round): each.due for each in found.prospects}
        return cls(campaign, now, dues, newest)

    def why_not(self, mail: Timed) -> str:
        """Why a mail that waits should not any more; "" where it should."""
        if mail.now_at is None:
            return ""
        if mail.now_at > self.now and (mail.person, mail.round) not in self.dues:
            return "its date moved, or its rule changed"
        if isinstance(self.campaign.when, Neglected) and not self._is_still_neglected(mail):
            return "somebody has been in touch meanwhile, or they rest now"
        return "a newer round took its place" if self._is_outdated(mail) else ""

    def _is_still_neglected(self, mail: Timed) -> bool:
        until = max(self.now, mail.now_at or self.now)
        run_out = (due for (person, _), due in self.dues.items() if person == mail.person)
        return mail.status is Status.QUEUED or any(due.at <= until for due in run_out)

    def _is_outdated(self, mail: Timed) -> bool:
        """Whether its time passed without a yes while a later round of the same campaign already waits for one."""
        passed = mail.due_at + when.duration(self.campaign.grace) < self.now
        older = mail.now_at is not None and mail.now_at < self.newest[mail.person]
        return passed and older and mail.status is not Status.QUEUED
