"""A file that cannot be used, or that asks for too much, is one clear sentence."""

import re
import zipfile
from pathlib import Path

import pytest

from tests.workbooks import HEADER, PEOPLE, by_hand, refusal, workbook


@pytest.mark.parametrize(
    ("name", "content", "said", "cure"),
    [
        ("a.xls", b"<html><table><tr><td>E-mail</td></tr></table></html>", "a web page", "save it as .xlsx"),
        ("a.xls", b"Name\tE-mail\nAda\ta@x.example\n", "a text file", "Rename it to a.csv"),
        ("a.xlsx", b"Name,E-mail\n", "a text file", "Rename it to a.csv"),
        ("config.yaml", b"firm:\n  name: Vale\n", "a text file, not a spreadsheet", "else name the list"),
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


def test_more_rows_than_a_sheet_has_are_refused(tmp_path):
    assert "damaged" in str(refusal(by_hand(tmp_path / "a.xlsx", PEOPLE + "<row/>" * 1_050_000)))


def test_a_cell_without_end_is_refused(tmp_path):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE + f'<row><c t="inlineStr"><is><t>{"ab" * 4_000_000}</t></is></c></row>')
    assert "damaged" in str(refusal(path))


def test_a_part_packed_beyond_reason_is_refused_before_it_is_read(tmp_path):
    path = by_hand(tmp_path / "a.xlsx", PEOPLE, parts={"xl/media/image.bin": "0" * 70_000_000})
    assert "far more" in str(refusal(path))


def test_a_workbook_whose_parts_are_encrypted_is_told(tmp_path):
    path = workbook(tmp_path / "a.xlsx", HEADER)
    content = bytearray(path.read_bytes())
    for found in re.finditer(rb"PK\x01\x02", content):
        content[found.start() + 8] |= 1
    path.write_bytes(content)
    assert "protected by a password" in str(refusal(path))
