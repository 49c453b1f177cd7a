"""Contacts on the desk: the sheet as it was read, its cells to mend, and one person's emails."""

import html
import re

import pytest

from tests.desks import open_desk, prepare
from tests.workspaces import row


def said(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def desk(firm):
    firm.write_sheet([row(1), row(2, e_mail="bob at example"), row(3, first_name="<script>alert(1)</script>")])
    return open_desk(firm)


def test_the_sheet_is_shown_as_read_with_its_problems_on_their_cells(desk):
    assert "clients" in said(desk.get("/contacts"))
    shown = said(desk.get("/contacts/clients"))
    assert "Bob1 Stone" in shown
    assert "bob at example" in shown
    assert re.search(r"clients\.xlsx › \w+ › B3", shown)


def test_a_name_that_is_a_script_is_shown_as_a_name(desk):
    for path in ("/contacts/clients", "/contacts/clients/4"):
        assert "<script>alert" not in desk.get(path).text


def test_people_are_found_by_name_address_and_number(desk):
    for text in ("bob1", "client1@", "C0001"):
        assert "1 person" in said(desk.get(f"/contacts/clients?find={text}"))


def test_a_mended_cell_is_seen_when_the_page_is_loaded_again(firm, desk):
    desk.get("/contacts/clients")
    firm.edit_sheet(lambda sheet: sheet.cell(3, 2, "bob@client.example"))
    assert "bob@client.example" in said(desk.get("/contacts/clients"))


def test_a_persons_story_has_their_facts_and_emails(firm, desk):
    prepare(firm)
    shown = said(desk.get("/contacts/clients/2"))
    assert "101" in shown
    assert "Thank you, Bob1" in shown
    assert "to review" in shown


def test_a_row_that_is_gone_and_a_sheet_that_cannot_be_read_are_said_plainly(firm, desk):
    assert desk.get("/contacts/clients/99").status_code == 404
    nowhere = desk.get("/contacts/nobody")
    assert nowhere.status_code == 404
    assert "There is no such page." in nowhere.text
    (firm.folder / "clients.xlsx").write_bytes(b"nonsense")
    answer = desk.get("/contacts/clients")
    assert answer.status_code == 409
    assert "clients.xlsx" in answer.text
    assert 'action="/contacts/clients/drop"' in answer.text


def test_people_are_filtered_by_who_knows_them_and_by_what_is_to_look_at(firm):
    firm.write_sheet([row(1), row(2, owner="Tom"), row(3, owner="Tom", e_mail="bob@gmial.com")])
    desk = open_desk(firm)
    assert "2 people" in said(desk.get("/contacts/clients?owner=Tom"))
    shown = said(desk.get("/contacts/clients?owner=Tom&odd=1"))
    assert "1 person" in shown
    assert "bob@gmial.com" in shown
    assert "Nobody in this sheet is as you asked for" in said(desk.get("/contacts/clients?owner=Ada&odd=1"))
