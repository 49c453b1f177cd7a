"""Which table is read, and how several rows or addresses become one mail or several."""

import io
import re
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.table import Table

from mailer import contacts
from mailer.config.models import ContactSource
from mailer.contacts.joining import without
from mailer.errors import ContactsError
from tests.workbooks import FIRM, HEADER, TODAY, kinds, read_all, reading, workbook


def book(path, sheets, *, hidden=(), tables=(), merged=()):
    """A workbook of several sheets."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
        for area in merged:
            sheet.merge_cells(area)
    for sheet, name, area in tables:
        made[sheet].add_table(Table(displayName=name, ref=area))
    made.save(path)
    return path


ADA, BEN = ("1", "a@x.example", "Ada"), ("2", "b@x.example", "Ben")


def test_the_first_visible_sheet_with_addresses_is_taken(tmp_path):
    sheets = {"Old": [HEADER, ADA], "Prices": [("Item", "Price"), ("Tea", 3)], "People": [HEADER, BEN]}
    found = reading(book(tmp_path / "a.xlsx", sheets, hidden=("Old",)))
    assert [contact.address for contact in found] == ["b@x.example"]
    assert found.sheets == ("People",)


@pytest.mark.parametrize("sheet", ["People", "people", "2"])
def test_a_sheet_is_named_or_numbered(tmp_path, sheet):
    sheets = {"Old": [HEADER, ADA], "People": [HEADER, BEN]}
    assert [contact.key for contact in read_all(book(tmp_path / "a.xlsx", sheets), sheet=sheet)] == ["b@x.example"]


def test_a_star_takes_every_visible_sheet_with_its_own_header(tmp_path):
    sheets = {"Lagos": [HEADER, ADA], "Dakar": [("Prénom", "Courriel"), ("Ben", "b@x.example")], "Gone": [HEADER, BEN]}
    found = reading(book(tmp_path / "a.xlsx", sheets, hidden=("Gone",)), sheet="*")
    assert [(contact.source.sheet, contact.name) for contact in found] == [("Lagos", "Ada"), ("Dakar", "Ben")]


def test_a_person_on_two_sheets_is_said_with_both_places(tmp_path):
    found = reading(book(tmp_path / "a.xlsx", {"One": [HEADER, ADA], "Two": [HEADER, BEN, ADA]}), sheet="*")
    assert kinds(found) == ["doubled-key"]
    assert found.problems[0].where == "a.xlsx › Two › row 3"


def test_a_named_table_is_read_and_nothing_around_it(tmp_path):
    rows = [("Prices",), (), (None, *HEADER), (None, *ADA), (None, *BEN), (), (None, "9", "c@x.example", "not in it")]
    path = book(tmp_path / "a.xlsx", {"S": rows}, tables=[("S", "Clients", "B3:D5")])
    assert [contact.name for contact in read_all(path, table="clients")] == ["Ada", "Ben"]


def test_an_unknown_table_is_refused_with_those_there_are(tmp_path):
    path = book(tmp_path / "a.xlsx", {"S": [HEADER, ADA]}, tables=[("S", "Clients", "A1:C2")])
    with pytest.raises(ContactsError, match="Klients") as caught:
        read_all(path, table="Klients")
    assert "Clients" in caught.value.cure


def test_a_column_that_the_config_names_and_the_sheet_has_not_is_said(tmp_path):
    found = reading(book(tmp_path / "a.xlsx", {"People": [HEADER, ADA]}), columns={"owner": "Partner"})
    assert kinds(found) == ["no-column"]
    assert found.problems[0].what == "There is no column “Partner”, as which config.yaml has `owner`."
    with pytest.raises(ContactsError, match="no column “Write to”") as refused:
        reading(tmp_path / "a.xlsx", columns={"address": "Write to"})
    assert "columns: {address: …}" in refused.value.cure


@pytest.mark.parametrize(("name", "meant"), [("ownr", "owner"), ("firstname", "first_name"), ("email", "address")])
def test_a_name_in_the_config_that_is_nearly_ours_is_asked_about(tmp_path, name, meant):
    path = book(tmp_path / "a.xlsx", {"People": [("E-mail", "Boss", "Projects"), ("a@x.example", "Ada", 3)]})
    found = reading(path, columns={name: "Boss", "projects": "Projects"})
    asked = f"config.yaml calls the column “Boss” `{name}`, which is no name of ours; did you mean `{meant}`?"
    assert [(problem.kind, problem.what) for problem in found.problems] == [("odd-column", asked)]


def test_a_text_has_no_sheets_to_name(tmp_path):
    (tmp_path / "a.csv").write_text("E-mail,Name\na@x.example,Ada\n")
    with pytest.raises(ContactsError, match="no sheet “Clients”") as refused:
        reading(tmp_path / "a.csv", sheet="Clients")
    assert refused.value.cure == "A text has no sheets: leave `sheet` out."


def test_a_doubled_header_is_a_problem_that_names_both(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("E-mail", "Amount", "Amount"), ("a@x.example", 1, 2))
    found = reading(path)
    (contact,) = found
    assert (contact.fields["amount"].value, contact.fields["amount_2"].value) == (1, 2)
    assert [problem.kind for problem in found.problems] == ["doubled-header"]
    assert "B1 and C1" in found.problems[0].what


def test_a_second_column_of_addresses_is_said(tmp_path):
    found = reading(workbook(tmp_path / "a.xlsx", ("E-mail", "Work email"), ("a@x.example", "b@x.example")))
    assert [contact.address for contact in found] == ["a@x.example"]
    assert [problem.kind for problem in found.problems] == ["doubled-header"]


def test_merged_cells_in_header_and_rows_are_said(tmp_path):
    rows = [("E-mail", "Name", None), ("a@x.example", "Ada", "Obi"), ("b@x.example", None, "Vale")]
    assert kinds(reading(book(tmp_path / "a.xlsx", {"S": rows}, merged=("B1:C1", "B2:B3")))) == [
        "merged-header",
        "merged-cells",
    ]


TWO = "a@x.example; b@x.example"


def test_several_addresses_in_a_cell_hold_the_row_until_somebody_decides(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ("1", TWO, "Ada"))
    assert kinds(reading(path)) == ["several-addresses"]
    assert read_all(path) == []


@pytest.mark.parametrize(
    ("several", "expected"),
    [
        ("first", [("a@x.example", (), 0)]),
        ("each", [("a@x.example", (), 0), ("b@x.example", (), 1)]),
        ("together", [("a@x.example", ("b@x.example",), 0)]),
    ],
)
def test_several_addresses_are_sent_to_as_decided(tmp_path, several, expected):
    people = read_all(workbook(tmp_path / "a.xlsx", HEADER, ("1", TWO, "Ada")), several=several, key="Client no")
    assert [(contact.address, contact.also, contact.copy) for contact in people] == expected
    assert {contact.key for contact in people} == {"1"}


def test_every_address_of_everybody_in_a_household_is_written_to_once(tmp_path):
    header = (*HEADER, "Household")
    rows = (("1", "a@x.example; b@x.example", "Ada", "Bakare"), ("2", "b@x.example; c@x.example", "Ben", "Bakare"))
    path = workbook(tmp_path / "a.xlsx", header, *rows)
    (family,) = read_all(path, several="together", together="household", key="Client no")
    assert family.addresses == ("a@x.example", "b@x.example", "c@x.example")


def test_of_a_household_nobody_is_written_to_at_a_forgotten_address_of_one_of_them(tmp_path):
    header = (*HEADER, "Household")
    rows = (("1", "a@x.example; old@x.example", "Ada", "Bakare"), ("2", "c@x.example", "Ben", "Bakare"))
    path = workbook(tmp_path / "a.xlsx", header, *rows)
    options = {"several": "together", "together": "household"}
    (family,) = read_all(path, **options)
    source = ContactSource(file=path.name, **options)
    (left,) = without(family, {"old@x.example"}, source, "en")
    assert left.addresses == ("a@x.example", "c@x.example")


def test_of_several_addresses_those_that_are_not_written_to_are_told(tmp_path):
    found = reading(
        workbook(tmp_path / "a.xlsx", HEADER, ("1", TWO, "Ada"), ("2", "c@x.example", "Ben")), several="first"
    )
    assert [[problem.what for problem in contact.problems] for contact in found] == [
        ["Only a@x.example is written to, not b@x.example."],
        [],
    ]


def test_where_none_of_several_addresses_is_one_each_is_told(tmp_path):
    found = reading(workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@; b@", "Ada")), several="first")
    assert list(found) == []
    assert [problem.kind for problem in found.problems] == ["bad-address"] * 2


def test_a_bad_address_among_several_is_said_and_the_others_stand(tmp_path):
    found = reading(workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example; b@", "Ada")), several="together")
    assert [(contact.address, contact.also) for contact in found] == [("a@x.example", ())]
    assert "bad-address" in [problem.kind for problem in found.problems]


def test_a_couple_on_one_address_gets_one_mail_to_both(tmp_path):
    rows = (("1", "home@x.example", "Tunde"), ("7", "c@x.example", "Cy"), ("2", "Home@x.example", "Kemi"))
    found = reading(workbook(tmp_path / "a.xlsx", HEADER, *rows), key="Client no", together="household")
    couple, other = found
    assert (couple.name, couple.key, couple.also, couple.fields["first_name"].shown) == (
        "Tunde and Kemi",
        "1",
        (),
        "Tunde and Kemi",
    )
    assert [member.key for member in couple.members] == ["1", "2"]
    assert other.members == ()
    assert found.problems == []


def test_a_household_column_joins_different_addresses_and_those_without(tmp_path):
    header = (*HEADER, "Household", "Language")
    rows = (
        ("1", None, "Kid", "Bakare", "fr"),
        ("2", "a@x.example", "Ada", "Bakare", "fr"),
        ("3", "b@x.example", "Ben", "bakare", "fr"),
    )
    (family,) = read_all(workbook(tmp_path / "a.xlsx", header, *rows), key="Client no", together="household")
    assert (family.address, family.also) == ("a@x.example", ("b@x.example",))
    assert family.fields["first_name"].shown == "Ada, Kid et Ben"


def test_a_member_without_address_is_no_problem_of_a_household_and_what_else_is_odd_is_told(tmp_path):
    rows = (("1", None, "Kid", "Bakare"), ("2", "info@x.example", "Ada", "Bakare"))
    path = workbook(tmp_path / "a.xlsx", (*HEADER, "Household"), *rows)
    assert kinds(reading(path, key="Client no", together="household")) == ["role-address"]


def test_a_row_that_belongs_to_two_households_makes_them_one(tmp_path):
    rows = (
        ("1", "a@x.example", "Ada", None),
        ("2", "b@x.example", "Ben", "Bakare"),
        ("3", "c@x.example", "Cy", None),
        ("4", "A@x.example", "Kid", "bakare"),
        ("5", "b@x.example", "Dan", None),
    )
    family, other = read_all(
        workbook(tmp_path / "a.xlsx", (*HEADER, "Household"), *rows), key="Client no", together="household"
    )
    assert [member.key for member in family.members] == ["1", "2", "4", "5"]
    assert family.addresses == ("a@x.example", "b@x.example")
    assert other.addresses == ("c@x.example",)


def test_who_shares_an_address_and_has_a_day_of_their_own_is_no_doubled_address(tmp_path):
    rows = (("1", "home@x.example", "1 May"), ("2", "home@x.example", "3 June"))
    path = workbook(tmp_path / "a.xlsx", ("Client no", "E-mail", "Birthday"), *rows)
    source = ContactSource(file=path.name, key="Client no", together="household")
    found = contacts.read("clients", source, tmp_path, firm=FIRM, today=TODAY, own_day="birthday")
    assert [contact.key for contact in found] == ["1", "2"]
    assert found.problems == []


def test_who_has_a_day_of_their_own_and_no_address_is_written_to_at_the_others_if_a_key_tells_them_apart(tmp_path):
    header = ("Client no", "E-mail", "Household", "Birthday")
    rows = (("1", "a@x.example", "Bakare", "1 May"), ("2", None, "Bakare", "3 June"), (None, None, "Bakare", "4 July"))
    path = workbook(tmp_path / "a.xlsx", header, *rows)
    source = ContactSource(file=path.name, key="Client no", together="household")
    found = contacts.read("clients", source, tmp_path, firm=FIRM, today=TODAY, own_day="birthday")
    assert [(contact.key, contact.address) for contact in found] == [("1", "a@x.example"), ("2", "a@x.example")]


def test_somebody_without_address_or_household_stays_a_problem(tmp_path):
    found = reading(workbook(tmp_path / "a.xlsx", HEADER, ("1", None, "Kid"), ADA[:0] + BEN), together="household")
    assert [contact.name for contact in found] == ["Ben"]
    assert [problem.kind for problem in found.problems] == ["no-address"]


def test_many_rows_become_one_mail_with_its_rows(tmp_path):
    rows = (("1", "a@x.example", 10), ("1", "A@x.example", 20), ("2", "b@x.example", 30))
    path = workbook(tmp_path / "a.xlsx", ("Client no", "E-mail", "Invoice"), *rows)
    ada, ben = read_all(path, key="Client no", group_by="address")
    assert [member.fields["invoice"].value for member in ada.members] == [10, 20]
    assert [member.fields["invoice"].value for member in ben.members] == [30]
    assert len(read_all(path, group_by="Client no")) == 2


def test_nobody_is_shown_the_rows_of_others_who_too_have_nothing_in_the_column_to_group_by(tmp_path):
    rows = (("a@x.example", "", 10), ("b@x.example", "", 20), ("a@x.example", "", 30))
    path = workbook(tmp_path / "a.xlsx", ("E-mail", "Company", "Invoice"), *rows)
    found = read_all(path, group_by="Company")
    assert [[member.fields["invoice"].value for member in contact.members] for contact in found] == [[10, 30], [20]]


def test_sheets_of_a_large_file_lose_no_row_when_they_are_found_one_after_the_other(tmp_path):
    rows = [(str(at), f"p{at}@x.example", "word " * 20) for at in range(1500)]
    path = book(
        tmp_path / "a.xlsx", {"One": [HEADER, *rows], "Two": [HEADER, *[(f"b{r[0]}", f"b{r[1]}", r[2]) for r in rows]]}
    )
    padded = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(padded, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        target.writestr("padding.bin", b" " * 3_000_000)
    path.write_bytes(padded.getvalue())
    found = reading(path, sheet="*")
    assert re.search("ChildBook", repr(found._book))
    assert sum(1 for _ in found) == 3000


@pytest.mark.parametrize(
    ("first", "second"), [("ada+news@x.example", "ada@x.example"), ("a.da@gmail.com", "ada@gmail.com")]
)
def test_plus_tags_and_gmail_dots_make_one_mailbox_where_the_firm_says_so(tmp_path, first, second):
    path = workbook(tmp_path / "a.xlsx", ("E-mail",), (first,), (second,))
    assert kinds(reading(path)) == []
    firm = FIRM.model_copy(update={"same_address": "plus-and-dots"})
    found = reading(path, firm=firm)
    assert kinds(found) == ["doubled-address"]
    assert found.problems[0].what == f"{second} is the mailbox of {first} in row 2."
