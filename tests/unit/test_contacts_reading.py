"""From a file to contacts: headers, rows that are nobody, doubles, and what is kept from templates."""

import importlib.util
from datetime import date
from pathlib import Path

import pytest

from mailer.errors import ContactsError
from mailer.model import Memo, Severity
from tests.workbooks import HEADER, by_hand, kinds, read_all, reading, text_row, workbook

ROOT = Path(__file__).parents[2]


def test_a_row_becomes_a_contact(tmp_path):
    header = ("Client no", "E-mail", "First name", "Last name", "Partner", "Language", "Notes", "Client since")
    row = (17, "ada@firm.example", "Ada", "Obi", "Ben Vale", "French", "likes tea", date(2015, 3, 3))
    formats = {"A2": "00000", "H2": "d mmmm yyyy"}
    (contact,) = read_all(workbook(tmp_path / "a.xlsx", header, row, formats=formats), key="Client no")
    assert (contact.key, contact.address, contact.name) == ("00017", "ada@firm.example", "Ada Obi")
    assert (contact.owner, contact.language, contact.memos) == ("Ben Vale", "fr", (Memo("likes tea"),))
    assert str(contact.fields["client_since"]) == "3 March 2015"
    assert contact.fields["client_since"].value == date(2015, 3, 3)
    assert (contact.source.sheet, contact.source.row) == ("Clients", 2)


def test_a_memo_is_never_a_field(tmp_path):
    book = workbook(tmp_path / "a.xlsx", ("E-mail", "Notes", "Remarks"), ("a@x.example", "owes us", "rude"))
    (contact,) = read_all(book)
    assert contact.memos == (Memo("owes us"), Memo("rude"))
    assert {"notes", "remarks", "memo"}.isdisjoint(contact.fields)


def test_a_note_column_that_is_mapped_is_meant_for_the_mail(tmp_path):
    book = workbook(tmp_path / "a.xlsx", ("E-mail", "Notes"), ("a@x.example", "Thank you for the tea."))
    (contact,) = read_all(book, columns={"personal_line": "Notes"})
    assert (str(contact.fields["personal_line"]), contact.memos) == ("Thank you for the tea.", ())


@pytest.mark.parametrize(
    "header",
    [
        "E-mail",
        "Email address",
        "Courriel",
        "E-Mail-Adresse",
        "Correo electrónico",
        "Endereço de e-mail",
        "Posta elettronica",
        "MAIL ",
    ],
)
def test_the_address_column_is_known_in_six_languages(tmp_path, header):
    assert read_all(workbook(tmp_path / "a.xlsx", ("Nom", header), ("Ada", "a@x.example")))[0].address == "a@x.example"


def test_a_column_called_address_counts_only_when_it_holds_addresses(tmp_path):
    book = workbook(tmp_path / "a.xlsx", ("Name", "Address"), ("Ada", "a@x.example"))
    assert read_all(book)[0].address == "a@x.example"
    with pytest.raises(ContactsError, match="no column of addresses"):
        read_all(workbook(tmp_path / "b.xlsx", ("Name", "Address"), ("Ada", "12 Quay Street")))


def test_titles_above_the_header_are_passed_over(tmp_path):
    book = workbook(tmp_path / "a.xlsx", ("Our clients 2026",), (), HEADER, ("1", "a@x.example", "Ada"))
    assert [contact.source.row for contact in read_all(book)] == [4]


def test_hidden_rows_are_skipped_and_counted_unless_asked_for(tmp_path):
    rows = (
        text_row(1, *HEADER)
        + text_row(2, "1", "a@x.example", "Ada")
        + text_row(3, "2", "b@x.example", "Ben", attributes='hidden="1"')
    )
    found = reading(by_hand(tmp_path / "a.xlsx", rows))
    assert [contact.address for contact in found] == ["a@x.example"]
    assert found.skipped == {"hidden": 1}
    assert len(read_all(tmp_path / "a.xlsx", rows="all")) == 2


def test_a_formatted_blank_tail_is_counted_and_mails_nobody(tmp_path):
    book = workbook(
        tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), formats={f"A{row}": "0.00" for row in range(3, 503)}
    )
    found = reading(book)
    assert len(list(found)) == 1
    assert found.skipped == {"blank": 500}


def test_totals_and_comment_rows_are_counted_and_are_no_problem(tmp_path):
    book = workbook(
        tmp_path / "a.xlsx",
        ("Name", "E-mail", "Amount"),
        ("# VIPs", None, None),
        ("Ada", "a@x.example", 5),
        ("Total", None, 5),
    )
    found = reading(book)
    assert kinds(found) == []
    assert found.skipped == {"comment": 1, "total": 1}


