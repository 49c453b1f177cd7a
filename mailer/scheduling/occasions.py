"""The days to come that are a reason to write: birthdays, anniversaries, milestones; and which campaign does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mailer import when
from mailer.care import State, occasions_of
from mailer.config import Config
from mailer.config.when import OnDate
from mailer.errors import ContactsError
from mailer.expressions import compile_expression
from mailer.model import Contact, Problem
from mailer.relations import Relation, Relations, read_relations
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Ahead:
    """One reason to write to somebody."""

    #: The day; None for a milestone, which has been reached.
    on: date | None
    contact: Contact
    #: "15th client anniversary", or a milestone's name.
    what: str
    #: The campaign that writes for it by itself; "" where a person must.
    campaign: str = ""

    def __str__(self) -> str:
        return f"{self.what} on {self.on.day} {self.on:%B}" if self.on else self.what


def occasions_ahead(
    workspace: Workspace, days: int = 30, *, unread: list[ContactsError] | None = None
) -> tuple[list[Ahead], list[Problem]]:
    """The occasions of these days, the nearest first, after the milestones reached; and what kept some from being seen.

    Who rests (suppressed, on hold) has none. Raises ContactsError for an unusable sheet, or adds it to the `unread`.
    """
    relations = read_relations(workspace.ledger, workspace.config, workspace.folder, now=workspace.now, unread=unread)
    today = workspace.today
    reached = [Ahead(None, each.contact, what) for each in _awake(relations) for what in each.milestones]
    days_to_come = occasions_between(relations, workspace.config, today, today + timedelta(days=days))
    return [*reached, *days_to_come], relations.problems


def occasions_between(relations: Relations, config: Config, first: date, last: date) -> list[Ahead]:
    """The days that return from the first to the last, both included, the earliest first."""
    found = [ahead for each in _awake(relations) for ahead in _of(each, config, first, last)]
    return sorted(found, key=lambda ahead: ahead.on or first)


def _awake(relations: Relations) -> list[Relation]:
    return [each for each in relations.everyone if each.standing.state is not State.RESTING]


def _of(relation: Relation, config: Config, first: date, last: date) -> Iterator[Ahead]:
    for row in relation.contact.members or (relation.contact,):
        for each in occasions_of(row, when.office(config.firm), today=first, within=(last - first).days):
            yield Ahead(each.on, row, each.what, _campaign(config, relation.contact, each.column, first))


def _campaign(config: Config, contact: Contact, column: str, today: date) -> str:
    """The campaign that has this date for its rule, and this contact among its own."""
    for name, campaign in config.campaigns.items():
        rule = campaign.when
        is_theirs = isinstance(rule, OnDate) and rule.date == column and contact.source_name in campaign.contacts
        if is_theirs and (not campaign.where or compile_expression(campaign.where)(contact.fields, today)):
            return name
    return ""
