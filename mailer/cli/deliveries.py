"""`mailer deliveries`: what became of each mail, and what to do where that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailer.cli.completion import CAMPAIGN
from mailer.cli.home import tell_where_numbered
from mailer.cli.numbers import NUMBER
from mailer.cli.output import json_option, line, print_json, table, tell, tell_decision
from mailer.cli.settings import Settings
from mailer.cli.shapes import delivery_json
from mailer.cli.showing import ledger_of
from mailer.errors import UsageError
from mailer.model import Status

if TYPE_CHECKING:
    from datetime import datetime

    from mailer.workspace import Workspace

#: Statuses of what is no longer a draft.
AFTER_APPROVAL = [each for each in Status if each not in {Status.DRAFT, Status.DISCARDED}]

#: How a person's word about unconfirmed mails is told back.
_RESOLVED = {
    Status.SENT: "now counted as sent",
    Status.QUEUED: "queued once more; they go with the next `mailer send`",
    Status.CANCELLED: "cancelled",
}


@click.group()
def deliveries() -> None:
    """Deliveries: approved mails, from the queue to the server's answer."""


@deliveries.command("list")
@click.argument("campaign", type=CAMPAIGN, required=False)
@click.option("--status", type=click.Choice([each.value for each in AFTER_APPROVAL]), help="Only those.")
@click.option("--address", metavar="ADDRESS", help="Only those to this address.")
@json_option
@click.pass_obj
def list_deliveries(
    settings: Settings, campaign: str | None, status: str | None, address: str | None, as_json: bool
) -> None:
    """What became of the mails of a campaign, or of all."""
    from mailer.cli.campaigns import must_be_known
    from mailer.config.references import RESERVED
    from mailer.ledger import listing

    with settings.workspace() as workspace:
        ledger = workspace.ledger_of(campaign) if campaign else workspace.ledger
        with ledger.read() as tx:
            statuses = [Status(status)] if status else AFTER_APPROVAL
            entries = listing.entries(tx, campaign=campaign, statuses=statuses, address=address)
        if campaign and not entries and campaign not in RESERVED:
            must_be_known(workspace, campaign)
        tell_where_numbered(workspace, campaign, "deliveries")
        rows = [
            [
                entry.id,
                entry.address,
                entry.subject,
                entry.status,
                _when(workspace, entry.sent_at or entry.due_at),
                # of what was taken as usual `show` tells
                "" if entry.status is Status.SENT else entry.last_reply,
            ]
            for entry in entries
        ]
    if as_json:
        print_json([delivery_json(entry) for entry in entries])
    else:
        table(["Id", "To", "Subject", "Status", "When", "The server said"], rows, empty="No such mails.")


def _when(workspace: Workspace, at: datetime | None) -> str:
    return f"{workspace.config.firm.local(at):%Y-%m-%d %H:%M}" if at else ""


@deliveries.command()
@click.argument("delivery_id", metavar="ID", type=NUMBER)
@json_option
@click.pass_obj
def show(settings: Settings, delivery_id: int, as_json: bool) -> None:
    """One delivery and its whole history."""
    from mailer.ledger import listing, moves

    with settings.workspace() as workspace:
        with ledger_of(settings, workspace, [delivery_id]).read() as tx:
            entry = next(iter(listing.entries(tx, ids=[delivery_id])), None)
            events = moves.history_of(tx, delivery_id)
        if entry is None:
            raise UsageError(f"There is no delivery {delivery_id}.", cure="See them with: mailer deliveries list")
        rows = [
            [_when(workspace, event.at), f"{event.from_status} → {event.to_status}", event.who, event.note]
            for event in events
        ]
    if as_json:
        history = [{"at": e.at, "who": e.who, "from": e.from_status, "to": e.to_status, "note": e.note} for e in events]
        print_json({**delivery_json(entry), "history": history})
        return
    line(f"{entry.id}: “{entry.subject}” to {entry.address} from {entry.account}, {entry.status}")
    if entry.message_id:
        line(f"Message-ID: {entry.message_id}")
    table(["When", "Move", "By", "Note"], rows)


@deliveries.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=NUMBER)
@click.option("--sent", is_flag=True, help="It arrived: you saw it in the Sent folder.")
@click.option("--send-again", is_flag=True, help="It did not leave: send it again.")
@click.option("--cancel", is_flag=True, help="Let it be.")
@click.option("--note", metavar="TEXT", default="", help="How you know, for the history.")
@click.pass_obj
def resolve(settings: Settings, ids: tuple[int, ...], sent: bool, send_again: bool, cancel: bool, note: str) -> int:
    """Say what became of unconfirmed mails."""
    from mailer import campaigns as use

    said = {Status.SENT: sent, Status.QUEUED: send_again, Status.CANCELLED: cancel}
    if sum(said.values()) != 1:
        raise UsageError("Say what became of it.", cure="Add --sent, --send-again or --cancel: one of them.")
    to = next(status for status, given in said.items() if given)
    with settings.workspace() as workspace:
        ledger = ledger_of(settings, workspace, ids)
        done = use.resolve(ledger, ids, to, who=workspace.who, now=workspace.now, note=note)
    return tell_decision(done, _RESOLVED[to])


@deliveries.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=NUMBER)
@click.pass_obj
def retry(settings: Settings, ids: tuple[int, ...]) -> int:
    """Queue failed mails once more."""
    from mailer import campaigns as use

    with settings.workspace() as workspace:
        ledger = ledger_of(settings, workspace, ids)
        done = use.retry(ledger, ids, who=workspace.who, now=workspace.now)
    code = tell_decision(done, "queued once more")
    if done.done:
        tell(f"→ Send: {settings.command('send')}")
    return code
