"""The status goes home: at the end of every pass a workbook beside the sheet says how each mail stands."""

from datetime import datetime

from openpyxl import load_workbook

from mailer import campaigns
from mailer.ledger import listing
from mailer.workspace.statuses import bring_home, write_statuses
from tests.scheduled import Life, at
from tests.servers import ScriptedServer
from tests.workspaces import row, smtp_account


def states(path):
    """Row by row: what the added columns say."""
    sheet = load_workbook(path).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, each, strict=True)) for each in rows]


def beside(firm, name="clients.rehearsal.status.xlsx"):
    return firm.folder / name


def prepared(workspace):
    campaigns.prepare(
        workspace.ledger, workspace.config, workspace.folder, "thanks", campaigns.ByHand(), now=workspace.now
    )
    with workspace.ledger.read() as tx:
        return listing.entries(tx, campaign="thanks")


def test_each_row_says_how_its_mail_stands(firm):
    with firm.open() as workspace:
        first = prepared(workspace)[0]
        campaigns.approve(workspace.ledger, [first.id], who="ada", now=workspace.now)
        assert list(write_statuses(workspace, ["thanks"])) == [
            "clients.rehearsal.status.xlsx says how each mail stands."
        ]
    found = states(beside(firm))
    assert [each["State"] for each in found] == ["queued", *["draft"] * (len(found) - 1)]
    assert (found[0]["Campaign"], found[0]["Draft"]) == ("thanks", f"mailer drafts show {first.id}")


def test_preparing_and_sending_write_it_by_themselves_and_leave_the_users_workbook_alone(firm):
    before = (firm.folder / "clients.xlsx").read_bytes()
    said = firm.run("campaigns", "prepare", "thanks").err
    assert "clients.rehearsal.status.xlsx says how each mail stands." in said
    assert {each["State"] for each in states(beside(firm))} == {"draft"}
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("send", "thanks", "--yes")
    found = states(beside(firm))
    assert {each["State"] for each in found} == {"sent"}
    assert isinstance(found[0]["When"], datetime)
    assert (firm.folder / "clients.xlsx").read_bytes() == before


def test_real_mail_is_told_in_a_workbook_without_the_word_rehearsal(firm):
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port), campaign="review: none")
        firm.run("send", "thanks", "--yes")
    assert {each["State"] for each in states(beside(firm, "clients.status.xlsx"))} == {"sent"}
    assert not beside(firm).exists()


def test_a_status_workbook_that_cannot_be_written_stops_nothing(firm):
    beside(firm, "clients.rehearsal.status.xlsx").mkdir()
    firm.write_config(campaign="review: none")
    ran = firm.run("send", "thanks", "--yes")
    assert "3 sent" in ran.out
    assert "clients.rehearsal.status.xlsx was not written; nothing else is affected." in ran.err


def test_while_it_is_open_in_excel_the_sibling_is_said(firm):
    beside(firm, "~$clients.rehearsal.status.xlsx").touch()
    said = firm.run("campaigns", "prepare", "thanks").err
    assert "clients.rehearsal.status.xlsx is open elsewhere" in said
    assert beside(firm, "clients.rehearsal.status-2.xlsx").exists()


def test_the_schedule_writes_it_when_a_pass_changed_something_and_only_then(tmp_path):
    life = Life(tmp_path, at("2026-11-23 12:00"))
    life.write_clients([{}, {}])
    life.write_config(thanks="when: {every: month, on: first monday, at: '09:30'};review: none")
    path = tmp_path / "clients.rehearsal.status.xlsx"
    life.turn("2026-11-23 12:00")
    assert not path.exists()
    life.turn("2026-12-07 09:29")
    assert {each["State"] for each in states(path)} == {"queued"}
    life.turn("2026-12-07 09:31")
    assert {each["State"] for each in states(path)} == {"sent"}
    path.unlink()
    life.turn("2026-12-07 09:41")
    assert not path.exists()
    life.restart()


def test_two_on_one_address_have_each_their_own_state(firm):
    firm.write_sheet([row(1), row(2, e_mail="client1@client.example", first_name=None)])
    firm.write_config(campaign="doubled: allow")
    with firm.open() as workspace:
        first, _ = prepared(workspace)
        campaigns.discard(workspace.ledger, [first.id], who="ada", now=workspace.now)
        bring_home(workspace, ["thanks"])
    assert [each["State"] for each in states(beside(firm))] == ["discarded", "draft"]
