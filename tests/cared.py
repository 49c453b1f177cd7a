"""A firm with a promise to keep in touch: clients known by Ada, and a team."""

from datetime import timedelta

from openpyxl import Workbook

from mailer.campaigns import ByHand, approve, prepare
from mailer.ledger import heard, listing, people
from mailer.relations import read_relations
from mailer.sending import Order
from mailer.workspace.passes import send
from tests.factories import NOW
from tests.workspaces import row

CONFIG = """
firm:
  name: Harbour & Vale LLP
  timezone: Africa/Lagos
  country: NG
accounts:
  # who writes
  ada:
    from: Ada Obi <ada@harbourvale.example>
    owners: [Ada]
    outbox: outbox/
contacts:
  clients:   # the sheet that Mercy keeps
    file: clients.xlsx
    key: Client no
    keep_in_touch: 90 days
    columns: {personal_line: Add a sentence}
  team:
    file: team.xlsx
    audience: staff
    keep_in_touch: 30 days
campaigns:
  thanks:
    contacts: clients
    template: thanks
    from: ada
reasons:
  big year:
    where: amount > 102
    template: milestone
    contacts: clients
"""


def make_caring(firm):
    """Give the firm a promise, three clients and two colleagues."""
    (firm.folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    book = Workbook()
    book.active.append(["E-mail", "First name", "Last name", "Birthday", "Notes"])
    book.active.append(["mercy@harbourvale.example", "Mercy", "Udo", "3 December", "A card, not a speech."])
    book.active.append(["musa@harbourvale.example", "Musa", "Lawal", None, None])
    book.save(firm.folder / "team.xlsx")
    firm.write_sheet([row(1), row(2), row(3)])
    return firm


def relations_of(workspace):
    """Everybody of the workspace."""
    return read_relations(workspace.ledger, workspace.config, workspace.folder, now=workspace.now)


def touched(workspace, address, kind, days_ago, words=""):
    """Write a touch into the history, so many days ago."""
    relations_of(workspace)
    with workspace.ledger.begin() as tx:
        (person,) = people.find(tx, address)
        heard.note(tx, person, kind, words, at=NOW - timedelta(days=days_ago), who="ada")


def send_thanks(workspace):
    """The campaign of thanks to all clients, approved and sent."""
    prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", ByHand(), now=workspace.now)
    with workspace.ledger.read() as tx:
        ids = [entry.id for entry in listing.entries(tx, campaign="thanks")]
    assert approve(workspace.ledger, ids, who="ada", now=workspace.now).done == tuple(ids)
    assert send(workspace, workspace.ledger, Order()).tally.sent == len(ids)
