"""Workbooks that no Excel wrote: what can be read of them is read, in bounded memory."""

import io
import zipfile

import pytest

from mailer.contacts.opening import open_book
from tests.workbooks import HEADER, PEOPLE, by_hand, kinds, read_all, reading, refusal, shown, text_row, workbook


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


def test_a_value_hidden_by_its_format_is_uncovered_by_read_and_blank_in_a_mail(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ("E-mail", "Code"), ("a@x.example", 5), formats={"B2": ";;;"})
    assert shown(path)[1] == ["a@x.example", "5"]
    assert str(read_all(path)[0].fields["code"]) == ""


@pytest.mark.parametrize("number", ["NaN", "inf", "1e999"])
def test_a_number_that_is_none_is_a_problem_of_its_cell_alone(tmp_path, number):
    rows = '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="inlineStr"><is><t>b@x.example</t></is></c>'
    cell = f'<c r="C3" s="1"><v>{number}</v></c></row>'
    styles = '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="2"/></cellXfs></styleSheet>'
    path = by_hand(tmp_path / "a.xlsx", PEOPLE + rows + cell, parts={"xl/styles.xml": styles})
    found = reading(path)
    assert [contact.address for contact in found] == ["a@x.example", "b@x.example"]
    assert [problem.kind for problem in found.problems] == ["cell-error"]
