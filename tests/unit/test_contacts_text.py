"""Text files are read whatever their encoding and delimiter, and the guess is told."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.contacts import look
from mailer.contacts.opening import open_book
from tests.workbooks import FIRM, read_all, reading, refusal, shown


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Name;E-mail\nZoë;z@x.example\n", "utf-8"),
        ("Name;E-mail\nZoë;z@x.example\n", "utf-8-sig"),
        ("Name\tE-mail\nZoë\tz@x.example\n", "utf-16"),
        ("Name\tE-mail\nZoë\tz@x.example\n", "utf-16-le"),
        ("Name,E-mail\nZoë,z@x.example\n", "utf-16-be"),
        ("Name,E-mail\nZoë,z@x.example\n", "utf-32"),
        ("Name,E-mail\nZoë,z@x.example\n", "cp1252"),
        ("sep=|\nName|E-mail\nZoë|z@x.example\n", "utf-8"),
        ("Name,E-mail\rZoë,z@x.example\r", "utf-8"),
        ("Name,E-mail\r\nZoë,z@x.example", "utf-8"),
        ("\n\nName,E-mail\nZoë,z@x.example\n", "utf-8"),
    ],
)
def test_a_text_file_is_read_whatever_its_encoding_and_delimiter(tmp_path, content, encoding):
    (tmp_path / "a.csv").write_bytes(content.encode(encoding))
    (contact,) = read_all(tmp_path / "a.csv")
    assert (contact.name, contact.address) == ("Zoë", "z@x.example")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Zoé;5 €\nB’s;“q”\n", "cp1252"),
        ("Noemi;Łódź\nPaweł Święty;ż\n", "cp1250"),
        ("Jürgen;Zoé\n", "mac_roman"),
        ("Jürgen;Zoé\n", "cp850"),
        ("Иван;Ольга Петрова\n", "cp1251"),
        ("Иван;Ольга Петрова\n", "koi8_r"),
    ],
)
def test_a_code_page_is_known_by_words_that_look_like_words(tmp_path, text, encoding):
    (tmp_path / "a.csv").write_bytes(("E-mail;x\n" + "a" * 300_000 + "\n" + text).encode(encoding))
    found = [cell for row in shown(tmp_path / "a.csv")[2:] for cell in row]
    assert found == [cell for line in text.splitlines() for cell in line.split(";")]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_slip_in_utf8_leaves_all_other_letters_as_they_are(tmp_path, mark):
    (tmp_path / "a.csv").write_bytes(
        mark + b"Name,E-mail\n" + "Zoé,z@x.example\n".encode() * 20 + b"Ren\xe9,r@x.example\n"
    )
    rows = shown(tmp_path / "a.csv")
    assert (rows[1][0], rows[-1][0]) == ("Zoé", "René")
    assert "some letters of CP1252" in look(tmp_path / "a.csv", "", firm=FIRM).notes[0]


def test_a_file_of_bytes_that_are_no_text_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(bytes(range(256)) * 40)
    assert "no text file" in str(refusal(tmp_path / "a.csv"))


def test_zeros_that_a_program_kept_from_excel_are_kept(tmp_path):
    (tmp_path / "a.csv").write_text('\ufeff\ufeffE-mail,Zip\n\n\na@x.example,="02110"\n\x1a', encoding="utf-8")
    rows = list(open_book(tmp_path / "a.csv", "en", "US").rows(""))
    assert [(row.number, row.times, list(row.cells.values())) for row in rows] == [
        (1, 1, [("E-mail", "E-mail"), ("Zip", "Zip")]),
        (2, 2, []),
        (4, 1, [("a@x.example", "a@x.example"), ("02110", "02110")]),
        (5, 1, []),
    ]


def test_thousands_of_columns_with_one_header_are_told_apart_quickly(tmp_path):
    (tmp_path / "a.csv").write_text("E-mail" + ",x" * 9_000 + "\na@x.example\n", encoding="utf-8")
    found = reading(tmp_path / "a.csv")
    assert list(next(iter(found)).fields)[-1] == "x_9000"
    assert len(found.problems) == 100


def test_a_line_break_in_quotes_stays_in_its_cell(tmp_path):
    (tmp_path / "a.csv").write_text('Name,E-mail\n"Ada\nObi",a@x.example\n', encoding="utf-8")
    assert shown(tmp_path / "a.csv")[1] == ["Ada\nObi", "a@x.example"]


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_line(tmp_path):
    (tmp_path / "a.csv").write_text('Name,E-mail\n"Ada,a@x.example\nBen,b@x.example\n', encoding="utf-8")
    assert "line 2" in str(refusal(tmp_path / "a.csv"))


def test_a_measure_in_inches_is_no_open_quotation(tmp_path):
    (tmp_path / "a.csv").write_text('Name,E-mail,Size\nAda,a@x.example,6"\nBen,b@x.example,7\n', encoding="utf-8")
    assert len(read_all(tmp_path / "a.csv")) == 2


def test_the_guess_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("Name;E-mail\n", encoding="utf-8")
    assert look(tmp_path / "a.csv", "", firm=FIRM).notes == ("read as UTF-8, columns parted by semicolons",)


def cells(exclude=""):
    text = st.text(
        st.characters(codec="utf-8", exclude_characters="\0\r" + exclude, exclude_categories=("Cs",)), max_size=8
    )
    return text.map(str.strip).filter(bool)


def written_and_read(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["name", "e-mail", "c", "d"], *rows])
    return shown(path)[1:]


@given(st.lists(st.lists(cells(), min_size=4, max_size=4), min_size=1, max_size=6))
def test_what_was_written_as_csv_is_read_again(tmp_path_factory, rows):
    assert written_and_read(tmp_path_factory.mktemp("csv") / "a.csv", rows) == rows


@given(st.lists(st.lists(cells(exclude=",;|\t"), min_size=2, max_size=4), min_size=1, max_size=6))
def test_rows_of_different_lengths_are_read_as_they_are(tmp_path_factory, rows):
    assert written_and_read(tmp_path_factory.mktemp("csv") / "a.csv", rows) == rows


def test_a_cell_of_many_letters_is_read(tmp_path):
    (tmp_path / "a.csv").write_text("Name,E-mail\n" + "x" * 300_000 + ",a@x.example\n", encoding="utf-8")
    assert len(read_all(tmp_path / "a.csv")[0].name) == 300_000


def test_a_number_longer_than_any_is_text(tmp_path):
    (tmp_path / "a.csv").write_text(f"E-mail,Number\na@x.example,{'9' * 400}\n", encoding="utf-8")
    (contact,) = read_all(tmp_path / "a.csv")
    assert contact.fields["number"].value == "9" * 400
