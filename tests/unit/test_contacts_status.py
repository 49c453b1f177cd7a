"""The status workbook beside the user's own, which stays as it is."""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from mailer.config.models import ContactSource
from mailer.contacts.status import Outcome, status_path, write_status
from mailer.contacts.status_book import Page, write_book
from mailer.errors import ContactsError
from tests.workbooks import FIRM, HEADER, workbook

NOW = datetime(2026, 11, 21, 10, 0)
SENT = Outcome("sent", datetime(2026, 11, 21, 9, 30), "250 OK", "thanks", "Thank you", "mailer drafts show 1")


def write(folder, file="a.xlsx", outcomes=None, **sources):
    """The status workbook of a file, by a source called c or those given; `outcomes` is key → outcome."""
    known = sources or {"c": ContactSource(file=file)}
    path = status_path(folder / file)
    return write_status(path, known, folder, lambda each: (outcomes or {}).get(each.key), firm=FIRM, now=NOW)


def keyed(file="a.xlsx", **options):
    return ContactSource(file=file, key="Client no", **options)


def test_rows_keep_their_order_and_gain_state_time_reason_campaign_subject_and_draft(tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), ("2", None, "Ben"), ("3", "c@x.example", "Cy"))
    path = write(tmp_path, c=keyed(), outcomes={"1": SENT})
    assert path == tmp_path / "a.status.xlsx"
    sheet = load_workbook(path)["Clients"]
    assert [[cell.value or "" for cell in row][2:] for row in sheet] == [
        ["First name", "State", "When", "Why", "Campaign", "Subject", "Draft"],
        ["Ada", "sent", SENT.at, "250 OK", "thanks", "Thank you", "mailer drafts show 1"],
        ["Ben", "to mend", "", "There is no address. Write one address in the cell.", "", "", ""],
        ["Cy", "", "", "", "", "", ""],
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:I4")
    assert len(next(iter(sheet.conditional_formatting)).rules) == 7


def test_the_summary_counts_and_draws(tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), ("2", "b@x.example", "Ben"))
    summary = load_workbook(write(tmp_path, c=keyed(), outcomes={"1": SENT}))["Summary"]
    assert {row[0].value: row[1].value for row in summary} == {"State": "People", "sent": 1, "nothing yet": 1}
    assert (summary["E1"].value, len(summary._charts)) == (NOW, 1)


def test_what_looks_like_a_formula_or_is_no_xml_is_text(tmp_path):
    (tmp_path / "a.csv").write_text("Name,E-mail\n=cmd|' /C calc'!A0,a@x.example\n<&_x0041_\x02>,b@x.example\n")
    sheet = load_workbook(write(tmp_path, "a.csv"))["Status"]
    assert (sheet["A2"].data_type, sheet["A2"].value) == ("s", "=cmd|' /C calc'!A0")
    assert sheet["A3"].value == "<&_x005F_x0041_>"


def test_a_text_longer_than_a_cell_may_be_is_cut(tmp_path):
    outcome = Outcome("failed", reason="x" * 40_000)
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    sheet = load_workbook(write(tmp_path, c=keyed(), outcomes={"1": outcome}))["Clients"]
    assert sheet["F2"].value == "x" * 32_767


def test_two_sources_of_one_file_share_its_status_workbook(tmp_path):
    book = Workbook()
    for name in ("Clients", "Summary"):
        sheet = book.create_sheet(name)
        sheet.append(["E-mail"])
        sheet.append([f"{name}@x.example"])
    book.save(tmp_path / "a.xlsx")
    sources = {name: ContactSource(file="a.xlsx", sheet=name) for name in ("Clients", "Summary")}
    path = write(tmp_path, outcomes={"summary@x.example": SENT}, **sources)
    written = load_workbook(path)
    assert written.sheetnames == ["Clients", "Status", "Summary"]
    assert [written[name]["B2"].value for name in ("Clients", "Status")] == [None, "sent"]


def test_everybody_of_a_household_has_its_state(tmp_path):
    header = ("E-mail", "First name", "Household")
    workbook(tmp_path / "a.xlsx", header, ("t@x.example", "Tunde", "Obi"), (None, "Kemi", "Obi"))
    source = ContactSource(file="a.xlsx", together="household")
    sheet = load_workbook(write(tmp_path, c=source, outcomes={"t@x.example": SENT}))["Clients"]
    assert [sheet[f"D{row}"].value for row in (2, 3)] == ["sent", "sent"]


def test_the_users_own_workbook_is_never_touched(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    before = path.read_bytes()
    write(tmp_path)
    assert path.read_bytes() == before
    assert sorted(found.name for found in tmp_path.iterdir()) == ["a.status.xlsx", "a.xlsx"]


def test_while_it_cannot_be_replaced_a_numbered_sibling_is_written(tmp_path, monkeypatch):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    real = Path.replace

    def locked(self, target):
        if Path(target).name == "a.status.xlsx":
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    assert write(tmp_path).name == "a.status-2.xlsx"


@pytest.mark.parametrize("mark", ["~$a.status.xlsx", ".~lock.a.status.xlsx#"])
def test_while_a_program_has_it_open_a_numbered_sibling_is_written(tmp_path, mark):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    (tmp_path / mark).touch()
    assert write(tmp_path).name == "a.status-2.xlsx"
    assert not (tmp_path / "a.status.xlsx").exists()


def test_a_full_disk_is_one_sentence_and_nothing_is_left_behind(tmp_path, monkeypatch):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ContactsError, match="cannot be written: no space left"):
        write(tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == ["a.xlsx"]


def test_two_that_write_it_at_once_do_not_mix(tmp_path):
    path = tmp_path / "a.status.xlsx"

    def rows(name, meanwhile=None):
        yield (name, "sent"), None, ("", "", "", "")
        if meanwhile:
            write_book(path, [meanwhile], now=NOW)
        yield (name, "sent"), None, ("", "", "", "")

    quick = Page("Clients", ["First name"], rows("Ada"), ["sent", "sent"])
    write_book(path, [Page("Clients", ["First name"], rows("Ben", meanwhile=quick), ["sent", "sent"])], now=NOW)
    assert [row[0].value for row in load_workbook(path)["Clients"]] == ["First name", "Ben", "Ben"]
    assert [found.name for found in tmp_path.iterdir()] == ["a.status.xlsx"]


def test_every_part_of_it_is_named_in_its_content_types(tmp_path):
    workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    with zipfile.ZipFile(write(tmp_path)) as package:
        types = package.read("[Content_Types].xml").decode()
        named = [part for part in package.namelist() if not part.endswith(".rels") and part[0] != "["]
    assert all(f'PartName="/{part}"' in types for part in named)
