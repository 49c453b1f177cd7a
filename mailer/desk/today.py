"""Today: what waits for review, what goes out next, and what needs a decision, in one glance."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, render_template

from mailer.desk.desk import Desk
from mailer.ledger import overview
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger
from mailer.ledger.overview import Waiting
from mailer.sending import Order
from mailer.workspace import Workspace
from mailer.workspace.passes import Share, plan

#: How many mails that need a decision are listed; more are counted.
LISTED = 50


@dataclass(slots=True)
class Glance:
    """What stands on the page."""

    waiting: list[Waiting] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    undecided: list[Entry] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do at all."""
        return not (self.waiting or self.shares or self.undecided)


def add_pages(app: Flask, desk: Desk) -> None:
    """The page at the front."""

    @app.get("/")
    def today() -> str:
        workspace = desk.workspace
        glance = Glance()
        for ledger in desk.ledgers():
            _look(workspace, ledger, glance)
        return render_template("today.html", glance=glance, accounts=workspace.config.accounts, listed=LISTED)


def _look(workspace: Workspace, ledger: Ledger, glance: Glance) -> None:
    glance.shares += plan(workspace, ledger, Order())
    with ledger.read() as tx:
        glance.waiting += overview.waiting(tx)
        glance.undecided += overview.undecided(tx, limit=LISTED)
