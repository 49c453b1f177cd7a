"""Text files (.csv, .tsv, .txt): encoding and delimiter guessed, and the guess told."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mailer.contacts.formats import Place
from mailer.contacts.rows import Area, Cell, Outline, Row, Sheet
from mailer.contacts.typed import typed
from mailer.errors import ContactsError

#: Text has no formulas and no errors.
_NONE: dict[int, str] = {}
#: Characters of one cell; the standard library would stop far below.
_LONGEST = 1 << 26
#: Read to guess from.
_SAMPLE = 1 << 18
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


class Guess(NamedTuple):
    """How a text file is taken."""

    encoding: str
    delimiter: str
    #: Whether the first line only says `sep=;`.
    has_separator_line: bool


class TextBook:
    """A text file as a book of one sheet without a name."""

    def __init__(self, path: Path, place: Place) -> None:
        self._path = path
        self._place = place
        self._guess = guess(path)

    @property
    def outline(self) -> Outline:
        """Its one sheet, and how it was read."""
        delimiter = _DELIMITERS.get(self._guess.delimiter, f"“{self._guess.delimiter}”")
        encoding = self._guess.encoding.removesuffix("-sig").upper()
        return Outline((Sheet(""),), notes=(f"read as {encoding}, columns parted by {delimiter}",))

    def rows(self, sheet: str) -> Iterator[Row]:
        """Stream the records; raises ContactsError for a quotation mark that is never closed."""
        assert sheet == ""
        with self._path.open(encoding=self._guess.encoding, errors="replace", newline="") as file:
            yield from self._records(_Lines(file))

    def _records(self, lines: _Lines) -> Iterator[Row]:
        csv.field_size_limit(_LONGEST)
        reader = csv.reader(lines, delimiter=self._guess.delimiter)
        try:
            for number, record in enumerate(reader, 1):
                if not (number == 1 and self._guess.has_separator_line):
                    yield Row(number, hidden=False, cells=self._cells(record), flaws=_NONE)
                lines.record_ended()
        except csv.Error as error:
            raise self._unclosed(lines.first + 1) from error
        if lines.is_unclosed:
            raise self._unclosed(lines.last_first + 1)

    def _unclosed(self, line: int) -> ContactsError:
        return ContactsError(
            f"{self._path.name}, line {line}: a quotation mark opens here and is never closed.",
            cure="Close it, or double it where it is part of the text.",
        )

    def _cells(self, record: list[str]) -> dict[int, Cell]:
        place = self._place
        return {at: (text, typed(text, place)) for at, text in enumerate(record, 1) if text.strip()}

    def merged(self, sheet: str) -> tuple[Area, ...]:
        """List nothing: text has no merged cells."""
        assert sheet == ""
        return ()

    def close(self) -> None:
        """Do nothing: the file is open only while its rows are read."""


class _Lines:
    """The lines of a file, and where the current record began."""

    def __init__(self, file: Iterable[str]) -> None:
        self._file = iter(file)
        self._line = 0
        #: Lines before the current record, and before the one that ended last.
        self.first = self.last_first = 0
        #: Whether the record that ended last went over several lines with an odd number of quotes.
        self.is_unclosed = False
        self._quotes = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self._line += 1
            self._quotes += line.count('"')
            yield line.replace("\x00", "")

    def record_ended(self) -> None:
        self.is_unclosed = self._line - self.first > 1 and self._quotes % 2 == 1
        self.last_first, self.first, self._quotes = self.first, self._line, 0


def guess(path: Path) -> Guess:
    """Guess encoding and delimiter from the file's bytes; raises ContactsError when it is not text."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    encoding = _encoding(path, sample)
    text = sample.decode(encoding, errors="replace")
    first = text[:64].splitlines()[0].strip().strip('"') if text.strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return Guess(encoding, first[4], has_separator_line=True)
    if first.lower() == "sep=" and text[4:5] == "\t":
        return Guess(encoding, "\t", has_separator_line=True)
    return Guess(encoding, _delimiter(text), has_separator_line=False)


def _encoding(path: Path, sample: bytes) -> str:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    wide = _wide(sample)
    if wide:
        return wide
    if _is_utf8(path):
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman"]).best()
    return best.encoding if best else "cp1252"


def _wide(sample: bytes) -> str:
    """UTF-16 or UTF-32 without its mark: Latin text then has a NUL in every second byte, or three of four."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half < 2 or even + odd < half * 0.4:
        return ""
    if even + odd > half * 1.3:
        return "utf-32-le" if sample[0] else "utf-32-be"
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: str) -> str:
    """Find the delimiter that cuts the first records into equal numbers of fields, most of them first."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)[:200]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(record) for record in csv.reader(lines, delimiter=delimiter) if record]
    except csv.Error:
        return 0.0, 0
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
    if usual < 2:
        return (0.1, max(widths)) if widths and max(widths) > 1 else (0.0, 0)
    return round(widths.count(usual) / len(widths), 1), usual
