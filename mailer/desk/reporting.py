"""Report: what came of it, replies first; the figures are those of `mailer report`."""

from __future__ import annotations

from datetime import date

from flask import Flask, abort, render_template, request

from mailer.desk.desk import Desk
from mailer.relations import charts
from mailer.relations.figures import Report
from mailer.relations.page import NAMED, SIDE_COLUMNS, side_rows
from mailer.workspace.reporting import a_year_before


def add_pages(app: Flask, desk: Desk) -> None:
    """The figures of one campaign, or of all, since a day."""

    @app.get("/report")
    def report() -> str:
        workspace = desk.workspace
        campaign, since = request.args.get("campaign", ""), _day(request.args.get("since", ""), workspace.today)
        if campaign:
            desk.known(campaign)
        counted = desk.counting.report(campaign, since)
        return render_template(
            "report.html",
            campaign=campaign,
            campaigns=list(workspace.config.campaigns),
            since=since or a_year_before(workspace.today),
            found=counted.value if counted else None,
            is_old=counted is not None and counted.is_old,
            pictures=_pictures(counted.value) if counted else {},
            columns=SIDE_COLUMNS, side_rows=side_rows,
            named=NAMED,
        )  # fmt: skip


def _day(text: str, today: date) -> date | None:
    """The first day that is asked about; None for a year ago."""
    try:
        since = date.fromisoformat(text) if text else None
    except ValueError:
        abort(404)
    if since and not date(2000, 1, 1) <= since <= today:
        abort(404, "A report begins on a day that has been.")
    return since


def _pictures(found: Report) -> dict[str, str]:
    """The charts, which escape every name that stands in them."""
    drawn = {"replies": charts.replies, "balance": charts.balance, "trend": charts.trend}
    return {name: draw(found) for name, draw in drawn.items()}
