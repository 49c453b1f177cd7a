"""What has come of it all, as figures: replies first, who was thanked by whom, and how well the promise is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailer.config.audiences import is_internal
from mailer.ledger import listing, suppressions
from mailer.ledger.opening import Ledger
from mailer.ledger.touches import REPLIED, WRITTEN, Touch
from mailer.model import Status
from mailer.relations.reading import Relation, Relations
from mailer.when import shifted


@dataclass(frozen=True, slots=True)
class Reply:
    """Somebody answered: the best result there is."""

    #: On the firm's clock.
    at: datetime
    name: str
    audience: str
    words: str


@dataclass(frozen=True, slots=True)
class Side:
    """One audience: how many, what we did, what came back, and how well the promise is kept today."""

    audience: str
    is_internal: bool
    people: int
    #: How many of them were written to in this time.
    thanked: int
    mails: int
    replies: int
    #: How many we have promised to keep in touch with, and with how many the promise is kept.
    promised: int
    kept: int
    neglected: int


@dataclass(frozen=True, slots=True)
class Report:
    """One time, seen from its end."""

    since: date
    until: date
    #: "" for all campaigns.
    campaign: str
    #: Newest first.
    replies: tuple[Reply, ...]
    sides: tuple[Side, ...]
    #: (account, audience) → how many different people it wrote to.
    thanked: Mapping[tuple[str, str], int]
    #: Last day of each month → audience → share of kept promises, for audiences that had any.
    trend: Mapping[date, Mapping[str, float]]
    #: Worst first.
    neglected: tuple[Relation, ...]
    bounced: int
    unconfirmed: int
    failed: int
    suppressed: int


def report_of(
    ledger: Ledger, relations: Relations, *, since: date, until: date, zone: str, campaign: str = ""
) -> Report:
    """The figures from `since` to `until`, both included, of one campaign or of all."""
    begin = datetime.combine(since, time(), ZoneInfo(zone))
    with ledger.read() as tx:
        mails = listing.entries(tx, campaign=campaign or None)
        suppressed = len(suppressions.entries(tx))
    of_campaign = {entry.id for entry in mails} if campaign else None
    window = _Window(begin, datetime.combine(until + timedelta(days=1), time(), ZoneInfo(zone)), of_campaign)
    everyone = relations.everyone
    went_wrong = Counter(entry.status for entry in mails if _moment(entry) >= begin)
    return Report(
        since,
        until,
        campaign,
        tuple(sorted(_replies(everyone, window), key=lambda reply: reply.at, reverse=True)),
        tuple(_sides(everyone, window)),
        _thanked(everyone, window),
        {day: _shares(everyone, day, zone) for day in month_ends(since, until)},
        tuple(relations.neglected(soon=False)),
        went_wrong[Status.BOUNCED],
        went_wrong[Status.UNCONFIRMED],
        went_wrong[Status.FAILED],
        suppressed,
    )


def _moment(entry: listing.Entry) -> datetime:
    """When it left, or was to; what nobody approved lies before all."""
    return entry.sent_at or entry.approved_at or datetime.min.replace(tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class _Window:
    """Which touches are asked about."""

    begin: datetime
    end: datetime
    #: Delivery ids of one campaign; None for all.
    of_campaign: Collection[int] | None

    def of(self, relation: Relation, kind: str) -> list[Touch]:
        return [
            touch
            for touch in relation.touches
            if touch.kind == kind and self.begin <= touch.at < self.end
            if self.of_campaign is None or touch.delivery_id in self.of_campaign
        ]


def _replies(everyone: Sequence[Relation], window: _Window) -> Iterator[Reply]:
    for each in everyone:
        for touch in window.of(each, REPLIED):
            name = each.contact.name or each.contact.address
            yield Reply(touch.at.astimezone(window.begin.tzinfo), name, each.contact.audience, touch.words)


def _sides(everyone: Sequence[Relation], window: _Window) -> Iterator[Side]:
    for audience in dict.fromkeys(each.contact.audience for each in everyone):
        of_audience = [each for each in everyone if each.contact.audience == audience]
        written = [len(window.of(each, WRITTEN)) for each in of_audience]
        promised = [each for each in of_audience if each.standing.is_promised]
        yield Side(
            audience,
            is_internal(audience),
            people=len(of_audience),
            thanked=sum(map(bool, written)),
            mails=sum(written),
            replies=sum(len(window.of(each, REPLIED)) for each in of_audience),
            promised=len(promised),
            kept=sum(not each.standing.is_neglected for each in promised),
            neglected=sum(each.standing.is_neglected for each in of_audience),
        )


def _thanked(everyone: Sequence[Relation], window: _Window) -> Mapping[tuple[str, str], int]:
    pairs = Counter[tuple[str, str]]()
    for each in everyone:
        pairs.update({(touch.by, each.contact.audience) for touch in window.of(each, WRITTEN)})
    return pairs


def month_ends(since: date, until: date) -> Iterator[date]:
    """The last day of each month between two days; of the last month the last day asked about."""
    day = since
    while day <= until:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield min(following - timedelta(days=1), until)
        day = following


def _shares(everyone: Sequence[Relation], day: date, zone: str) -> Mapping[str, float]:
    """Audience → the share of promises that were kept on that day, of the people we knew by then."""
    promised, kept = Counter[str](), Counter[str]()
    for each in everyone:
        if each.standing.is_promised and each.met_at.astimezone(ZoneInfo(zone)).date() <= day:
            promised[each.contact.audience] += 1
            kept[each.contact.audience] += _is_kept(each, day, zone)
    return {audience: kept[audience] / count for audience, count in promised.items()}


def _is_kept(relation: Relation, day: date, zone: str) -> bool:
    days = [touch.at.astimezone(ZoneInfo(zone)).date() for touch in relation.touches]
    if relation.told_on:
        days.append(relation.told_on)
    last = max((each for each in days if each <= day), default=None)
    cadence = relation.standing.cadence
    return last is not None and cadence is not None and shifted(last, cadence) >= day
