"""A firm that has lived with Mailer for half a year: every page of its desk has something to show.

Made of the example material by the program's own use cases, on a clock that stands still.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from mailer import campaigns
from mailer.cli.init import copy_examples
from mailer.ledger import heard, listing, moves, rounds, suppressions, timing
from mailer.model import Edit, Status
from mailer.relations import read_relations
from mailer.sending import Order
from mailer.workspace import Clock, Workspace
from mailer.workspace.passes import send

#: A Tuesday morning in Lagos.
TODAY = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)

#: Every page of its desk: name → path.
PAGES = {
    "today": "/",
    "neglected": "/neglected",
    "review": "/review/thank-you",
    "email": "/review/thank-you/55?words=html",
    "email-text": "/review/thank-you/55?words=text",
    "email-held": "/review/thank-you/69?words=html",
    "email-sent": "/review/thank-you/35?words=html",
    "campaigns": "/campaigns",
    "campaign": "/campaigns/thank-you",
    "start": "/start",
    "start-one": "/start/year-end/year-end",
    "contacts": "/contacts",
    "sheet": "/contacts/clients",
    "person": "/contacts/clients/2",
    "schedule": "/schedule",
    "next-month": "/schedule?month=2026-12",
    "past-month": "/schedule?month=2026-05",
    "report": "/report",
    "report-of-one": "/report?campaign=thank-you&since=2026-08-01",
}

CAMPAIGNS = """
  birthdays:
    contacts: [clients, team]
    template: birthday
    from: {field: owner, otherwise: rehearsal}
    when: {date: birthday, at: "09:00"}
    hours: {days: mon-fri, from: "09:00", to: "17:00"}
    prepare: 3 days
  anniversaries:
    contacts: clients
    template: client-anniversary
    from: {field: owner, otherwise: rehearsal}
    when: {date: client_since, at: "10:00"}
    prepare: 3 days
  year-end:
    contacts: clients
    where: not on_hold
    template: year-end
    from: {field: owner, otherwise: rehearsal}
    when: {every: year, on: second tuesday of december, at: "09:30"}
    hours: {days: mon-fri, from: "09:00", to: "17:00"}
    spread: 2 hours

reasons:"""

REPLIES = (
    ("ngozi.adeyemi@lagoonfoods.example", 9, "Thank you, Ada. I read it to the whole kitchen."),
    ("tunde@bakarebuilds.example", 8, "You noticed. That is more than most do."),
    ("amina.sule@northlight.example", 6, "We framed it. Come and see the new clinic."),
    ("samuel.otieno@rifttea.example", 5, "Tea is on its way, as every November."),
    ("musa@harbourvale.example", 2, "This made my week, thank you."),
)
CARELESS = "Please do not hesitate to reach out; our special offer ends on Friday."


def at(now: datetime, folder: Path) -> Workspace:
    """The workspace at that time; a moment passes whenever somebody looks at the clock."""
    looks = count()
    clock = Clock(now=lambda: now + timedelta(milliseconds=next(looks)))
    return Workspace(folder / "config.yaml", clock=clock)


def live(folder: Path) -> None:
    """Make the firm in an empty folder, and let it live until `TODAY`."""
    copy_examples(folder)
    config = folder / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("\nreasons:", CAMPAIGNS, 1), encoding="utf-8")
    for month in (7, 8, 9, 10):
        _round(folder, "team-thanks", f"2026-{month:02}", datetime(2026, month, 6, 8, 30, tzinfo=UTC))
    _round(folder, "thank-you", "1", datetime(2026, 8, 18, 9, 0, tzinfo=UTC))
    with at(TODAY, folder) as workspace:
        _answers(workspace)
        _today(workspace)


def _round(folder: Path, campaign: str, name: str, now: datetime) -> None:
    """One round of a campaign, from the sheet to the outbox."""
    with at(now, folder) as workspace:
        ledger = workspace.ledger_of(campaign)
        _everybody(workspace, campaign, name)
        with ledger.read() as tx:
            ids = [entry.id for entry in listing.entries(tx, campaign=campaign, round_name=name) if not entry.held]
        campaigns.approve(ledger, ids, who="mercy", now=workspace.now)
        with ledger.begin() as tx:
            timing.retime(tx, dict.fromkeys(ids, now))
        send(workspace, ledger, Order())


def _everybody(workspace: Workspace, campaign: str, name: str) -> None:
    """A draft for everybody the campaign means, in a round of that name."""
    ledger = workspace.ledger_of(campaign)
    with ledger.begin() as tx:
        rounds.open_round(tx, campaign, name, now=workspace.now)
    choice = campaigns.AsItStands(name, 0)
    campaigns.prepare(ledger, workspace.config, workspace.folder, campaign, choice, now=workspace.now)


def _answers(workspace: Workspace) -> None:
    ledger = workspace.ledger
    known = read_relations(ledger, workspace.config, workspace.folder, now=workspace.now)
    person = {each.contact.address: each.person for each in known.everyone}
    with ledger.begin() as tx:
        for who, weeks, words in REPLIES:
            heard.note(tx, person[who], "replied", words, at=TODAY - timedelta(weeks=weeks), who="ada")
        heard.note(
            tx,
            person["claire.moreau@atelier-moreau.example"],
            "heard",
            "phone: the new shop",
            at=TODAY - timedelta(days=3),
            who="ben",
        )
        suppressions.add(tx, "old.client@gone.example", reason="asked us to stop", who="mercy", at=TODAY)


def _today(workspace: Workspace) -> None:
    """Drafts to review, one with a careless sentence; approved ones; a late round; mail that needs a decision."""
    ledger, config, folder, now = workspace.ledger, workspace.config, workspace.folder, workspace.now
    campaigns.prepare(ledger, config, folder, "thank-you", campaigns.ByHand(again=True), now=now)
    _everybody(workspace, "team-thanks", "2026-11")
    with ledger.read() as tx:
        fresh = [
            entry for entry in listing.entries(tx, campaign="thank-you", statuses=[Status.DRAFT]) if not entry.held
        ]
        team = [entry.id for entry in listing.entries(tx, campaign="team-thanks", statuses=[Status.DRAFT])]
        sent = [entry.id for entry in listing.entries(tx, campaign="thank-you", statuses=[Status.SENT])]
    campaigns.edit(ledger, config, folder, fresh[1].id, Edit(personal_line=CARELESS), now=now)
    campaigns.approve(ledger, [entry.id for entry in fresh[-5:]], who="mercy", now=now)
    campaigns.approve(ledger, team, who="mercy", now=now)
    with ledger.begin() as tx:
        timing.retime(tx, dict.fromkeys(team, TODAY - timedelta(days=1)))
        moves.move(tx, team[:9], Status.MISSED, at=now, who="mailer")
        moves.move(tx, sent[:1], Status.BOUNCED, at=now, who="mailer", values={"last_reply": "550 5.1.1 No such user"})
        moves.move(tx, [fresh[-1].id], Status.SENDING, at=now, who="mailer")
        moves.move(tx, [fresh[-1].id], Status.UNCONFIRMED, at=now, who="mailer")
