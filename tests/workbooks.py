"""Workbooks and text files for tests: written here, with openpyxl or by hand, never taken from elsewhere."""

import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from mailer import contacts
from mailer.config.models import ContactSource, Firm
from mailer.errors import ContactsError
from mailer.model import Contact

FIRM = Firm(name="Harbour & Vale", language="en", country="NG")
TODAY = date(2026, 11, 21)
HEADER = ("Client no", "E-mail", "First name")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(path: Path, *rows: Iterable[object], formats: Mapping[str, str] | None = None) -> Path:
    """A saved workbook with one sheet, "Clients"; `formats` is cell → number format."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Clients"
    for row in rows:
        sheet.append(list(row))
    for cell, code in (formats or {}).items():
        sheet[cell].number_format = code
    book.save(path)
    return path


def by_hand(path: Path, sheet_data: str, *, tail: str = "", parts: Mapping[str, str] | None = None) -> Path:
    """A workbook whose sheet is given as XML, for what no program would write."""
    content = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="a" Type="{_TYPE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_TYPE}"><sheets><sheet name="Clients" '
        'sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" '
        f'Type="{_TYPE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{_TYPE}/styles" Target="styles.xml"/><Relationship Id="r3" Type="{_TYPE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet_data}</sheetData>{tail}</worksheet>',
        **(parts or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in content.items():
            package.writestr(name, text)
    return path


def text_row(number: int, *cells: str, attributes: str = "") -> str:
    """One <row> of inline strings."""
    letters = "ABCDEFGH"
    inner = "".join(
        f'<c r="{letters[at]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for at, cell in enumerate(cells)
    )
    return f'<row r="{number}" {attributes}>{inner}</row>'


def reading(path: Path, *, firm: Firm = FIRM, **options: object) -> contacts.Reading:
    """The reading of a source made of one file."""
    source = ContactSource(file=path.name, **options)  # type: ignore[arg-type]
    return contacts.read("clients", source, path.parent, firm=firm, today=TODAY)


def read_all(path: Path, **options: object) -> list[Contact]:
    """All contacts of a file."""
    return list(reading(path, **options))


def kinds(found: contacts.Reading) -> list[str]:
    """The kinds of problems of a reading, after exhausting it."""
    list(found)
    return [problem.kind for problem in found.problems]


#: The rows of a sheet with one person.
PEOPLE = text_row(1, *HEADER) + text_row(2, "1", "a@x.example", "Ada")


def shown(path: Path, sheet: str = "") -> list[list[str]]:
    """The texts of every row that is not blank."""
    return [[text for text, _ in row.cells.values()] for row in contacts.look(path, sheet, firm=FIRM).rows]


def refusal(path: Path) -> ContactsError:
    """What is said of a file that cannot be used."""
    with pytest.raises(ContactsError) as caught:
        shown(path)
    return caught.value
