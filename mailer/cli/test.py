"""`mailer test`: real mails, made from real rows, to yourself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mailer.cli.completion import CAMPAIGN
from mailer.cli.output import line, tell
from mailer.cli.settings import Settings
from mailer.errors import UsageError
from mailer.model import Draft, Outcome

if TYPE_CHECKING:
    from mailer.ledger.opening import Ledger
    from mailer.workspace import Workspace


@click.command()
@click.argument("campaign", type=CAMPAIGN)
@click.option("--to", metavar="ADDRESS", required=True, help="Your own address: every mail goes there, and only there.")
@click.option("--limit", type=click.IntRange(min=1), default=3, show_default=True, help="How many of the drafts.")
@click.pass_obj
def test(settings: Settings, campaign: str, to: str, limit: int) -> int:
    """Send some of a campaign's drafts to yourself, as they will look. It counts as contact with nobody."""
    from mailer.addresses import parse_address
    from mailer.workspace.passes import send_test

    address, _ = parse_address(to)
    if address is None:
        raise UsageError(f"“{to}” is not an address.", cure="Write it as you@example.com.")
    with settings.workspace() as workspace:
        ledger = workspace.ledger_of(campaign)
        chosen = [_to_me(draft, address) for draft in _drafts(workspace, ledger, campaign, limit)]
        receipts = send_test(workspace, ledger, chosen)
    accepted = sum(receipt.outcome is Outcome.ACCEPTED for receipt in receipts)
    for receipt in receipts:
        if receipt.outcome is not Outcome.ACCEPTED:
            tell(f"{receipt.outcome}: {receipt}")
    line(f"{accepted} of {len(chosen)} test mails accepted for {address}.")
    return 0 if accepted == len(chosen) else 1


def _to_me(draft: Draft, address: str) -> Draft:
    return replace(draft, to=(address,), cc=(), bcc=())


def _drafts(workspace: Workspace, ledger: Ledger, campaign: str, limit: int) -> list[Draft]:
    """The campaign's newest words; prepared first where they are not there."""
    from mailer.campaigns import prepare
    from mailer.ledger import drafts

    round_name = prepare(ledger, workspace.config, workspace.folder, campaign, now=workspace.now).round
    with ledger.read() as tx:
        entries = drafts.entries(tx, campaign=campaign, round_name=round_name, limit=limit)
        words = drafts.words_of(tx, [entry.id for entry in entries])
    if not words:
        raise UsageError(f"{campaign} has no drafts.", cure=f"mailer campaigns prepare {campaign}")
    return list(words.values())
