"""Today: what waits for review, what goes out next, what needs a decision, who is neglected; in one glance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from flask import Flask, render_template, request

from mailer.desk.desk import Desk
from mailer.errors import ContactsError, LedgerError
from mailer.ledger import overview
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger
from mailer.ledger.overview import Late, Waiting
from mailer.relations import Relation
from mailer.scheduling.outlook import Line, late_rounds
from mailer.sending import Order
from mailer.workspace import Workspace
from mailer.workspace.passes import Share, plan

#: How many mails that need a decision are listed; more are counted.
LISTED = 50
#: How many of the neglected are named, and of the rounds to come; there are pages for all.
NAMED = 6
#: How many days ahead the rounds to come are looked for.
AHEAD = 14
#: How many people a page of the neglected shows.
PAGE = 200


@dataclass(slots=True)
class Glance:
    """What stands on the page."""

    waiting: list[Waiting] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    undecided: list[Entry] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
    #: Rounds to come that nobody need approve today: the next few.
    coming: list[Line] = field(default_factory=list)
    #: Worst first; None while they are being counted.
    neglected: list[Relation] | None = None
    #: Why nobody can say who is neglected: a sheet that cannot be read.
    unreadable: str = ""
    #: Why nothing real is sent at all, and what to type, since a button would be pressed too easily; or "".
    doubt: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do at all."""
        return not (self.waiting or self.shares or self.undecided or self.late)

    @property
    def tiles(self) -> list[tuple[str, int | None, str]]:
        """Section → its number (None while it is being counted), and what that is."""
        stopped = sum(bool(share.stopped) for share in self.shares)
        decisions = len(self.undecided) + len(self.late) + stopped
        return [
            ("to-review", sum(each.count for each in self.waiting), "to review"),
            (
                "next",
                sum(share.now + share.over_quota + sum(share.later.values()) for share in self.shares),
                "to go out",
            ),
            ("decide", decisions, "decision to make" if decisions == 1 else "decisions to make"),
            ("neglected", None if self.neglected is None else len(self.neglected), "neglected"),
        ]


def add_pages(app: Flask, desk: Desk) -> None:
    """The page at the front, and the whole list of the neglected."""

    @app.get("/")
    def today() -> str:
        workspace = desk.workspace
        glance = Glance(late=late_rounds(workspace), doubt=_doubt(workspace))
        for ledger in workspace.ledgers():
            _look(workspace, ledger, glance)
        _look_ahead(desk, glance)
        return render_template(
            "today.html", glance=glance, accounts=workspace.config.accounts, listed=LISTED, named=NAMED
        )  # fmt: skip

    @app.get("/neglected")
    def neglected() -> str:
        known = desk.counting.neglected()
        everyone = known.value if known else []
        owner = request.args.get("owner", "")
        chosen = [each for each in everyone if owner in {"", each.contact.owner}]
        owners = Counter(each.contact.owner for each in everyone if each.contact.owner)
        return render_template(
            "neglected.html", chosen=chosen, listed=chosen[:PAGE], owner=owner, owners=owners, is_counting=known is None
        )  # fmt: skip


def _doubt(workspace: Workspace) -> str:
    if workspace.rehearsing or workspace.ledger.is_read_only:
        return ""
    try:
        workspace.trust_ledger()
    except LedgerError as error:
        return f"{error} {error.cure}"
    return ""


def _look(workspace: Workspace, ledger: Ledger, glance: Glance) -> None:
    glance.shares += plan(workspace, ledger, Order())
    with ledger.read() as tx:
        glance.waiting += [each for each in overview.waiting(tx) if _is_at_home(workspace, ledger, each.campaign)]
        glance.undecided += overview.undecided(tx, limit=LISTED)


def _is_at_home(workspace: Workspace, ledger: Ledger, campaign: str) -> bool:
    """Whether a campaign's drafts in this ledger are those one reviews: not rehearsed before the campaign was real."""
    return campaign not in workspace.config.campaigns or workspace.ledger_of(campaign) is ledger


def _look_ahead(desk: Desk, glance: Glance) -> None:
    """What the sheets are asked about: where one cannot be read, that is said, and the page still stands."""
    try:
        known = desk.counting.neglected()
        outlook = desk.counting.outlook(AHEAD)
    except ContactsError as error:
        glance.unreadable, glance.neglected = str(error), []
        return
    glance.neglected = known.value if known else None
    glance.coming = [line for line in outlook.value.lines if line.coming][:NAMED] if outlook else []
