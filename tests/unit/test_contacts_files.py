"""Every kind of file people have, and a clear sentence for those that cannot be used."""

import io
import pickle
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mailer.contacts import look, worker
from mailer.contacts.child import ChildBook
from mailer.contacts.formats import place_of
from mailer.contacts.old import OldBook
from mailer.contacts.opening import open_book
from mailer.errors import ContactsError
from tests.workbooks import FIRM, HEADER, by_hand, kinds, read_all, reading, text_row, workbook

PEOPLE = text_row(1, *HEADER) + text_row(2, "1", "a@x.example", "Ada")


def shown(path: Path, sheet: str = "") -> list[list[str]]:
    """The texts of every row that is not blank."""
    return [[text for text, _ in row.cells.values()] for row in look(path, sheet, firm=FIRM).rows]


def refusal(path: Path) -> ContactsError:
    """What is said of a file that cannot be used."""
    with pytest.raises(ContactsError) as caught:
        shown(path)
    return caught.value


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


def test_a_slip_in_utf8_leaves_all_other_letters_as_they_are(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"Name,E-mail\n" + "Zoé,z@x.example\n".encode() * 20 + b"Ren\xe9,r@x.example\n")
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


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=8)


@given(st.lists(st.lists(TEXT.map(str.strip).filter(bool), min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_was_written_as_csv_is_read_again(tmp_path_factory, rows):
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["name", "e-mail", "c", "d"], *rows])
    assert shown(path)[1:] == rows


ODS = (
    '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s"><office:automatic-styles>'
    '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>{}</office:spreadsheet></office:body>"
    "</office:document-content>"
)


def ods(path: Path, tables: str, manifest: str = "<manifest/>") -> Path:
    """An .ods file by hand."""
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", ODS.format(tables))
        package.writestr("META-INF/manifest.xml", manifest)
    return path


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>\n<text:p>{text}</text:p>\n</table:table-cell>"


SINCE = cell("3 March 2015", 'office:value-type="date" office:date-value="2015-03-03"')
SHARE = cell("10 %", 'office:value-type="percentage" office:value="0.1"')
REPEATED = cell("x", 'table:number-columns-repeated="16000"')


def test_an_ods_file_is_read_as_it_is_shown_with_its_values(tmp_path):
    rows = (
        f"<table:table-row>{cell('E-mail')}{cell('Since')}{cell('Share')}</table:table-row>\n"
        f"<table:table-row>{cell('a@x.example')}"
        f"{SINCE}"
        f"{SHARE}</table:table-row>"
        f"<table:table-row table:visibility='filter'>{cell('b@x.example')}</table:table-row>"
        "<table:table-row table:number-rows-repeated='1048000'><table:table-cell/></table:table-row>"
    )
    found = reading(ods(tmp_path / "a.ods", f"<table:table table:name='People'>{rows}</table:table>"))
    (contact,) = found
    assert (str(contact.fields["since"]), contact.fields["since"].value) == ("3 March 2015", date(2015, 3, 3))
    assert (str(contact.fields["share"]), contact.fields["share"].value) == ("10 %", 0.1)
    assert found.skipped["hidden"] == 1


def test_a_hidden_sheet_is_passed_over(tmp_path):
    row = (
        f"<table:table-row>{cell('E-mail')}</table:table-row><table:table-row>{cell('%s@x.example')}</table:table-row>"
    )
    tables = "<table:table table:name='Old' table:style-name='ta2'>" + row % "old" + "</table:table>"
    tables += "<table:table table:name='New'>" + row % "new" + "</table:table>"
    found = reading(ods(tmp_path / "a.ods", tables))
    assert [contact.address for contact in found] == ["new@x.example"]
    assert found.sheets == ("New",)


def test_a_cell_repeated_over_the_whole_sheet_is_refused(tmp_path):
    row = f"<table:table-row table:number-rows-repeated='1000000'>{REPEATED}"
    assert "repeats" in str(
        refusal(ods(tmp_path / "a.ods", f"<table:table table:name='A'>{row}</table:table-row></table:table>"))
    )


@pytest.mark.parametrize(
    ("name", "content", "said", "cure"),
    [
        ("a.xls", b"<html><table><tr><td>E-mail</td></tr></table></html>", "a web page", "save it as .xlsx"),
        ("a.xls", b"Name\tE-mail\nAda\ta@x.example\n", "a text file", "Rename it to a.csv"),
        ("a.xlsx", b"Name,E-mail\n", "a text file", "Rename it to a.csv"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "an XML file", "save it as .xlsx"),
        ("a.csv", b"", "is empty", ""),
        ("a.csv", b"\xef\xbb\xbf\n\n", "is empty", ""),
        ("a.pdf", b"%PDF-1.7", "a PDF document", ""),
        ("a.xlsx", b"PK\x03\x04 and nothing else", "is damaged", "save it again"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is damaged", "save it again"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password", "without a password"),
        ("a.xlsx", b"\0\1\2\3", "is damaged", ""),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_sentence_with_a_cure(tmp_path, name, content, said, cure):
    (tmp_path / name).write_bytes(content)
    error = refusal(tmp_path / name)
    assert said in str(error)
    assert cure in error.cure


def zipped(path: Path, *names: str, content: str = "x") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in names:
            package.writestr(name, content)
    return path


def test_a_numbers_document_is_told_how_to_export(tmp_path):
    assert "Export" in refusal(zipped(tmp_path / "a.numbers", "Index/Document.iwa")).cure


def test_a_zip_that_is_no_workbook_is_told(tmp_path):
    assert "no workbook" in str(refusal(zipped(tmp_path / "a.xlsx", "readme.txt")))


def test_an_encrypted_ods_is_told(tmp_path):
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    assert "password" in str(refusal(ods(tmp_path / "a.ods", "", manifest)))


BOMB = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + at)} "&{chr(97 + at)};&{chr(97 + at)};&{chr(97 + at)};">' for at in range(20))
    + "]>"
)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]
)
def test_an_entity_bomb_in_any_part_is_refused(tmp_path, part):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE, parts={part: f"{BOMB}<worksheet>&u;</worksheet>"})
    assert "entities" in str(refusal(path))


