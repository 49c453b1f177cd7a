"""`mailer schedule`: what goes out when, to how many, from whom, and what waits for a yes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from mailer.cli.output import counted, json_option, line, print_json, problem_json, problems, table, tell, tell_unread
from mailer.cli.settings import Settings
from mailer.errors import ContactsError

if TYPE_CHECKING:
    from mailer.ledger.overview import Late
    from mailer.scheduling.occasions import Ahead
    from mailer.scheduling.outlook import Line, Outlook


#: Occasions that a terminal is shown.
_SHOWN = 20


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 400), metavar="N", default=30, show_default=True, help="How far to look ahead."
)
@click.option("--late", is_flag=True, help="Only what is too late to go by itself, and how to decide about it.")
@click.option("--ics", metavar="FILE", type=click.Path(path_type=Path), help="Write it as a calendar file.")
@json_option
@click.pass_obj
def schedule(settings: Settings, days: int, late: bool, ics: Path | None, as_json: bool) -> None:
    """What goes out when: the next days, by config.yaml and the sheets."""
    from mailer.scheduling.occasions import occasions_ahead
    from mailer.scheduling.outlook import outlook
    from mailer.when import describe_plan

    with settings.workspace() as workspace:
        settings.spare_own(workspace, ics)
        unread: list[ContactsError] = []
        found = outlook(workspace, days, unread=unread)
        firm, now = workspace.config.firm, workspace.now
        ahead, troubles = ([], []) if late else occasions_ahead(workspace, days, unread=unread)
        tell_unread(unread)
    if ics:
        _write_calendar(ics, found, firm.name, now)
    if as_json:
        print_json({**_json(found), "occasions": [_occasion_json(each) for each in ahead]})
        return
    if late:
        _show_late(settings, found.late, ZoneInfo(firm.timezone))
        return
    _show(found, firm.timezone, days)
    _show_occasions(ahead)
    problems(troubles)
    for account, times in found.plan.items():
        line(f"{account}: {describe_plan(times, now=now, zone=firm.timezone)}")
    if found.late:
        count = sum(each.missed + each.drafts for each in found.late)
        tell(f"{counted(count, 'mail')} too late to go by themselves: mailer schedule --late")
    tell(_alive(found.alive_at, now))


def _write_calendar(path: Path, found: Outlook, firm: str, now: datetime) -> None:
    from mailer.scheduling.ics import calendar

    path.write_text(calendar(found.lines, firm=firm, now=now), encoding="utf-8", newline="")
    tell(f"{counted(len(found.lines), 'event')} written to {path}.")


def _show(found: Outlook, zone_name: str, days: int) -> None:
    problems(found.problems)
    if not found.lines:
        line(f"Nothing goes out in the next {days} days.")
        return
    zone = ZoneInfo(zone_name)
    table(
        ["When", "Campaign", "Round", "Mails", "From", "Review", "Rule"],
        [
            [
                _span(each, zone),
                each.campaign + (f" (follow-up {each.step})" if each.step else ""),
                each.round,
                each.count,
                ", ".join(each.accounts),
                _review(each),
                each.rule,
            ]
            for each in found.lines
        ],
    )


def _show_occasions(ahead: list[Ahead]) -> None:
    """The milestones and the nearest days, with the campaign that writes by itself."""
    if not ahead:
        return
    rows = [
        [each.contact.name or each.contact.address, each.contact.owner, each, each.campaign] for each in ahead[:_SHOWN]
    ]
    table(["Who", "Known by", "Reason to write", "Written by"], rows, title="\nOccasions")
    if len(ahead) > _SHOWN:
        line(f"… and {len(ahead) - _SHOWN} more: mailer schedule --json")


def _occasion_json(each: Ahead) -> dict[str, object]:
    return {
        "on": each.on,
        "what": str(each),
        "key": each.contact.key,
        "name": each.contact.name,
        "address": each.contact.address,
        "owner": each.contact.owner,
        "campaign": each.campaign or None,
    }


def _span(each: Line, zone: ZoneInfo) -> str:
    first, last = each.first_at.astimezone(zone), each.last_at.astimezone(zone)
    if first.date() == last.date():
        return f"{first:%a %d %b %H:%M}" + (f" to {last:%H:%M}" if f"{last:%H:%M}" != f"{first:%H:%M}" else "")
    return f"{first:%a %d %b %H:%M} to {last:%a %d %b %H:%M}"


def _review(each: Line) -> str:
    parts = [(each.waiting, "wait for your yes"), (each.queued, "approved"), (each.coming, "not yet prepared")]
    said = ", ".join(f"{count} {words}" for count, words in parts if count)
    return f"paused; {said}" if each.paused else said


def _show_late(settings: Settings, late: list[Late], zone: ZoneInfo) -> None:
    if not late:
        line("Nothing is late.")
    for each in late:
        counts = [(each.missed, "approved, but nothing ran at their time"), (each.drafts, "never approved")]
        said = " and ".join(f"{count} {words}" for count, words in counts if count)
        line(f"{each.campaign}, round {each.round}, was due {each.due_at.astimezone(zone):%a %d %b %H:%M}: {said}.")
        of = (each.campaign, "--round", each.round)
        line(f"→ Send at the next open hour: {settings.command('campaigns', 'catch-up', *of)}")
        line(f"→ Let them go:                {settings.command('campaigns', 'let-go', *of)}")


def _alive(alive_at: datetime | None, now: datetime) -> str:
    if alive_at is None:
        return "Nothing keeps this schedule yet: mailer run, or mailer service install"
    minutes = int((now - alive_at).total_seconds() // 60)
    if minutes <= 10:
        return "The schedule is kept."
    return f"Nothing has kept this schedule for {minutes // 60} h {minutes % 60} min: mailer run"


def _json(found: Outlook) -> dict[str, object]:
    return {
        "schedule": [
            {
                "campaign": each.campaign,
                "round": each.round,
                "step": each.step,
                "rule": each.rule,
                "due_at": each.first_at,
                "until": each.last_at,
                "count": each.count,
                "accounts": each.accounts,
                "waiting": each.waiting,
                "approved": each.queued,
                "coming": each.coming,
                "paused": each.paused,
            }
            for each in found.lines
        ],
        "late": [
            {
                "campaign": each.campaign,
                "round": each.round,
                "due_at": each.due_at,
                "missed": each.missed,
                "drafts": each.drafts,
            }
            for each in found.late
        ],
        "plan": found.plan,
        "problems": [problem_json(problem) for problem in found.problems],
        "alive_at": found.alive_at,
    }
