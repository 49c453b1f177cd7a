"""A status workbook as a file: its rows stream into the zip as text, so that a large list costs little."""

from __future__ import annotations

import os
import re
import secrets
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

from mailer.contacts.rows import letters
from mailer.contacts.status_parts import COLOURS, HEADING, LINKS, MAIN, MOMENT, PLAIN, parts
from mailer.errors import ContactsError

Texts = Sequence[str]
#: What the added columns are called, and how wide they are.
ADDED = {"State": 14, "When": 18, "Why": 48, "Campaign": 18, "Subject": 40, "Draft": 26}
#: A numbered sibling is tried so often when the file is open in Excel.
_SIBLINGS = 99
#: What may not stand in the name of a sheet, which has 31 letters at most.
_UNFIT = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
#: Characters that XML has no place for.
_NO_PLACE = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_ILLEGAL = re.compile(f"[{_NO_PLACE}]")
#: What perhaps cannot be written as it is; most texts have nothing of it.
_AWKWARD = re.compile(f"[&<>_{_NO_PLACE}]")
#: What Excel would read as the number of a character.
_LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST = 32_767
#: Rows that go into the zip together.
_AT_ONCE = 100
#: Day 0 of Excel's calendar, as it counts from March 1900 on.
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no zones
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet to write."""

    sheet: str
    #: The user's own.
    headers: Sequence[str]
    #: The cells up to the state, the time, and the cells after it, row by row; read once.
    rows: Iterable[tuple[Texts, datetime | None, Texts]]
    #: The state of each row.
    states: Sequence[str]


def write_book(path: Path, pages: Sequence[Page], *, now: datetime, note: str = "") -> Path:
    """Write it whole or not at all; gives the path, which is a sibling's while the file is open in Excel.

    Raises ContactsError when the folder cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")  # another may be writing it too
    try:
        with unfinished.open("wb") as file:
            _pack(file, pages, now, note)
            file.flush()
            os.fsync(file.fileno())
        return _replace(unfinished, path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ContactsError(
            f"{path} cannot be written: {reason}.", cure="Make room there, or free the file."
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _replace(unfinished: Path, path: Path) -> Path:
    for target in _siblings(path):
        if not _is_open(target):
            with suppress(PermissionError):
                return unfinished.replace(target)
    raise PermissionError(13, "it and its siblings are open elsewhere")


def _is_open(path: Path) -> bool:
    """Whether the mark stands beside it that Excel and LibreOffice leave while they have it open."""
    return any(path.with_name(mark).exists() for mark in (f"~${path.name}", f".~lock.{path.name}#"))


def _siblings(path: Path) -> Iterator[Path]:
    yield path
    stem = path.name.removesuffix(".xlsx")
    for number in range(2, _SIBLINGS):
        yield path.with_name(f"{stem}-{number}.xlsx")


def _pack(file: IO[bytes], pages: Sequence[Page], now: datetime, note: str) -> None:
    counts = Counter(state or "nothing yet" for page in pages for state in page.states)
    sheets = [*(_sheet_xml(page) for page in pages), _summary_xml(counts, now, note)]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts([*_titles(pages), "Summary"], len(counts)).items():
            package.writestr(name, content)
        for at, pieces in enumerate(sheets, 1):
            with package.open(f"xl/worksheets/sheet{at}.xml", "w", force_zip64=True) as stream:
                while written := "".join(islice(pieces, _AT_ONCE)):
                    stream.write(written.encode())


def _titles(pages: Sequence[Page]) -> Iterator[str]:
    """A name for each sheet as Excel allows it, and no two alike."""
    taken = {"summary"}
    for page in pages:
        wanted = _UNFIT.sub(" ", page.sheet)[:28].strip("' ") or "Status"
        wanted = "Status" if wanted.casefold() == "summary" else wanted
        title = next(each for each in _numbered(wanted) if each.casefold() not in taken)
        taken.add(title.casefold())
        yield title


def _numbered(title: str) -> Iterator[str]:
    yield title
    yield from (f"{title[:24]} {number}" for number in range(2, 10_000))


def _sheet_xml(page: Page) -> Iterator[str]:
    """A frozen header, the rows, a filter over all, and the colour of each state."""
    names = [letters(at) for at in range(1, len(page.headers) + len(ADDED) + 1)]
    widths = [20] * len(page.headers) + list(ADDED.values())
    last = len(page.states) + 1
    area, state = f"A1:{names[-1]}{last}", names[len(page.headers)]
    yield _head_xml(widths, '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>')
    headings = zip(names, (*page.headers, *ADDED), strict=True)
    yield f'<row r="1">{"".join(_cell(f"{name}1", text, HEADING) for name, text in headings)}</row>'
    yield from _rows_xml(page, names)
    yield f'</sheetData><autoFilter ref="{area}"/>'
    yield f'<conditionalFormatting sqref="A2:{names[-1]}{max(last, 2)}">'
    for at, word in enumerate(COLOURS):
        formula = f"<formula>${state}2=&quot;{word}&quot;</formula>"
        yield f'<cfRule type="expression" dxfId="{at}" priority="{at + 1}">{formula}</cfRule>'
    yield "</conditionalFormatting>"
    # Numbers are written as Excel showed them, which it would mark in green.
    yield f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors></worksheet>'


def _head_xml(widths: Sequence[int], pane: str = "") -> str:
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    return (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView>'
        f"</sheetViews><cols>{columns}</cols><sheetData>"
    )


def _rows_xml(page: Page, names: Sequence[str]) -> Iterator[str]:
    width = len(page.headers) + 1
    before, when, after = names[:width], names[width], names[width + 1 :]
    for number, (texts, at, rest) in enumerate(page.rows, 2):
        cells = [_cell(f"{name}{number}", text) for name, text in zip(before, texts, strict=True) if text]
        if at:
            cells.append(_moment(f"{when}{number}", at))
        cells += [_cell(f"{name}{number}", text) for name, text in zip(after, rest, strict=True) if text]
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _cell(reference: str, text: str, style: int = PLAIN) -> str:
    """A cell of text, whatever the text begins with: never a formula."""
    if _AWKWARD.search(text) or len(text) > _LONGEST:
        text = escape(_LIKE_ESCAPED.sub("_x005F_", _ILLEGAL.sub("", text[:_LONGEST])))
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _moment(reference: str, at: datetime) -> str:
    return f'<c r="{reference}" s="{MOMENT}"><v>{(at - _EPOCH) / _DAY:.10f}</v></c>'


def _summary_xml(counts: Counter[str], now: datetime, note: str) -> Iterator[str]:
    """How many stand in each state, most first, with when this was written."""
    beside = {2: _cell("D2", note)} if note else {}
    yield _head_xml([20, 12, 4, 20, 20])
    head = _cell("A1", "State", HEADING) + _cell("B1", "People", HEADING)
    yield f'<row r="1">{head}{_cell("D1", "Written")}{_moment("E1", now)}</row>'
    for at, (state, count) in enumerate(counts.most_common(), 2):
        yield f'<row r="{at}">{_cell(f"A{at}", state)}<c r="B{at}"><v>{count}</v></c>{beside.pop(at, "")}</row>'
    yield "".join(f'<row r="{at}">{cell}</row>' for at, cell in beside.items())
    yield '</sheetData><drawing r:id="rId1"/></worksheet>'