def test_a_person_without_an_address_is_a_problem_that_names_the_cell(tmp_path):
    found = reading(workbook(tmp_path / "a.xlsx", HEADER, ("1", None, "Ada")))
    assert list(found) == []
    assert found.problems[0].where == "a.xlsx › Clients › B2"
    assert found.problems[0].severity is Severity.HOLD


def test_the_second_row_with_a_key_is_left_out_and_said(tmp_path):
    book = workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), ("1", "b@x.example", "Ben"))
    found = reading(book, key="Client no")
    assert [contact.address for contact in found] == ["a@x.example"]
    assert [(problem.kind, problem.where) for problem in found.problems] == [
        ("doubled-key", "a.xlsx › Clients › row 3")
    ]


def test_without_a_key_the_second_row_with_an_address_is_left_out(tmp_path):
    book = workbook(tmp_path / "a.xlsx", ("E-mail",), ("a@x.example",), ("A@X.example",))
    assert kinds(reading(book)) == ["doubled-key"]


def test_one_address_under_two_keys_is_said_and_both_are_given(tmp_path):
    book = workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"), ("2", "a@x.example", "Ben"))
    found = reading(book, key="Client no")
    assert len(list(found)) == 2
    assert [problem.kind for problem in found.problems] == ["doubled-address"]


def test_an_error_cell_holds_its_row_and_is_never_printed(tmp_path):
    (contact,) = read_all(workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "#N/A")))
    assert str(contact.fields["first_name"]) == ""
    assert [(problem.kind, problem.severity) for problem in contact.problems] == [("cell-error", Severity.HOLD)]


def test_a_formula_that_was_never_calculated_is_named(tmp_path):
    (contact,) = read_all(workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "=B2")))
    assert [problem.kind for problem in contact.problems] == ["uncalculated"]


@pytest.mark.parametrize("option", ["key", "group_by"])
def test_an_unknown_column_to_know_or_group_people_by_is_refused_with_the_columns_there_are(tmp_path, option):
    with pytest.raises(ContactsError, match="Kundennummer") as caught:
        read_all(workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada")), **{option: "Kundennummer"})
    assert "Client no" in caught.value.cure


def test_a_misspelt_sheet_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(ContactsError, match="Clents") as caught:
        read_all(workbook(tmp_path / "a.xlsx", HEADER), sheet="Clents")
    assert "Clients" in caught.value.cure


def test_a_csv_is_read_with_its_values_typed(tmp_path):
    (tmp_path / "a.csv").write_text("No;E-mail;Amount;Since\n007;a@x.example;12,5;2020-01-31\n", encoding="utf-8")
    (contact,) = read_all(tmp_path / "a.csv", key="No")
    assert contact.key == "007"
    assert contact.fields["since"].value == date(2020, 1, 31)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ContactsError, match="is not there"):
        read_all(tmp_path / "none.xlsx")


def test_the_example_clients_have_their_four_honest_mistakes():
    found = reading(ROOT / "contacts" / "clients.xlsx", key="Client no")
    assert kinds(found) == ["misspelt", "no-address", "doubled-address", "cell-error"]
    assert found.skipped == {"blank": 10, "hidden": 1}


def test_the_example_team_is_faultless():
    assert kinds(reading(ROOT / "contacts" / "team.xlsx", key="Staff no")) == []


def test_the_examples_are_what_their_script_makes(tmp_path):
    spec = importlib.util.spec_from_file_location("make_examples", ROOT / "contacts" / "make_examples.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    for name in ("clients.xlsx", "team.xlsx"):
        made = list(map(repr, reading(tmp_path / name)))
        assert made == [text.replace(str(ROOT), str(tmp_path)) for text in map(repr, reading(ROOT / "contacts" / name))]


def test_a_sheet_that_is_listed_but_missing_is_a_problem_of_its_source(tmp_path):
    book = '<workbook xmlns:r="r"><sheets><sheet name="Gone" r:id="r9"/><sheet name="Clients" r:id="r1"/></sheets></workbook>'
    rows = text_row(1, *HEADER) + text_row(2, "1", "a@x.example", "Ada")
    found = reading(by_hand(tmp_path / "a.xlsx", rows, parts={"xl/workbook.xml": book}))
    assert kinds(found) == ["how-read"]
    assert found.problems[0].what == "The sheet “Gone” is listed, but is not in the file."


def test_a_day_in_the_past_that_lies_in_the_future_is_doubted(tmp_path):
    rows = (("a@x.example", date(2999, 4, 25)), ("b@x.example", date(1975, 4, 25)))
    (one, other) = read_all(workbook(tmp_path / "a.xlsx", ("E-mail", "Birthday"), *rows))
    assert ([problem.kind for problem in one.problems], other.problems) == (["odd-birthday"], ())
