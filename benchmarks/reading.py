"""Reading a large workbook: our pass and whole contacts, beside openpyxl's read_only pass over the same cells.

`python -m benchmarks.reading [ROWS]`; each reader runs in a process of its own. Aim: contacts in at most openpyxl's time.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADER = ("Client no", "E-mail", "First name", "Last name", "Company", "Client since", "Last project", "Amount",
          "Discount", "Partner", "Language", "On hold")  # fmt: skip
READERS = ("openpyxl", "rows", "contacts")


def make(path: Path, rows: int) -> None:
    """A workbook as Excel writes it: shared strings, styles, every twentieth row hidden."""
    strings: dict[str, int] = {}

    def text(reference: str, words: str) -> str:
        return f'<c r="{reference}" t="s"><v>{strings.setdefault(words, len(strings))}</v></c>'

    parts = [
        "".join(("<row r='1'>", *(text(f"{'ABCDEFGHIJKL'[at]}1", word) for at, word in enumerate(HEADER)), "</row>"))
    ]
    for at in range(2, rows + 2):
        words = {"B": f"person{at}@client{at % 997}.example", "C": f"First{at % 500}", "D": f"Last{at % 3000}",
                 "E": f"Company {at % 5000} & Sons", "G": f"the lease of shop {at % 800}", "J": f"Partner {at % 7}",
                 "K": "en" if at % 5 else "fr", "L": "no"}  # fmt: skip
        numbers = {"A": (1, at), "F": (2, 38000 + at % 8000), "H": (3, f"{at * 1.37:.2f}"), "I": (4, at % 20 / 100)}
        cells = {**{c: text(f"{c}{at}", word) for c, word in words.items()},
                 **{c: f'<c r="{c}{at}" s="{style}"><v>{number}</v></c>' for c, (style, number) in numbers.items()}}  # fmt: skip
        hidden = "" if at % 20 else ' hidden="1"'
        parts.append(f'<row r="{at}"{hidden}>{"".join(cells[c] for c in sorted(cells))}</row>')
    shared = "".join(f"<si><t>{escape(words)}</t></si>" for words in strings)
    write(path, "".join(parts), shared)


def write(path: Path, sheet: str, shared: str) -> None:
    """Pack the parts."""
    kinds = (("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml"))
    links = "".join(f'<Relationship Id="r{at}" Type="{_TYPE}/{k}" Target="{t}"/>' for at, (k, t) in enumerate(kinds, 1))
    ids = (0, 164, 15, 4, 9)
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in ids)
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = (
        ("workbook", "sheet.main"),
        ("worksheets/sheet1", "worksheet"),
        ("styles", "styles"),
        ("sharedStrings", "sharedStrings"),
    )
    types = "".join(f'<Override PartName="/xl/{p}.xml" ContentType="{sheet_type}.{k}+xml"/>' for p, k in overrides)
    content = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="a" Type="{_TYPE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_TYPE}"><sheets><sheet name="Clients" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}">{links}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="00000"/></numFmts>'
        f'<cellXfs count="{len(ids)}">{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, xml in content.items():
            package.writestr(name, xml)


def by_openpyxl(path: Path) -> int:
    """Cells that openpyxl's read_only mode gives."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    sheet = book["Clients"]
    sheet.reset_dimensions()
    return sum(1 for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def by_rows(path: Path) -> int:
    """Cells that our pass gives, shown and typed, hidden rows told apart."""
    from mailer.contacts.formats import place_of
    from mailer.contacts.xlsx import XlsxBook

    return sum(len(row.cells) for row in XlsxBook(path, place_of("en", "NG")).rows("Clients"))


def by_contacts(path: Path) -> int:
    """Contacts, checked and understood."""
    from mailer.config import ContactSource, Firm
    from mailer.contacts import read

    source = ContactSource.model_validate({"file": path.name, "key": "Client no"})
    firm = Firm.model_validate({"name": "A firm", "country": "NG"})
    return sum(1 for _ in read("clients", source, path.parent, firm=firm, today=date(2026, 11, 21)))


def measure(reader: str, path: Path) -> None:
    """Run one reader here and print what it took."""
    started = time.perf_counter()
    found = {"openpyxl": by_openpyxl, "rows": by_rows, "contacts": by_contacts}[reader](path)
    seconds = time.perf_counter() - started
    peaks = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"reader": reader, "found": found, "seconds": round(seconds, 2), "peak_mb": peaks}))


def measured(reader: str, path: Path) -> dict[str, Any]:
    """What one reader took, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reading", reader, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(rows: int = 100_000) -> None:
    """Make the workbook, run every reader, and compare with openpyxl."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.xlsx"
        make(path, rows)
        print(f"{rows:,} rows × {len(HEADER)} columns, {path.stat().st_size / 1e6:.1f} MB")
        theirs = 0.0
        for reader in READERS:
            line = measured(reader, path)
            theirs = theirs or line["seconds"]
            of = line["seconds"] / theirs
            own, child = line["peak_mb"]
            print(
                f"{reader:10} {line['found']:>10,} {line['seconds']:8.2f} s  {of:5.2f} of openpyxl  {own} MB, child {child} MB"
            )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main(*(int(word) for word in sys.argv[1:]))
