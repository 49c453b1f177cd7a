"""The days to come that are a reason to write: birthdays, anniversaries, milestones; and which campaign does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailer import when
from mailer.care import State, occasions_of
from mailer.config import Config
from mailer.config.when import OnDate
from mailer.expressions import compile_expression
from mailer.model import Contact, Problem
from mailer.relations import Relation, read_relations
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Ahead:
    """One reason to write to somebody."""

    #: The day; None for a milestone, which has been reached.
    on: date | None
    contact: Contact
    #: "15th client anniversary on 14 March", or a milestone's name.
    what: str
    #: The campaign that writes for it by itself; "" where a person must.
    campaign: str = ""


def occasions_ahead(workspace: Workspace, days: int = 30) -> tuple[list[Ahead], list[Problem]]:
    """The occasions of these days, the nearest first, after the milestones reached; and what kept some from being seen.

    Who rests (suppressed, on hold) has none. Raises ContactsError for an unusable sheet.
    """
    relations = read_relations(workspace.ledger, workspace.config, workspace.folder, now=workspace.now)
    awake = [each for each in relations.everyone if each.standing.state is not State.RESTING]
    found = [ahead for each in awake for ahead in _of(each, workspace, days)]
    return sorted(found, key=lambda ahead: ahead.on or date.min), relations.problems


def _of(relation: Relation, workspace: Workspace, days: int) -> Iterator[Ahead]:
    config, today = workspace.config, workspace.today
    for row in relation.contact.members or (relation.contact,):
        for each in occasions_of(row, when.office(config.firm), today=today, within=days):
            yield Ahead(each.on, row, str(each), _campaign(config, relation.contact, each.column, today))
    for milestone in relation.milestones:
        yield Ahead(None, relation.contact, milestone)


def _campaign(config: Config, contact: Contact, column: str, today: date) -> str:
    """The campaign that has this date for its rule, and this contact among its own."""
    for name, campaign in config.campaigns.items():
        rule = campaign.when
        is_theirs = isinstance(rule, OnDate) and rule.date == column and contact.source_name in campaign.contacts
        if is_theirs and (not campaign.where or compile_expression(campaign.where)(contact.fields, today)):
            return name
    return ""
