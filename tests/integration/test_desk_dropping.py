"""A newer workbook dropped on the desk: seen before it counts, in the old one's place in one step, the old one kept."""

import html
import io
import os
import re
import resource
from contextlib import contextmanager

import pytest
from openpyxl import Workbook

from mailer.contacts.replacing import replace_file
from mailer.desk.door import BOOK_LIMIT, MEGABYTE
from mailer.errors import ContactsError
from tests.desks import HOME, open_desk
from tests.factories import NOW
from tests.workspaces import HEADER, row


def said(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def desk(firm):
    return open_desk(firm)


def book(*rows) -> bytes:
    made, stream = Workbook(), io.BytesIO()
    for each in (HEADER, *rows):
        made.active.append(list(each))
    made.save(stream)
    return stream.getvalue()


NEWER = book(row(1, amount=999), row(3), row(4, first_name="<b>Eve</b>"))


def drop(desk, content=NEWER, name="März clients (2).xlsx", **options):
    form = {"book": (io.BytesIO(content), name)}
    return desk.post("/contacts/clients/drop", form, content_type="multipart/form-data", **options)


def drop_large(desk, size):
    """As a browser would send it."""
    with desk.client.session_transaction(base_url=HOME) as session:
        token = session["form_token"]
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    head = part.format("form_token", "") + token + "\r\n" + part.format("book", '; filename="clients.xlsx"')
    body = head.encode() + b"x" * size + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return desk.client.post(
        "/contacts/clients/drop", base_url=HOME, data=body, content_type=kind, follow_redirects=True
    )


def answered(desk, page, answer, **form):
    mark = re.search(r'name="mark" value="([^"]+)"', page.text)[1]
    return desk.post(f"{page.request.path}/{answer}", {"mark": mark, **form}, follow_redirects=True)


def test_what_would_change_is_shown_and_nothing_counts_yet(firm, desk):
    before = (firm.folder / "clients.xlsx").read_bytes()
    page = drop(desk, follow_redirects=True)
    shown = said(page)
    assert "1 new, 1 gone, 1 changed, 1 as before" in shown
    assert "Gone: 1 Bob2 Stone" in shown
    assert "New: 1 <b>Eve</b> Stone" in shown
    assert "amount 101 now 999" in shown
    assert "<b>Eve" not in page.text
    assert (firm.folder / "clients.xlsx").read_bytes() == before


def test_a_yes_puts_it_in_place_and_keeps_the_old_one_under_its_date(firm, desk):
    before = (firm.folder / "clients.xlsx").read_bytes()
    for number in ("", "-2"):
        shown = said(answered(desk, drop(desk, follow_redirects=True), "yes"))
        assert f"The old one is kept as clients.2026-11-24{number}.xlsx." in shown
        assert (firm.folder / "clients.xlsx").read_bytes() == NEWER
    assert (firm.folder / "clients.2026-11-24.xlsx").read_bytes() == before
    assert "<b>Eve</b> Stone" in said(desk.get("/contacts/clients"))
    assert {path.name for path in firm.folder.iterdir() if "new" in path.name} == set()


def test_a_no_leaves_everything_and_no_trace(firm, desk):
    before = (firm.folder / "clients.xlsx").read_bytes()
    page = drop(desk, follow_redirects=True)
    assert "The present sheet stays." in said(answered(desk, page, "no"))
    assert (firm.folder / "clients.xlsx").read_bytes() == before
    assert list((firm.folder / ".dropped").iterdir()) == []
    assert desk.get(page.request.path).status_code == 404


def test_a_yes_counts_only_for_the_two_files_that_were_compared(firm, desk):
    page = drop(desk, follow_redirects=True)
    firm.edit_sheet(lambda sheet: sheet.cell(3, 6, 77))
    now = (firm.folder / "clients.xlsx").read_bytes()
    assert "the present sheet has changed since" in said(answered(desk, page, "yes"))
    assert (firm.folder / "clients.xlsx").read_bytes() == now


@pytest.mark.parametrize("mark", ["~$clients.xlsx", ".~lock.clients.xlsx#"])
def test_a_sheet_that_is_open_elsewhere_is_not_replaced(firm, desk, mark):
    page = drop(desk, follow_redirects=True)
    (firm.folder / mark).touch()
    before = (firm.folder / "clients.xlsx").read_bytes()
    assert re.search(
        r"clients\.xlsx is open in (Excel|LibreOffice)\. Save and close it there", said(answered(desk, page, "yes"))
    )
    assert (firm.folder / "clients.xlsx").read_bytes() == before
    assert "is open in" in said(drop(desk, follow_redirects=True))


@contextmanager
def no_file_beyond(size):
    """As on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_there_is_no_room_to_keep_the_old_one_it_still_stands_and_nothing_lies_beside_it(tmp_path):
    present, newer = tmp_path / "clients.xlsx", tmp_path / "newer.xlsx"
    present.write_bytes(b"old" * 1000)
    newer.write_bytes(b"new")
    with no_file_beyond(1000), pytest.raises(ContactsError, match="The old one still stands"):
        replace_file(present, newer, tmp_path, today=NOW.date())
    assert present.read_bytes() == b"old" * 1000
    assert {path.name for path in tmp_path.iterdir()} == {"clients.xlsx", "newer.xlsx"}


@pytest.mark.parametrize(
    ("content", "name", "answer"),
    [
        (b"%PDF-1.7", "clients.pdf", "The present sheet is a .xlsx file, and this is not."),
        (b"%PDF-1.7", "clients.xlsx", "clients.xlsx is a PDF document, whatever its name says"),
        (b"PK\x03\x04 cut off", "clients.xlsx", "clients.xlsx"),
        (b"", "clients.xlsx", "The file you chose cannot be used: clients.xlsx is empty."),
        (b"x", "", "No file was chosen."),
        (b"x", "../../config.yaml", "The present sheet is a .xlsx file"),
    ],
)
def test_what_is_no_such_workbook_is_refused_in_a_sentence(firm, desk, content, name, answer):
    before = {path: path.read_bytes() for path in firm.folder.rglob("*.*") if path.is_file() and "db" not in path.name}
    assert answer in said(drop(desk, content, name, follow_redirects=True))
    assert {path: path.read_bytes() for path in before} == before
    assert not list(firm.folder.glob(".dropped/*"))


def test_a_sheet_outside_the_folder_is_never_written(firm, desk):
    outside = firm.folder.parent / "clients.xlsx"
    (firm.folder / "clients.xlsx").rename(outside)
    (firm.folder / "clients.xlsx").symlink_to(outside)
    assert "lies outside the folder of Mailer" in said(drop(desk, follow_redirects=True))


def test_another_list_altogether_is_asked_about(desk):
    page = drop(desk, book(*(row(number) for number in range(50, 60))), follow_redirects=True)
    assert "Is it the right file?" in said(page)


def test_a_present_sheet_that_cannot_be_read_can_be_replaced(firm, desk):
    (firm.folder / "clients.xlsx").write_bytes(b"nonsense")
    page = drop(desk, follow_redirects=True)
    assert "There is nothing to compare it with" in said(page)
    answered(desk, page, "yes")
    assert (firm.folder / "clients.xlsx").read_bytes() == NEWER


def test_a_large_workbook_is_taken_and_one_beyond_measure_refused(desk):
    assert "clients.xlsx is a text file" in said(drop_large(desk, 2 * MEGABYTE))
    answer = drop_large(desk, BOOK_LIMIT)
    assert answer.status_code == 413
    assert "a workbook may have 30 MB" in said(answer)


def test_nothing_is_taken_without_the_pages_token(firm, desk):
    assert (
        desk.client.post(
            "/contacts/clients/drop",
            base_url=HOME,
            data={"book": (io.BytesIO(NEWER), "clients.xlsx")},
        ).status_code
        == 403
    )
    assert not (firm.folder / ".dropped").exists()


def test_closing_the_desk_lets_go_of_what_nobody_said_yes_to(firm, desk):
    drop(desk)
    desk.app.extensions["desk"].close()
    assert list((firm.folder / ".dropped").iterdir()) == []


def test_what_a_killed_desk_left_behind_is_swept_after_a_day(firm, desk):
    old, fresh = firm.folder / ".dropped" / "old", firm.folder / ".dropped" / "fresh"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    drop(desk)
    assert fresh.exists()
    assert not old.exists()