def test_a_part_that_unpacks_without_end_is_refused(tmp_path):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE, parts={"xl/styles.xml": "<a>" + " " * 70_000_000 + "</a>"})
    assert "far more" in str(refusal(path))


def test_a_sheet_of_blank_space_costs_no_memory(tmp_path):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE + " " * 20_000_000)
    assert len(read_all(path)) == 1


@pytest.mark.parametrize("dimension", ["A1", "A1:XFD1048576", "nonsense", "A1:B1"])
def test_declared_dimensions_are_never_believed(tmp_path, dimension):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE)
    text = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(text)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    sheet = sheet.replace("<sheetData>", f'<dimension ref="{dimension}"/><sheetData>')
    assert len(read_all(by_hand(tmp_path / "b.xlsx", "", parts={"xl/worksheets/sheet1.xml": sheet}))) == 1


def test_rows_and_cells_without_coordinates_are_counted(tmp_path):
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts) + "</row>"
        for texts in (HEADER, ("1", "a@x.example", "Ada"), ("2", "b@x.example", "Ben"))
    )
    assert [contact.source.row for contact in read_all(by_hand(tmp_path / "a.xlsx", rows))] == [2, 3]


def test_what_stands_between_the_tags_of_a_cell_is_only_layout(tmp_path):
    rows = """<row r="1">
        <c r="A1" t="inlineStr">
            <is> <r> <t>E-</t> </r> <r> <t>mail</t> </r> </is>
            <extLst> <ext> aside </ext> </extLst>
        </c>
        <c r="B1"> <f>1+1</f> <v> 2 </v> </c>
    </row>"""
    assert shown(by_hand(tmp_path / "a.xlsx", rows)) == [["E-mail", "2"]]


def test_a_million_blank_rows_are_one_that_counts_for_all(tmp_path):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE + '<row s="1"/>' * 100_000)
    rows = list(open_book(path, "en", "NG").rows("Clients"))
    assert (rows[-1].number, rows[-1].times, rows[-1].cells) == (3, 100_000, {})
    found = reading(path)
    assert (len(list(found)), found.skipped["blank"]) == (1, 100_000)


def test_more_rows_than_a_sheet_has_are_refused(tmp_path):
    assert "damaged" in str(refusal(by_hand(tmp_path / "a.xlsx", PEOPLE + "<row/>" * 1_050_000)))


