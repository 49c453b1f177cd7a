"""`mailer campaigns`: what there is, making drafts of it, how far it is, calling it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mailer.cli.adding import add
from mailer.cli.addresses import ADDRESS
from mailer.cli.completion import CAMPAIGN
from mailer.cli.home import tell_home, tell_rehearsed
from mailer.cli.output import ask, counted, json_option, line, passed_over, print_json, problem_json, problems, table
from mailer.cli.settings import Settings
from mailer.errors import UsageError
from mailer.model import Problem, Severity, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailer.campaigns import Prepared
    from mailer.ledger.listing import Entry
    from mailer.workspace import Workspace

#: After preparing, so many places are named where one kind of problem is.
ALIKE_SHOWN = 5


@click.group()
def campaigns() -> None:
    """Campaigns: a template, contacts, and when."""


campaigns.add_command(add)


@campaigns.command("list", short_help="List the campaigns.")
@json_option
@click.pass_obj
def list_campaigns(settings: Settings, as_json: bool) -> None:
    """The campaigns of config.yaml, and how many mails of each stand where."""
    with settings.workspace() as workspace:
        found = [_standing(workspace, name) for name in workspace.config.campaigns]
    if as_json:
        print_json(found)
        return
    table(
        ["Campaign", "Contacts", "Template", "When", "Drafts", "Sent"],
        [
            [
                each["campaign"],
                ", ".join(each["contacts"]),
                each["template"],
                f"paused; else {each['when']}" if each["paused"] else each["when"],
                each["drafts"],
                each["sent"],
            ]
            for each in found
        ],
    )


def _standing(workspace: Workspace, name: str) -> dict[str, Any]:
    """One campaign as `campaigns list --json` shows it."""
    from mailer.ledger import rounds

    campaign, by_round = workspace.config.campaigns[name], _counts(workspace, name)
    with workspace.ledger_of(name).read() as tx:
        is_paused = name in rounds.paused(tx)
    return {
        "campaign": name,
        "contacts": campaign.contacts,
        "template": campaign.template,
        "when": _rule(workspace, name),
        "paused": is_paused,
        "rounds": list(by_round),
        "drafts": _total(by_round, Status.DRAFT),
        "sent": _total(by_round, Status.SENT),
    }


def _rule(workspace: Workspace, campaign: str) -> str:
    """When it goes, as a sentence."""
    from mailer.when import describe

    return describe(workspace.config.campaigns[campaign].when, workspace.config.firm.timezone)


def _counts(workspace: Workspace, campaign: str) -> dict[str, dict[Status, int]]:
    """Round → how many stand in each status."""
    from mailer.ledger import listing

    with workspace.ledger_of(campaign).read() as tx:
        return {round_name: counts for (_, round_name), counts in listing.counts(tx, campaign).items()}


def must_be_known(workspace: Workspace, campaign: str) -> None:
    """Raise UsageError for a campaign that neither config.yaml has nor, as one that was taken out of it, the ledger."""
    if not _counts(workspace, campaign):
        workspace.config.campaign(campaign)


def _total(by_round: dict[str, dict[Status, int]], status: Status) -> int:
    return sum(counts.get(status, 0) for counts in by_round.values())


@campaigns.command(short_help="Make the drafts, or bring them up to date.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--again", is_flag=True, help="Open the next round, so that people may get it once more.")
@json_option
@click.pass_obj
def prepare(settings: Settings, campaign: str, again: bool, as_json: bool) -> None:
    """Make the drafts of a campaign, or bring them up to date with the sheet and the template."""
    with settings.workspace() as workspace:
        scheduled = workspace.config.campaign(campaign).when is not None and not again
        done = (
            _prepare_next(settings, workspace, campaign)
            if scheduled
            else _prepare_by_hand(workspace, campaign, again=again)
        )
        count, held = _waiting(workspace, campaign, done.round)
        tell_home(workspace, [campaign])
    if as_json:
        print_json(_prepared_json(done, count, held))
        return
    problems([*done.problems, *_holding(done, held)], at_most=ALIKE_SHOWN)
    line(_prepared_sentence(done))
    if count:
        said = f", {len(held)} of them held by a problem" if held else ""
        line(f"{counted(count, 'draft')} to look at{said}.")
        look, approve = settings.command("preview", campaign), settings.command("drafts", "approve", campaign)
        line(f"→ Look at them: {look}    Approve them: {approve}")


def _prepare_by_hand(workspace: Workspace, campaign: str, *, again: bool) -> Prepared:
    from mailer.campaigns import ByHand
    from mailer.campaigns import prepare as prepare_campaign

    ledger = workspace.ledger_of(campaign)
    return prepare_campaign(ledger, workspace.config, workspace.folder, campaign, ByHand(again), now=workspace.now)


def _prepare_next(settings: Settings, workspace: Workspace, campaign: str) -> Prepared:
    """The next round of a campaign that has a rule: the same drafts `mailer run` would make later."""
    from mailer.scheduling.preparing import prepare_next

    done = prepare_next(workspace, campaign)
    if done is None:
        waits, others = settings.command("drafts", "list", campaign), settings.command("schedule")
        cure = f"See who waits: {waits}; and when others come: {others}"
        raise UsageError(f"Nobody more of {campaign} is due.", cure=cure)
    return done


def _waiting(workspace: Workspace, campaign: str, round_name: str) -> tuple[int, list[Entry]]:
    """How many drafts there are, and those of them that something holds."""
    from mailer.ledger import listing

    with workspace.ledger_of(campaign).read() as tx:
        counts = listing.counts(tx, campaign).get((campaign, round_name), {})
        held = listing.entries(tx, campaign=campaign, round_name=round_name, statuses=[Status.DRAFT], held=True)
    return counts.get(Status.DRAFT, 0), held


def _holding(done: Prepared, held: Sequence[Entry]) -> list[Problem]:
    """What holds each held draft first, beside what the sheet itself already told; the rest often follows from it."""
    first = (next(each for each in entry.problems if each.severity is Severity.HOLD) for entry in held)
    return [each for each in dict.fromkeys(first) if each not in done.problems]


def _prepared_json(done: Prepared, count: int, held: Sequence[Entry]) -> dict[str, object]:
    return {
        "campaign": done.campaign,
        "round": done.round,
        "made": done.made,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "voided": done.voided,
        "gone": done.gone,
        "drafts": count,
        "held": len(held),
        "skipped": done.skipped,
        "problems": [problem_json(problem) for problem in done.problems],
        "holding": [problem_json(problem) for problem in _holding(done, held)],
    }


def _prepared_sentence(done: Prepared) -> str:
    said = [counted(done.made, "new draft")]
    if done.changed or done.unchanged:
        said += [f"{done.changed} rewritten", f"{done.unchanged} as they were"]
    if done.voided:
        said.append(f"{counted(len(done.voided), 'approval')} void because the words changed")
    if done.gone:
        said.append(f"{done.gone} whose row is gone")
    skipped = passed_over(done.skipped)
    return f"{done.campaign}, round {done.round}: {', '.join(said)}." + (f" Passed over: {skipped}." if skipped else "")


@campaigns.command()
@click.argument("campaign", type=CAMPAIGN, required=False)
@json_option
@click.pass_obj
def status(settings: Settings, campaign: str | None, as_json: bool) -> None:
    """How many mails of each round stand where."""
    with settings.workspace() as workspace:
        names = [campaign] if campaign else list(workspace.config.campaigns)
        for name in names:
            workspace.config.campaign(name)
        found = {name: _counts(workspace, name) for name in names}
        ledgers = {workspace.ledger_of(name) for name in names}
        if len(ledgers) == 1:
            tell_rehearsed(workspace, *ledgers)
    if as_json:
        print_json(
            [
                {"campaign": name, "round": round_name, **{each.value: counts.get(each, 0) for each in Status}}
                for name, by_round in found.items()
                for round_name, counts in by_round.items()
            ]
        )
        return
    shown = [each for each in Status if any(each in c for by_round in found.values() for c in by_round.values())]
    table(
        ["Campaign", "Round", *(each.value.capitalize() for each in shown)],
        [
            [name, round_name, *(counts.get(each, 0) for each in shown)]
            for name, by_round in found.items()
            for round_name, counts in by_round.items()
        ],
        empty="Nothing is prepared yet.",
    )


@campaigns.command(short_help="Call back what has not gone.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--address", type=ADDRESS, metavar="ADDRESS", help="Only the mails to this address.")
@click.option("--yes", is_flag=True, help="Answer the question with yes.")
@click.pass_obj
def cancel(settings: Settings, campaign: str, address: str | None, yes: bool) -> None:
    """Call back everything of a campaign that has not gone; its open rounds are closed."""
    from mailer import campaigns as use

    with settings.workspace() as workspace:
        must_be_known(workspace, campaign)
        ledger = workspace.ledger_of(campaign)
        whom = f"to {address}" if address else "that has not gone"
        if not ask(f"Cancel every mail of {campaign} {whom}?", yes=yes):
            return
        done = use.cancel(ledger, who=workspace.who, now=workspace.now, campaign=campaign, address=address)
    line(f"{counted(len(done.done), 'mail')} cancelled.")


@campaigns.command(short_help="Let nothing of a campaign go until you resume it.")
@click.argument("campaign", type=CAMPAIGN)
@click.pass_obj
def pause(settings: Settings, campaign: str) -> None:
    """Let nothing of a campaign be prepared or sent until you resume it."""
    _set_pause(settings, campaign, paused=True)
    line(f"{campaign} is paused. Go on with: {settings.command('campaigns', 'resume', campaign)}")


@campaigns.command(short_help="Let a paused campaign go on.")
@click.argument("campaign", type=CAMPAIGN)
@click.pass_obj
def resume(settings: Settings, campaign: str) -> None:
    """Let a paused campaign go on; what became late meanwhile is asked about."""
    _set_pause(settings, campaign, paused=False)
    line(f"{campaign} goes on.")


def _set_pause(settings: Settings, campaign: str, *, paused: bool) -> None:
    from mailer import campaigns as use

    with settings.workspace() as workspace:
        workspace.config.campaign(campaign)
        use.pause(workspace.ledger_of(campaign), campaign, now=workspace.now, paused=paused)


@campaigns.command("catch-up", short_help="Send what is late at the next open hour.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--round", "round_name", metavar="ROUND", help="Only this round.")
@click.pass_obj
def catch_up(settings: Settings, campaign: str, round_name: str | None) -> None:
    """Send what is late (mailer schedule --late) at the next open hour."""
    from mailer import campaigns as use

    with settings.workspace() as workspace:
        must_be_known(workspace, campaign)
        ledger = workspace.ledger_of(campaign)
        done, waiting = use.catch_up(ledger, campaign, who=workspace.who, now=workspace.now, round_name=round_name)
    line(f"{counted(len(done.done), 'mail')} for the next open hour.")
    if waiting:
        line(f"{waiting} still need your yes: {settings.command('drafts', 'approve', campaign)}")


@campaigns.command("let-go", short_help="Drop what is late for good.")
@click.argument("campaign", type=CAMPAIGN)
@click.option("--round", "round_name", metavar="ROUND", help="Only this round.")
@click.pass_obj
def let_go(settings: Settings, campaign: str, round_name: str | None) -> None:
    """Drop what is late (mailer schedule --late) for good."""
    from mailer import campaigns as use

    with settings.workspace() as workspace:
        must_be_known(workspace, campaign)
        ledger = workspace.ledger_of(campaign)
        done = use.let_go(ledger, campaign, who=workspace.who, now=workspace.now, round_name=round_name)
    line(f"{counted(len(done.done), 'mail')} let go.")
