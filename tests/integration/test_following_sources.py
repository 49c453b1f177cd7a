"""Until it goes, a mail follows its sheet and its template; what changes its words voids a person's yes."""

from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import Engine, event

from mailer import campaigns
from mailer.ledger import people
from mailer.ledger.moves import move
from mailer.model import Status
from tests.factories import NOW, draft
from tests.preparing import approve_all, entries, kinds, prepare, refresh
from tests.workspaces import HEADER, TEMPLATE, row


def test_a_changed_cell_voids_the_approval_of_that_mail_only(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    firm.edit_sheet(lambda sheet: sheet.cell(3, 6, 999))
    assert refresh(workspace).voided == [2]
    assert [entry.status for entry in entries(workspace)] == [Status.QUEUED, Status.DRAFT, Status.QUEUED]
    (difference,) = campaigns.differences(workspace.ledger, 2)
    assert difference.lines == ("-thank you for 102.", "+thank you for 999.")


def test_a_changed_line_that_begins_with_dashes_is_shown_too():
    before, after = draft(text="Dear Bob,\n-- \nAda"), draft(text="Dear Bob,\n--\n++\nAda")
    assert campaigns.compare(before, after) == ("--- ", "+--", "+++")


def test_a_changed_template_voids_the_approvals_it_touches(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    firm.write_template(TEMPLATE.replace("Ada\n", "Ada Obi\n"))
    assert refresh(workspace).voided == [1, 2, 3]


def test_a_sheet_that_was_saved_without_a_change_voids_nothing(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    firm.edit_sheet(lambda sheet: None)
    assert refresh(workspace).voided == []


def test_a_fault_in_the_row_voids_the_approval_of_its_mail_though_no_word_of_it_changes(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    before = entries(workspace)[1].digest
    firm.edit_sheet(lambda sheet: sheet.cell(3, HEADER.index("Owner") + 1, "#N/A"))
    assert refresh(workspace).voided == [2]
    faulty = entries(workspace)[1]
    assert (faulty.status, faulty.held, faulty.digest) == (Status.DRAFT, True, before)


def test_a_row_that_is_gone_holds_its_mail(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    firm.edit_sheet(lambda sheet: sheet.delete_rows(3))
    refresh(workspace)
    gone = entries(workspace)[1]
    assert (gone.status, kinds(gone)) == (Status.DRAFT, {"row-gone"})
    assert approve_all(workspace).done == ()


def test_a_row_that_was_hidden_holds_its_mail_until_it_is_shown_again(firm, workspace):
    prepare(workspace)
    firm.edit_sheet(lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True))
    prepare(workspace)
    assert entries(workspace)[1].held
    firm.edit_sheet(lambda sheet: setattr(sheet.row_dimensions[3], "hidden", False))
    prepare(workspace)
    assert not entries(workspace)[1].held


def test_a_source_that_cannot_be_read_stops_its_campaign_and_says_why(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    (firm.folder / "clients.xlsx").write_bytes(b"not a workbook")
    assert "clients.xlsx" in refresh(workspace).stopped["thanks"]
    assert {entry.status for entry in entries(workspace)} == {Status.QUEUED}


def test_a_corrected_address_keeps_the_person_and_asks_again(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    firm.edit_sheet(lambda sheet: sheet.cell(2, 2, "new@client.example"))
    assert refresh(workspace).voided == [1]
    with workspace.ledger.read() as tx:
        assert people.find(tx, "new@client.example") == people.find(tx, "client1@client.example")


def test_a_corrected_time_zone_moves_the_hours_of_an_approved_mail_and_its_yes_stands(firm, workspace):
    firm.write_sheet([[*row(1), "Africa/Lagos"], [*row(2), "Africa/Lagos"]], [*HEADER, "Time zone"])
    prepare(workspace)
    approve_all(workspace)
    firm.edit_sheet(lambda sheet: sheet.cell(3, len(HEADER) + 1, "Pacific/Auckland"))
    refresh(workspace)
    assert [(entry.zone, entry.status) for entry in entries(workspace)] == [
        ("Africa/Lagos", Status.QUEUED),
        ("Pacific/Auckland", Status.QUEUED),
    ]


def test_a_mail_is_told_by_the_row_that_its_person_stands_in_now(firm):
    firm.write_config(campaign="sincerity: off")
    with firm.open() as workspace:
        prepare(workspace)
        firm.write_sheet([row(3), row(2), row(1)])
        again = prepare(workspace)
        assert [entry.source.row for entry in entries(workspace)] == [4, 3, 2]
        assert (again.changed, again.unchanged) == (0, 3)


def failed(workspace, delivery_id):
    """What the server refused for good."""
    with workspace.ledger.begin() as tx:
        move(tx, [delivery_id], Status.SENDING, at=NOW, who="test")
        move(tx, [delivery_id], Status.FAILED, at=NOW, who="test")


def test_a_mail_that_failed_and_whose_row_changed_since_is_not_tried_again_with_the_old_words(firm, workspace):
    prepare(workspace)
    approve_all(workspace)
    failed(workspace, 2)
    firm.edit_sheet(lambda sheet: sheet.cell(3, 2, "right@client.example"))
    refresh(workspace)
    assert campaigns.retry(workspace.ledger, [2], who="ada", now=NOW).done == (2,)
    assert refresh(workspace).voided == [2]
    retried = entries(workspace)[1]
    assert (retried.status, retried.address) == (Status.DRAFT, "right@client.example")


def test_a_mail_that_failed_and_did_not_change_is_tried_again(workspace):
    prepare(workspace)
    approve_all(workspace)
    failed(workspace, 2)
    campaigns.retry(workspace.ledger, [2], who="ada", now=NOW)
    assert (refresh(workspace).voided, entries(workspace)[1].status) == ([], Status.QUEUED)


@contextmanager
def after_commit(number, do):
    """Do something when a ledger has been written to that many times."""
    commits = count(1)

    def count_up(_connection):
        if next(commits) == number:
            do()

    event.listen(Engine, "commit", count_up)
    try:
        yield
    finally:
        event.remove(Engine, "commit", count_up)


def test_a_sheet_that_is_saved_while_it_is_prepared_from_is_read_again(firm, workspace):
    assert workspace.ledger  # made before anything is counted
    with after_commit(2, lambda: firm.edit_sheet(lambda sheet: sheet.cell(3, 6, 999))):  # the rows are written
        prepare(workspace)
    approve_all(workspace)
    assert refresh(workspace).voided == [2]


def test_a_preparation_that_a_crash_cut_short_is_done_again_before_anything_goes(firm, workspace):
    def crash():
        raise InterruptedError

    assert workspace.ledger
    with (
        pytest.raises(InterruptedError),
        after_commit(3, crash),
    ):  # the rows are written, and not which files they come from
        prepare(workspace)
    approve_all(workspace)
    firm.edit_sheet(lambda sheet: sheet.cell(3, 6, 999))
    assert refresh(workspace).voided == [2]
