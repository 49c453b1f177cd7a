"""Drafts for the neglected: each in the campaign of config.yaml that fits the reason at hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mailer import when
from mailer.campaigns import WhenDue, prepare
from mailer.config import Campaign
from mailer.config.when import Neglected, OnDate
from mailer.ledger import drafts, listing, rounds
from mailer.model import Field, Status
from mailer.relations import Relation
from mailer.workspace.opening import Workspace

#: The template for whoever has no better reason.
KEEP_IN_TOUCH = "keep-in-touch"

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_SOON = timedelta(days=40)


@dataclass(slots=True)
class Drafted:
    """What became of a wish for drafts."""

    #: Campaign → how many new drafts.
    made: dict[str, int] = field(default_factory=dict)
    #: Campaign → for how many of these people a mail of it waits already.
    waiting: Counter[str] = field(default_factory=Counter)
    #: For whom no campaign fits.
    left: list[Relation] = field(default_factory=list)


def draft_neglected(workspace: Workspace, chosen: Iterable[Relation], *, template: str = "") -> Drafted:
    """Prepare a draft for each of these people, by their first reason that a campaign has a template for.

    With `template`, only campaigns with that one. A draft is in the round that the schedule would give it, so nobody
    gets a second one for the same reason; nor does anybody for whom a mail of that campaign waits. Raises
    ContactsError or TemplateError.
    """
    result = Drafted()
    with workspace.ledger.read() as tx:
        waiting = {(mail.campaign, mail.person) for mail in listing.entries(tx, statuses=[Status.DRAFT, Status.QUEUED])}
    wanted: dict[tuple[str, str], dict[int, drafts.Due]] = defaultdict(dict)
    for each in chosen:
        placed = _placed(workspace, each, template)
        if placed is None:
            result.left.append(each)
        else:
            name, round_name, due = placed
            if (name, each.person) in waiting:
                result.waiting[name] += 1
            else:
                wanted[name, round_name][each.person] = due
    for (name, round_name), due_of in wanted.items():
        choice = WhenDue(round_name, 0, due_of)
        prepared = prepare(workspace.ledger, workspace.config, workspace.folder, name, choice, now=workspace.now)
        result.made[name] = result.made.get(name, 0) + prepared.made
    return result


def _placed(workspace: Workspace, each: Relation, template: str) -> tuple[str, str, drafts.Due] | None:
    """The campaign, the round and the time for somebody; None where no campaign fits."""
    templates = [template] if template else [*(reason.template for reason in each.reasons), KEEP_IN_TOUCH]
    fitting = {
        name: campaign
        for name, campaign in workspace.config.campaigns.items()
        if each.contact.source_name in campaign.contacts and workspace.ledger_of(name) is workspace.ledger
    }
    ranked = sorted(
        (name for name, campaign in fitting.items() if campaign.template in templates),
        key=lambda name: templates.index(fitting[name].template),
    )
    for name in ranked:
        found = _round_of(workspace, name, fitting[name], each)
        if found:
            return name, *found
    return None


def _round_of(workspace: Workspace, name: str, campaign: Campaign, each: Relation) -> tuple[str, drafts.Due] | None:
    """The round somebody's draft belongs to: of a rule's campaign the one that the rule names."""
    now = workspace.now
    if campaign.when is None:
        return f"{each.standing.runs_out_on or 'first'}", drafts.Due(None, now)
    if not isinstance(campaign.when, Neglected | OnDate):
        return None
    facts = _facts(workspace, name, campaign.when, each)
    office = when.office(workspace.config.firm)
    past = when.dues(campaign, facts, office, after=_EVER, until=now) if isinstance(campaign.when, Neglected) else []
    found = past[-1:] or when.dues(campaign, facts, office, after=now, until=now + _SOON)[:1]
    return next(((due.round, drafts.Due(max(due.due_at, now), due.at)) for due in found), None)


def _facts(workspace: Workspace, name: str, rule: Neglected | OnDate, each: Relation) -> when.Facts:
    firm, contact = workspace.config.firm, each.contact
    with workspace.ledger.begin() as tx:
        first_seen_at = rounds.see_campaign(tx, name, at=workspace.now)
    dated = None
    if isinstance(rule, OnDate):
        cell = contact.fields.get(rule.date, Field(""))
        office = when.office(firm)
        with suppress(ValueError):
            dated = when.dated(cell.value, month_first=office.month_first, language=contact.language or firm.language)
    return when.Facts(
        zone=when.zone_of(contact, firm),
        closed=when.closed_days(contact.country or firm.country, firm.closed),
        dated=dated,
        heard_on=each.standing.last_on,
        cadence=each.standing.cadence,
        seen_at=first_seen_at,
        who=contact.key,
    )
