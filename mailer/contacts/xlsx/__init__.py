"""Workbooks of Excel 2007 and later (.xlsx, .xlsm), read in one streaming pass over their XML."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from mailer.contacts.formats import Format, Place
from mailer.contacts.package import Package
from mailer.contacts.rows import Area, Outline, Row
from mailer.contacts.xlsx.sheet import stream_rows
from mailer.contacts.xlsx.strings import read_strings
from mailer.contacts.xlsx.tail import read_merged
from mailer.contacts.xlsx.workbook import read_formats, read_workbook


class XlsxBook:
    """An opened workbook; raises ContactsError for one that cannot be used."""

    def __init__(self, path: Path, place: Place) -> None:
        self._name = path.name
        self._place = place
        self._package = Package(path)
        self._workbook = read_workbook(self._package, self._name)
        self._parts = {part.sheet.name: part.part for part in self._workbook.parts}

    @property
    def outline(self) -> Outline:
        """Its sheets and tables."""
        parts = self._workbook.parts
        return Outline(tuple(part.sheet for part in parts), self._workbook.tables, self._workbook.notes)

    @cached_property
    def _strings(self) -> list[str]:
        return read_strings(self._package, self._workbook.strings, self._name)

    @cached_property
    def _formats(self) -> list[Format]:
        return read_formats(self._package, self._workbook, self._place)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Stream the rows of one sheet in order."""
        part = self._parts[sheet]
        return stream_rows(
            self._package,
            part,
            self._name,
            strings=self._strings,
            formats=self._formats,
            booleans=self._place.booleans,
        )

    def merged(self, sheet: str) -> tuple[Area, ...]:
        """List the merged areas of one sheet."""
        return read_merged(self._package, self._parts[sheet])

    def close(self) -> None:
        """Let go of the file."""
        self._package.close()
