"""The status workbook beside the user's own, which stays as it is."""

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mailer.config.models import ContactSource
from mailer.contacts.status import Outcome, write_status
from mailer.errors import ContactsError
from tests.workbooks import FIRM, HEADER, TODAY, workbook

OUTCOMES = {"1": Outcome("sent", datetime(2026, 11, 21, 9, 30), "250 OK", "Thank you", "draft 1", link="outbox/1.eml")}


def test_rows_keep_their_order_and_gain_state_time_reason_subject_and_link(tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), ("2", None, "Ben"), ("3", "c@x.example", "Cy"))
    source = ContactSource(file="a.xlsx", key="Client no")
    path = write_status("clients", source, tmp_path, OUTCOMES, firm=FIRM, today=TODAY)
    assert path == tmp_path / "a.status.xlsx"
    sheet = load_workbook(path)["Clients"]
    assert [[cell.value or "" for cell in row][2:7] for row in sheet] == [
        ["First name", "State", "When", "Why", "Subject"],
        ["Ada", "sent", "2026-11-21 09:30", "250 OK", "Thank you"],
        ["Ben", "to mend", "", "There is no address. Write one address in the cell.", ""],
        ["Cy", "", "", "", ""],
    ]
    assert sheet["H2"].hyperlink.target == "outbox/1.eml"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H4")
    assert len(list(sheet.conditional_formatting)) == 1


def test_the_summary_counts_and_draws(tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), ("2", "b@x.example", "Ben"))
    source = ContactSource(file="a.xlsx", key="Client no")
    summary = load_workbook(write_status("clients", source, tmp_path, OUTCOMES, firm=FIRM, today=TODAY))["Summary"]
    assert {row[0].value: row[1].value for row in summary} == {"State": "People", "sent": 1, "nothing yet": 1}
    assert len(summary._charts) == 1


def test_what_looks_like_a_formula_is_text(tmp_path):
    (tmp_path / "a.csv").write_text("Name,E-mail\n=cmd|' /C calc'!A0,a@x.example\n", encoding="utf-8")
    path = write_status("c", ContactSource(file="a.csv"), tmp_path, {}, firm=FIRM, today=TODAY)
    cell = load_workbook(path)["Status"]["A2"]
    assert (cell.data_type, cell.value[:4]) == ("s", "=cmd")


def test_the_users_own_workbook_is_never_touched(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    before = path.read_bytes()
    write_status("c", ContactSource(file="a.xlsx"), tmp_path, {}, firm=FIRM, today=TODAY)
    assert path.read_bytes() == before
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.status.xlsx", "a.xlsx"]


def test_while_it_is_open_in_excel_a_numbered_sibling_is_written(tmp_path, monkeypatch):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    real = Path.replace

    def locked(self, target):
        if Path(target).name == "a.status.xlsx":
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    path = write_status("c", ContactSource(file="a.xlsx"), tmp_path, {}, firm=FIRM, today=TODAY)
    assert path.name == "a.status-2.xlsx"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, monkeypatch):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    (tmp_path / ".a.status.xlsx.part").mkdir()
    with pytest.raises(ContactsError, match="cannot be written"):
        write_status("c", ContactSource(file="a.xlsx"), tmp_path, {}, firm=FIRM, today=TODAY)