def test_a_cell_without_end_is_refused(tmp_path):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE + f'<row><c t="inlineStr"><is><t>{"ab" * 4_000_000}</t></is></c></row>')
    assert "damaged" in str(refusal(path))


def test_a_part_packed_beyond_reason_is_refused_before_it_is_read(tmp_path):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE, parts={"xl/media/image.bin": "0" * 70_000_000})
    assert "far more" in str(refusal(path))


def test_a_text_that_is_not_in_the_file_is_a_problem_and_many_are_damage(tmp_path):
    cell = '<c r="C3" t="s"><v>7</v></c>'
    path = by_hand(tmp_path / "a.xlsx", PEOPLE + text_row(3, "2", "b@x.example").replace("</row>", f"{cell}</row>"))
    assert kinds(reading(path)) == ["lost-text"]
    rows = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>{at}</v></c></row>' for at in range(3, 200))
    assert "damaged" in str(refusal(by_hand(tmp_path / "b.xlsx", PEOPLE + rows)))


def test_characters_that_no_cell_shows_are_left_out(tmp_path):
    rows = text_row(1, "a_x0000_b_xD800_c", "_xD83D__xDE00_")
    assert shown(by_hand(tmp_path / "a.xlsx", rows)) == [["abc", "😀"]]


def test_sheets_that_are_listed_but_not_there_or_have_one_name_are_told_apart(tmp_path):
    book = (
        '<workbook xmlns="m" xmlns:r="r"><sheets><sheet name="Gone" r:id="r9"/><sheet name="Clients" r:id="r1"/>'
        '<sheet name="Clients" r:id="r1"/></sheets></workbook>'
    )
    outline = open_book(by_hand(tmp_path / "a.xlsx", PEOPLE, parts={"xl/workbook.xml": book}), "en", "NG").outline
    assert [sheet.name for sheet in outline.sheets] == ["Clients", "Clients (2)"]
    assert outline.notes == ("the sheet “Gone” is listed, but is not in the file",)


