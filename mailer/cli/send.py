"""`mailer send`: the plan, the question, the progress, the result."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mailer.cli.completion import CAMPAIGN
from mailer.cli.home import tell_home, tell_rehearsed
from mailer.cli.output import ask, counted, json_option, line, print_json, tell
from mailer.cli.settings import Settings
from mailer.model import Receipt

if TYPE_CHECKING:
    from mailer.campaigns import Refreshed
    from mailer.ledger.opening import Ledger
    from mailer.ledger.queue import DueRow
    from mailer.sending import Order, Tally
    from mailer.workspace import Workspace
    from mailer.workspace.passes import Passed, Share

DONE, LOOK, RUN_AGAIN = 0, 1, 75


@click.command()
@click.argument("campaign", type=CAMPAIGN, required=False)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many mails from each account.")
@click.option("--again", is_flag=True, help="Open the campaign's next round: the same people may get it once more.")
@click.option("--dry-run", is_flag=True, help="Show the plan; send nothing.")
@click.option("--yes", is_flag=True, help="Answer the question with yes. It approves nothing.")
@json_option
@click.pass_obj
def send(
    settings: Settings, campaign: str | None, limit: int | None, again: bool, dry_run: bool, yes: bool, as_json: bool
) -> int:
    """Send what is approved and due: of one campaign, or of all."""
    from mailer.workspace.passes import plan

    with settings.workspace() as workspace:
        ledger, changed = _ledger(workspace, campaign, again=again)
        order = _order(settings, workspace, ledger, campaign, limit)
        shares = plan(workspace, ledger, order)
        _tell_plan(workspace, shares)
        if dry_run:
            _tell_drafts(settings, ledger, campaign)
            tell_home(workspace, changed)
            return _tell_dry_run(shares, as_json=as_json)
        if not _agreed(workspace, ledger, shares, yes=yes):
            tell_home(workspace, changed)
            return DONE
        passed = _pass(workspace, ledger, order, sum(share.now for share in shares))
        _tell_drafts(settings, ledger, campaign)
        tell_home(workspace, changed | passed.campaigns)
        if passed.tally.sent:
            tell_rehearsed(workspace, ledger)
    tell_troubles(passed)
    _tell_tally(passed.tally, as_json=as_json)
    return exit_code(passed, order)


def _ledger(workspace: Workspace, campaign: str | None, *, again: bool) -> tuple[Ledger, set[str]]:
    """The campaign's ledger; its first (or, with `again`, its next) round is prepared where it is not there.

    With it the campaigns that were prepared.
    """
    from mailer.campaigns import ByHand, prepare
    from mailer.ledger import rounds

    if campaign is None:
        return workspace.ledger, set()
    by_hand = workspace.config.campaign(campaign).when is None
    ledger = workspace.ledger_of(campaign)
    with ledger.read() as tx:
        is_new = by_hand and not rounds.rounds_of(tx, campaign)
    if is_new or again:
        done = prepare(ledger, workspace.config, workspace.folder, campaign, ByHand(again), now=workspace.now)
        tell(f"Prepared round {done.round} of {campaign}: {counted(done.made, 'draft')}.")
        return ledger, {campaign}
    return ledger, set()


def _order(settings: Settings, workspace: Workspace, ledger: Ledger, campaign: str | None, limit: int | None) -> Order:
    """What to send, after what changed was rendered again."""
    from mailer.sending import Order
    from mailer.workspace.passes import refreshed

    names = [campaign] if campaign else None
    fresh = refreshed(workspace, ledger, names)
    tell_fresh(settings, fresh)
    return Order(campaigns=names, excluded=tuple(fresh.stopped), limit=limit)


def tell_fresh(settings: Settings, fresh: Refreshed) -> None:
    """Which campaigns cannot be rendered again, and which mails changed since the yes."""
    for name, why in fresh.stopped.items():
        tell(f"Nothing of {name} is sent now: {why}")
    if fresh.voided:
        tell(f"{counted(len(fresh.voided), 'mail')} changed after approval: your yes is asked again.")
        tell(f"→ See how: {settings.command('drafts', 'diff', fresh.voided[0])}")


def _tell_plan(workspace: Workspace, shares: Sequence[Share]) -> None:
    """As "ada: 212 today 09:00 to 10:46, 88 tomorrow 09:00 to 09:44"."""
    from mailer.when import describe_plan

    zone = workspace.config.firm.timezone
    if not shares:
        tell("Nothing that was approved waits to be sent.")
    for share in shares:
        account = workspace.config.accounts.get(share.account)
        times = _plan_times(share, account.per_minute, workspace.now) if account else []
        plan = describe_plan(times, now=workspace.now, zone=zone)
        said = [plan] if plan else []
        if share.over_quota:
            said.append(f"{share.over_quota} over the day's quota")
        if share.stopped:
            said.append(f"stopped: {share.stopped}")
        tell(f"{share.account}{' (rehearsal)' if account and account.outbox else ''}: {', '.join(said)}")


def _plan_times(share: Share, per_minute: int, now: datetime) -> list[datetime]:
    """When each mail goes: those of now at the account's pace, the others when they are due."""
    from mailer.when import pace

    going = [now + pace(per_minute) * place for place in range(share.now)]
    return going + [at for at, count in share.later.items() for _ in range(count)]


