"""`mailer test`: real mails, made from real rows, to yourself."""

from __future__ import annotations

import click

from mailer.cli.addresses import ADDRESS
from mailer.cli.completion import CAMPAIGN
from mailer.cli.home import tell_rehearsed
from mailer.cli.output import line, tell
from mailer.cli.settings import Settings
from mailer.errors import UsageError
from mailer.model import Outcome


@click.command()
@click.argument("campaign", type=CAMPAIGN)
@click.option(
    "--to",
    "address",
    type=ADDRESS,
    metavar="ADDRESS",
    required=True,
    help="Your own address: every mail goes there, and only there.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", default=3, show_default=True, help="How many of the drafts."
)
@click.pass_obj
def test(settings: Settings, campaign: str, address: str, limit: int) -> int:
    """Send some of a campaign's drafts to yourself, as they will look. It counts as contact with nobody."""
    from mailer.scheduling.preparing import prepare_to_look
    from mailer.workspace.passes import send_test, words_for_test

    with settings.workspace() as workspace:
        ledger = workspace.ledger_of(campaign)
        done = prepare_to_look(workspace, campaign)
        chosen = words_for_test(ledger, campaign, address, round_name=done.round if done else None, limit=limit)
        if not chosen:
            raise UsageError(f"{campaign} has no drafts.", cure=settings.command("campaigns", "prepare", campaign))
        receipts = send_test(workspace, ledger, chosen)
        tell_rehearsed(workspace, ledger)
    accepted = sum(receipt.outcome is Outcome.ACCEPTED for receipt in receipts)
    for receipt in receipts:
        if receipt.outcome is not Outcome.ACCEPTED:
            tell(f"{receipt.outcome}: {receipt}")
    line(f"{accepted} of {len(chosen)} test mails accepted for {address}.")
    return 0 if accepted == len(chosen) else 1
