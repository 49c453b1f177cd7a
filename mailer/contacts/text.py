"""Text files (.csv, .tsv, .txt): encoding and delimiter guessed, and the guess told."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mailer.contacts.encodings import SAMPLE, encoding_of
from mailer.contacts.formats import Place
from mailer.contacts.rows import Area, Cell, Outline, Row, Sheet
from mailer.contacts.typed import typed
from mailer.errors import ContactsError

#: Text has no formulas and no errors.
_NONE: dict[int, str] = {}
#: Characters of one cell; the standard library would stop far below.
_LONGEST = 1 << 26
#: What old programs put at the end.
_END_OF_FILE = "\x1a"
#: The most columns a sheet has; what stands beyond is blank, or no list of contacts.
_MOST_COLUMNS = 16_384
#: Bytes that are no UTF-8 in a file that else is, as they were meant.
_SLIPS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


class Guess(NamedTuple):
    """How a text file is taken."""

    encoding: str
    delimiter: str
    #: Whether single bytes are of cp1252.
    has_slips: bool
    #: Whether the first line only says `sep=;`.
    has_separator_line: bool


class TextBook:
    """A text file as a book of one sheet without a name."""

    def __init__(self, path: Path, place: Place) -> None:
        self._path = path
        self._place = place
        csv.field_size_limit(_LONGEST)
        self._guess = guess(path)

    @property
    def outline(self) -> Outline:
        """Its one sheet, and how it was read."""
        delimiter = _DELIMITERS.get(self._guess.delimiter, f"“{self._guess.delimiter}”")
        encoding = self._guess.encoding.removesuffix("-sig").upper()
        encoding += " with some letters of CP1252" if self._guess.has_slips else ""
        return Outline((Sheet(""),), notes=(f"read as {encoding}, columns parted by {delimiter}",))

    def rows(self, sheet: str) -> Iterator[Row]:
        """Stream the records; raises ContactsError for a quotation mark that is never closed."""
        assert sheet == ""
        errors = "surrogateescape" if self._guess.has_slips else "replace"
        with self._path.open(encoding=self._guess.encoding, errors=errors, newline="") as file:
            lines = (line.translate(_SLIPS) for line in file) if self._guess.has_slips else file
            yield from self._records(_Lines(lines))

    def _records(self, lines: _Lines) -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=self._guess.delimiter)
        try:
            blank = number = 0
            for number, record in enumerate(reader, 1):
                cells = self._cells(record) if record else None
                if not cells:
                    blank = blank or number
                elif not (number == 1 and self._guess.has_separator_line):
                    if blank:
                        yield _blanks(blank, number)
                        blank = 0
                    yield Row(number, hidden=False, cells=cells, flaws=_NONE)
                lines.record_ended()
            if blank:
                yield _blanks(blank, number + 1)
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
        if len(record) > _MOST_COLUMNS and any(text.strip() for text in record[_MOST_COLUMNS:]):
            cure = "Look whether its columns are parted as they should be."
            raise ContactsError(f"{self._path.name} has more columns than a sheet can have.", cure=cure)
        record = record[:_MOST_COLUMNS]
        return {at: self._cell(text) for at, text in enumerate(record, 1) if text and not text.isspace()}

    def _cell(self, text: str) -> Cell:
        """A text and its value; `="0012"` is how a program keeps Excel from losing the zeros."""
        if text.startswith('="') and text.endswith('"') and len(text) > 3:
            return text[2:-1], text[2:-1]
        return text, typed(text, self._place)

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
            if self._line == 1:
                line = line.lstrip("\ufeff")  # noqa: PLW2901 - a second mark, as some programs write it
            yield "" if line == _END_OF_FILE else line.replace("\x00", "")

    def record_ended(self) -> None:
        self.is_unclosed = self._line - self.first > 1 and self._quotes % 2 == 1
        self.last_first, self.first, self._quotes = self.first, self._line, 0


def _blanks(first: int, end: int) -> Row:
    """The blank rows from `first` up to before `end`, as one that counts for all."""
    return Row(first, hidden=False, cells={}, flaws=_NONE, times=end - first)


def guess(path: Path) -> Guess:
    """Guess encoding and delimiter from the file's bytes; raises ContactsError when it is not text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    encoding, has_slips = encoding_of(path, sample)
    text = sample.decode(encoding, errors="replace")
    if not encoding.startswith("utf") and _is_binary(text):
        raise ContactsError(f"{path.name} is no text file, whatever its name says.", cure="Save the list again.")
    first = text[:64].splitlines()[0].strip().strip('"') if text.strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return Guess(encoding, first[4], has_slips, has_separator_line=True)
    if first.lower() == "sep=" and text[4:5] == "\t":
        return Guess(encoding, "\t", has_slips, has_separator_line=True)
    return Guess(encoding, _delimiter(text), has_slips, has_separator_line=False)


def _is_binary(text: str) -> bool:
    """Whether a hundredth of it is control characters, which no text has."""
    return sum(letter < " " and letter not in "\t\r\n\f\x1a\x00" for letter in text) * 100 > len(text)


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
