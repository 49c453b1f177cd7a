"""`mailer report`: what came of it; replies first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli.completion import CAMPAIGN
from mailer.cli.days import DAY
from mailer.cli.home import tell_rehearsed
from mailer.cli.output import json_option, line, print_json, problems, table, tell, tell_unread
from mailer.cli.settings import Settings
from mailer.errors import ContactsError

if TYPE_CHECKING:
    from mailer.relations.figures import Report

#: Characters of a bar that stands for 100 %.
_BAR = 20
#: Replies and neglected people that a terminal is shown.
_SHOWN = 10


@click.command(short_help="What came of it: replies first.")
@click.argument("campaign", type=CAMPAIGN, required=False)
@click.option("--since", type=DAY, metavar="DAY", help="The first day; a year ago if not told.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write it as a page to look at or print.")
@click.option("--xlsx", metavar="FILE", type=click.Path(path_type=Path), help="Write it as a workbook.")
@json_option
@click.pass_obj
def report(
    settings: Settings,
    campaign: str | None,
    since: date | None,
    html: Path | None,
    xlsx: Path | None,
    as_json: bool,
) -> None:
    """Tell who answered, who was thanked by whom, and how well the promise to keep in touch is kept.

    Opens are not counted: that takes a hidden picture that tells on the reader. A reply is what counts.
    """
    from mailer.workspace.reporting import report as report_of

    with settings.workspace() as workspace:
        settings.spare_own(workspace, html, xlsx)
        unread: list[ContactsError] = []
        found, relations = report_of(workspace, campaign or "", since, unread=unread)
        tell_unread(unread)
        firm = workspace.config.firm.name
        tell_rehearsed(workspace, workspace.ledger)
    if html:
        _write_page(html, found, firm)
    if xlsx:
        _write_workbook(xlsx, found)
    if as_json:
        print_json(_json(found))
    elif not (html or xlsx):
        _show(found)
        problems(relations.problems)


def _write_page(path: Path, found: Report, firm: str) -> None:
    from mailer.relations.page import report_page

    path.write_text(report_page(found, firm=firm), encoding="utf-8")
    tell(f"Written: {path}")


def _write_workbook(path: Path, found: Report) -> None:
    from mailer.relations.workbook import write_workbook

    write_workbook(found, path)
    tell(f"Written: {path}")


def _show(found: Report) -> None:
    from mailer.relations.page import NO_OPENS, SIDE_COLUMNS, neglected_rows, side_rows, troubles

    count = len(found.replies)
    line(f"{count} {'reply' if count == 1 else 'replies'} from {found.since} to {found.until}.")
    for reply in found.replies[:_SHOWN]:
        line(f"  {reply.at:%Y-%m-%d}  {reply.name} ({reply.audience}): {reply.words}")
    _tell_more(count)
    table(SIDE_COLUMNS, side_rows(found), title="\nInside and outside the house")
    _show_trend(found)
    if found.thanked:
        rows = [(by, to, people) for (by, to), people in sorted(found.thanked.items())]
        table(["From", "To", "People"], rows, title="\nThanked by whom")
    if found.neglected:
        title = f"\nNeglected: {len(found.neglected)}"
        table(["Who", "", "Known by", "How long"], neglected_rows(found)[:_SHOWN], title=title)
        _tell_more(len(found.neglected))
    line(f"\nDid not arrive: {troubles(found)}")
    line(NO_OPENS)


def _tell_more(count: int) -> None:
    if count > _SHOWN:
        line(f"  … and {count - _SHOWN} more (--json lists them all)")


def _show_trend(found: Report) -> None:
    """A bar for each month and audience."""
    audiences = [side.audience for side in found.sides if side.promised]
    rows = [
        [f"{day:%b %Y}", *(_bar(shares[name]) if name in shares else "" for name in audiences)]
        for day, shares in found.trend.items()
        if shares
    ]
    if rows:
        table(["Month", *audiences], rows, title="\nPromises kept")


def _bar(share: float) -> str:
    full = round(share * _BAR)
    return f"{'█' * full}{'·' * (_BAR - full)} {share:.0%}"


def _json(found: Report) -> dict[str, Any]:
    from mailer.cli.relations import relation_json

    return {
        "since": found.since,
        "until": found.until,
        "campaign": found.campaign or None,
        "replies": found.replies,
        "audiences": found.sides,
        "thanked": [{"account": by, "audience": to, "people": n} for (by, to), n in sorted(found.thanked.items())],
        "trend": [{"on": day, "kept": dict(shares)} for day, shares in found.trend.items()],
        "neglected": [relation_json(each) for each in found.neglected],
        "bounced": found.bounced,
        "unconfirmed": found.unconfirmed,
        "failed": found.failed,
        "suppressed": found.suppressed,
    }
