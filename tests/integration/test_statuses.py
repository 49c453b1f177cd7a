"""The status workbook of a campaign: what the ledger knows, beside the sheet."""

from openpyxl import load_workbook

from mailer import campaigns
from mailer.ledger import listing
from mailer.workspace.statuses import write_statuses


def test_each_row_says_how_its_mail_stands(firm):
    with firm.open() as workspace:
        before = (firm.folder / "clients.xlsx").read_bytes()
        now = workspace.now
        campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", now=now)
        with workspace.ledger.read() as tx:
            first = listing.entries(tx, campaign="thanks")[0]
        campaigns.approve(workspace.ledger, [first.id], who="ada", now=now)
        (path,) = write_statuses(workspace, "thanks")
    sheet = load_workbook(path).worksheets[0]
    header = [cell.value for cell in sheet[1]]
    states = [row[header.index("State")].value for row in sheet.iter_rows(min_row=2)]
    assert states[0] == "queued"
    assert set(states[1:]) == {"draft"}
    assert sheet.cell(2, header.index("Draft") + 1).value == f"draft {first.id}"
    assert (firm.folder / "clients.xlsx").read_bytes() == before
