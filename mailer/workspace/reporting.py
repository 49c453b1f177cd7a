"""What came of it, for the command line and the desk alike: everybody's relation and the figures of a time."""

from __future__ import annotations

from datetime import date

from mailer.errors import ContactsError
from mailer.relations import Relations, read_relations
from mailer.relations.figures import Report, report_of
from mailer.workspace.opening import Workspace


def report(
    workspace: Workspace, campaign: str = "", since: date | None = None, *, unread: list[ContactsError] | None = None
) -> tuple[Report, Relations]:
    """The figures from `since` (a year ago if not told) to today, of one campaign or of all (""), and all they cover.

    Raises UsageError for an unknown campaign, and ContactsError for a sheet that cannot be used, unless the `unread`
    are asked for.
    """
    ledger = workspace.ledger
    if campaign:
        workspace.config.campaign(campaign)
        ledger = workspace.ledger_of(campaign)
    relations = read_relations(ledger, workspace.config, workspace.folder, now=workspace.now, unread=unread)
    today, zone = workspace.today, workspace.config.firm.timezone
    begin = since or a_year_before(today)
    return report_of(ledger, relations, since=begin, until=today, zone=zone, campaign=campaign), relations


def a_year_before(today: date) -> date:
    """The first of the month, eleven months back: twelve months with this one."""
    months = today.year * 12 + today.month - 1 - 11
    return date(months // 12, months % 12 + 1, 1)