def test_a_prefix_before_every_tag_changes_nothing(tmp_path):
    sheet = (
        '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>E-mail</x:t></x:is></x:c>'
        '</x:row><x:row r="2"><x:c r="A2" t="str"><x:f>A9</x:f><x:v>a@x.example</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert len(read_all(by_hand(tmp_path / "a.xlsx", "", parts={"xl/worksheets/sheet1.xml": sheet}))) == 1


def test_rich_text_is_joined_and_phonetic_hints_are_left_out(tmp_path):
    strings = (
        '<sst xmlns="m"><si><r><t>E-</t></r><r><rPr><b/></rPr><t>mail</t></r></si>'
        '<si><t>a@x.example</t><rPh sb="0" eb="1"><t>hint</t></rPh></si><si><t>Line_x000D_break</t></si></sst>'
    )
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>2</v></c></row>'
    assert shown(by_hand(tmp_path / "a.xlsx", rows, parts={"xl/sharedStrings.xml": strings})) == [
        ["E-mail"], ["a@x.example", "Line\rbreak"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell_xml",
    [
        '<c r="A3"><v>1e999</v></c>', '<c r="A3"><v>nan</v></c>', '<c r="A3" s="999"><v>5</v></c>', '<c r="A3" t="s"><v>77</v></c>',
        '<c r="A3" t="s"><v>-1</v></c>', '<c r="ZZZZZ3"><v>1</v></c>', '<c r="3"><v>1</v></c>', '<c r="A3" t="d"><v>soon</v></c>',
        '<c r="A3" t="b"><v>maybe</v></c>', f'<c r="A3" t="s"><v>{"9" * 5000}</v></c>', f'<c r="A3"><v>{"9" * 5000}</v></c>', '<c r="A3"><v>12x</v></c>', '<c r="A3" s="x"><v>1</v></c>', '<c r="A3"><v> 5 </v></c>',
    ],
)  # fmt: skip
def test_a_senseless_cell_harms_nobody_else(tmp_path, cell_xml):
    path = by_hand(
        tmp_path / "a.xlsx", PEOPLE + f'<row r="3">{cell_xml}</row>' + text_row(4, "2", "b@x.example", "Ben")
    )
    assert [contact.source.row for contact in read_all(path) if contact.address] == [2, 4]


def test_the_workbook_is_never_touched(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    before = path.read_bytes(), path.stat().st_mtime_ns
    kinds(reading(path))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_large_file_is_read_in_a_child_process_with_the_same_result(tmp_path):
    rows = [(str(at), f"p{at}@x.example", "word " * 40) for at in range(9000)]
    book = open_book(workbook(tmp_path / "a.xlsx", HEADER, *rows), "en", "NG")
    assert isinstance(book, ChildBook)
    assert sum(1 for _ in book.rows("Clients")) == 9001
    assert [row.number for row, _ in zip(book.rows("Clients"), range(3), strict=False)] == [1, 2, 3]
    assert book.merged("Clients") == ()
    book.close()


def test_a_child_that_does_not_answer_is_given_up(tmp_path):
    pipe = tmp_path / "a.csv"
    pipe.write_text("E-mail\n", encoding="utf-8")
    with pytest.raises(ContactsError, match="no progress"):
        ChildBook(pipe, "en", "NG", patience=0.0)


def test_a_refusal_in_the_child_is_the_same_sentence_here(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(ContactsError, match=r"a\.xls is damaged"):
        ChildBook(tmp_path / "a.xls", "en", "NG")


def test_a_child_that_dies_is_told_in_a_sentence(tmp_path):
    book = ChildBook(workbook(tmp_path / "a.xlsx", HEADER), "en", "NG")
    book._process.kill()
    with pytest.raises(ContactsError, match="damaged, or far larger"):
        list(book.rows("Clients"))
    book.close()


def test_the_worker_answers_questions_until_nobody_asks(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER, ("1", "a@x.example", "Ada"))
    questions, answers = io.BytesIO(), io.BytesIO()
    for question in ((1, "outline", ""), (2, "start", "Clients"), (3, "more", "Clients"), (4, "merged", "Clients")):
        pickle.dump(question, questions)
    questions.seek(0)
    worker.serve(path, "en", "NG", questions, answers)
    answers.seek(0)
    found = [pickle.load(answers) for _ in range(4)]
    assert found[0][1].sheets[0].name == "Clients"
    assert [len(found[1][1]), found[2], found[3]] == [2, (3, []), (4, ())]


def test_what_calamine_reads_stands_in_the_right_cells_with_dates_as_the_region_writes_them(tmp_path):
    book = Workbook()
    book.active["C4"], book.active["D6"], book.active["D7"] = "E-mail", 17, date(2025, 3, 1)
    book.save(tmp_path / "a.xlsx")
    rows = [dict(row.cells) for row in OldBook(tmp_path / "a.xlsx", place_of("en", "NG")).rows("Sheet")]
    assert rows == [{}, {}, {}, {3: ("E-mail", "E-mail")}, {}, {4: ("17", 17)}, {4: ("01/03/2025", date(2025, 3, 1))}]


def test_a_value_hidden_by_its_format_is_uncovered_by_read_and_blank_in_a_mail(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("E-mail", "Code"), ("a@x.example", 5), formats={"B2": ";;;"})
    assert shown(path)[1] == ["a@x.example", "5"]
    assert str(read_all(path)[0].fields["code"]) == ""


def test_a_table_inside_a_cell_is_no_sheet_and_ends_none(tmp_path):
    inner = "<table:table table:name='Inner'><table:table-row><table:table-cell/></table:table-row></table:table>"
    rows = f"<table:table-row>{cell('E-mail')}<table:table-cell>{inner}</table:table-cell></table:table-row>"
    rows += f"<table:table-row>{cell('a@x.example')}</table:table-row>"
    found = look(ods(tmp_path / "a.ods", f"<table:table table:name='A'>{rows}</table:table>"), "", firm=FIRM)
    assert [sheet.name for sheet in found.sheets] == ["A"]
    assert [row.number for row in found.rows] == [1, 2]


def test_a_cell_of_many_letters_is_read(tmp_path):
    (tmp_path / "a.csv").write_text("Name,E-mail\n" + "x" * 300_000 + ",a@x.example\n", encoding="utf-8")
    assert len(read_all(tmp_path / "a.csv")[0].name) == 300_000


def test_the_start_of_a_bare_old_workbook_is_read_in_a_child_that_may_die_of_it(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"\x09\x08\x10\x00" + bytes(range(200)))
    assert "damaged" in str(refusal(tmp_path / "a.xls"))
