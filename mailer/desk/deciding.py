"""What a person says about an email that needs a decision: it arrived, send it, drop it, write there no more.

And about what was not sent in time, round by round: send it after all, or let it go.
"""

from __future__ import annotations

from flask import Flask, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from mailer import campaigns
from mailer.desk.desk import Desk
from mailer.desk.one import NUMBER, entry_of
from mailer.desk.words import emails
from mailer.ledger.listing import Entry
from mailer.model import Status
from mailer.workspace import Workspace
from mailer.workspace.passes import lift_stop, try_logins
from mailer.workspace.suppressing import suppress

#: Status → (choice, what its button says, what is said when it is done).
CHOICES = {
    Status.UNCONFIRMED: (
        ("arrived", "It arrived", "Noted: it arrived."),
        ("again", "Send it again", "It waits to be sent once more."),
        ("drop", "Drop it", "Dropped: it is not sent again."),
    ),
    Status.FAILED: (("retry", "Try again", "It waits to be sent once more."),),
    Status.BOUNCED: (("silence", "Write there no more", "Nothing more goes to this address."),),
}


def add_pages(app: Flask, desk: Desk) -> None:
    """One form for every choice."""
    app.jinja_env.globals.update(choices=CHOICES)

    @app.post(f"/decide/<campaign>/<{NUMBER}:email_id>/<choice>")
    def decide(campaign: str, email_id: int, choice: str) -> Response:
        if choice not in {name for each in CHOICES.values() for name, *_ in each}:
            abort(404)
        flash(_decided(desk.workspace, entry_of(desk, campaign, email_id), choice))
        return redirect(url_for("today"), 303)

    @app.post("/account/<name>/try")
    def try_account(name: str) -> Response:
        if name not in desk.workspace.config.accounts:
            abort(404)
        flash(_try_account(desk, name))
        return redirect(url_for("today"), 303)

    @app.post("/late/<campaign>/<choice>")
    def late(campaign: str, choice: str) -> Response:
        if choice not in LATE:
            abort(404)
        flash(LATE[choice](desk, campaign, request.form["round"]))
        return redirect(url_for("today"), 303)


#: Choice about an email that was perhaps sent → what it then is.
_SETTLES = {"arrived": Status.SENT, "again": Status.QUEUED, "drop": Status.CANCELLED}


def _decided(workspace: Workspace, entry: Entry, choice: str) -> str:
    """Decide so about an email where that is still asked, and say what came of it."""
    offered = {name: done for name, _, done in CHOICES.get(entry.status, ())}
    if choice not in offered:
        return "It no longer needs this decision."
    why_not = _carried_out(workspace, entry, choice)
    return f"Nothing was changed: {why_not}." if why_not else offered[choice]


def _carried_out(workspace: Workspace, entry: Entry, choice: str) -> str:
    """Why it was not, as the end of a sentence, where the email has moved on meanwhile or has no words any more."""
    if choice == "silence":
        suppress(workspace, [entry.address], reason="came back")
        return ""
    ledger, who, now = workspace.ledger_of(entry.campaign), workspace.who, workspace.now
    if choice in _SETTLES:
        done = campaigns.resolve(ledger, [entry.id], _SETTLES[choice], who=who, now=now)
    else:
        done = campaigns.retry(ledger, [entry.id], who=who, now=now)
    return done.refused.get(entry.id, "")


def _try_account(desk: Desk, name: str) -> str:
    """Log in once more; who is let in goes on."""
    workspace = desk.workspace
    error = try_logins(workspace, workspace.ledger_for(name), [name]).get(name)
    if error is not None:
        return f"Still not let in. {error}"
    return (
        "It is let in, and goes on."
        if lift_stop(workspace, name)
        else "It is let in; it goes on when its time is over."
    )


def _catch_up(desk: Desk, campaign: str, round_name: str) -> str:
    workspace = desk.workspace
    ledger = workspace.ledger_of(campaign)
    done, waiting = campaigns.catch_up(ledger, campaign, who=workspace.who, now=workspace.now, round_name=round_name)
    still = f" {emails(waiting)} still to review." if waiting else ""
    return f"{emails(len(done.done))} for the next open hour.{still}"


def _let_go(desk: Desk, campaign: str, round_name: str) -> str:
    workspace = desk.workspace
    ledger = workspace.ledger_of(campaign)
    done = campaigns.let_go(ledger, campaign, who=workspace.who, now=workspace.now, round_name=round_name)
    return f"Let go: {emails(len(done.done))}. They are not sent."


#: What is said about a round whose time has passed → what is done with what was not sent of it.
LATE = {"send": _catch_up, "drop": _let_go}