def _tell_dry_run(shares: Sequence[Share], *, as_json: bool) -> int:
    remaining = sum(share.now + share.over_quota + sum(share.later.values()) for share in shares)
    if as_json:
        print_json({"sent": 0, "deferred": 0, "failed": 0, "unconfirmed": 0, "remaining": remaining})
    else:
        line(f"Nothing was sent; {remaining} would go, now or later.")
    return DONE


def _agreed(workspace: Workspace, ledger: Ledger, shares: Sequence[Share], *, yes: bool) -> bool:
    """The question, after each login was tried; nothing to send needs no answer."""
    from mailer.workspace.passes import try_logins

    wanting = [share for share in shares if share.now]
    if not wanting or yes:
        return True
    errors = try_logins(workspace, ledger, [share.account for share in wanting])
    for name, error in errors.items():
        tell(f"{name}: {error}")
    count = sum(share.now for share in wanting if share.account not in errors)
    if not count:
        raise next(iter(errors.values()))
    tell("Login tested.")
    agreed = False
    try:
        agreed = ask(f"Send {counted(count, 'mail')} now?", yes=False)
    finally:  # Ctrl-C, too, is a no
        if not agreed:
            tell("Nothing was sent.")
    return agreed


def _pass(workspace: Workspace, ledger: Ledger, order: Order, count: int) -> Passed:
    """Send, with a progress bar on stderr; the first Ctrl-C finishes the mails in hand.

    What is put off meanwhile goes on with the schedule, unless a person wanted no more than so many, or stopped it.
    """
    from mailer.ledger import hand
    from mailer.workspace.passes import send as send_now

    began_at = workspace.now
    with _finishing_on_ctrl_c() as asked, _bar(count) as advance:

        def told(_row: DueRow, _receipt: Receipt) -> None:
            advance()

        passed = send_now(workspace, ledger, replace(order, stopping=lambda: bool(asked), told=told))
    if order.limit is None:
        with ledger.begin() as tx:
            hand.sent(tx, order.campaigns or list(workspace.config.campaigns), at=began_at, stopped=bool(asked))
    return passed


@contextmanager
def _finishing_on_ctrl_c() -> Iterator[list[int]]:
    """A list that is no longer empty after the first Ctrl-C; the second one interrupts."""
    asked: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        asked.append(number)
        tell("Finishing the mails in hand; nothing more is begun.")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _bar(count: int) -> AbstractContextManager[Callable[[], None]]:
    """Show a bar to a person, and nothing to a file; gives what advances it by one."""
    if not (count and sys.stderr.isatty()):
        return nullcontext(lambda: None)
    from mailer.cli.progress import sending_bar

    return sending_bar(count)


def _tell_drafts(settings: Settings, ledger: Ledger, campaign: str | None) -> None:
    """Tell what still waits for a yes, or is held, and what to type about it."""
    from mailer.ledger import overview

    with ledger.read() as tx:
        waiting = [each for each in overview.waiting(tx) if campaign in {None, each.campaign}]
    for name in dict.fromkeys(each.campaign for each in waiting):
        held = sum(each.held for each in waiting if each.campaign == name)
        yes = sum(each.count for each in waiting if each.campaign == name) - held
        if yes:
            tell(f"{counted(yes, 'draft')} of {name} to say yes to: {settings.command('drafts', 'approve', name)}")
        if held:
            tell(f"{counted(held, 'draft')} of {name} held by a problem: {settings.command('drafts', 'list', name)}")


def tell_troubles(passed: Passed) -> None:
    """Tell what did not simply go, and what to do about it."""
    for delivery, receipt in passed.tally.troubles:
        tell(f"{receipt.outcome}: {delivery.id} to {delivery.draft.recipients[0]}: {receipt}")
    if passed.tally.unconfirmed:
        tell("Unconfirmed mails may have arrived; they are not sent again by themselves.")
        tell("→ Look into the Sent folder, then: mailer deliveries resolve ID --sent | --send-again | --cancel")
    if passed.tally.stopped:
        tell(f"Stopped: {passed.tally.stopped}")
    for name, error in passed.errors.items():
        tell(f"{name}: {error}" + (f"\n→ {error.cure}" if error.cure else ""))


def _tell_tally(tally: Tally, *, as_json: bool) -> None:
    counts = {
        "sent": tally.sent,
        "deferred": tally.deferred,
        "failed": tally.failed,
        "unconfirmed": tally.unconfirmed,
        "remaining": tally.remaining,
    }
    if as_json:
        print_json(counts)
    else:
        line(", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "sent") + ".")


def exit_code(passed: Passed, order: Order) -> int:
    """What a pass means to a script."""
    tally = passed.tally
    if tally.failed or tally.unconfirmed:
        return LOOK
    if passed.errors:
        return max(error.exit_code for error in passed.errors.values())
    return RUN_AGAIN if tally.remaining or tally.stopped or order.excluded else DONE
