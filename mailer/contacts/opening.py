"""A path → an opened book, by what the file is and not by what it is called; or one sentence of refusal."""

from __future__ import annotations

import zipfile
from pathlib import Path

from mailer.contacts.formats import Place
from mailer.contacts.rows import Book
from mailer.contacts.text import TextBook
from mailer.contacts.xlsx import XlsxBook
from mailer.contacts.xlsx.package import UNLOCK, damaged
from mailer.errors import ContactsError

#: Endings of text files.
TEXT_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".tab"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Open it in the program it comes from and save it as .xlsx."


def open_book(path: Path, place: Place) -> Book:
    """Open a file of contacts; raises ContactsError with the cure for one that cannot be used."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ContactsError(f"{path} cannot be opened: {reason.lower()}.", cure=_FIND) from error
    if not start:
        return _empty(path)
    if start.startswith(b"PK"):
        return _open_zip(path, place)
    if start.startswith(_OLE):
        return _open_ole(path)
    return _open_text(path, start, place)


_FIND = "Check the name and the folder, and whether another program keeps the file locked."


def _empty(path: Path) -> Book:
    raise ContactsError(f"{path.name} is empty.", cure="Save the list again and check that it has rows.")


def _open_zip(path: Path, place: Place) -> Book:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeError) as error:
        raise damaged(path.name) from error
    if any(name.startswith("Index/") or name.endswith(".iwa") for name in names) or "Index.zip" in names:
        raise ContactsError(
            f"{path.name} is a Numbers document.",
            cure="In Numbers choose File, Export To, Excel, and use that file.",
        )
    return XlsxBook(path, place)


def _open_ole(path: Path) -> Book:
    if _ENCRYPTED in path.read_bytes():
        raise ContactsError(f"{path.name} is protected by a password.", cure=UNLOCK)
    raise ContactsError(f"{path.name} is a workbook of the years before 2007.", cure=_SAVE_AS)


def _open_text(path: Path, start: bytes, place: Place) -> Book:
    seen = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if seen.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<body", b"<meta")):
        raise ContactsError(f"{path.name} is a web page, whatever its name says.", cure=_SAVE_AS)
    if seen.startswith((b"<?xml", b"<workbook")):
        raise ContactsError(f"{path.name} is an XML file, not a workbook.", cure=_SAVE_AS)
    for mark, kind in (
        (b"%pdf", "a PDF document"),
        (b"{\\rtf", "a text document"),
        (b"\x89png", "a picture"),
    ):
        if seen.startswith(mark):
            raise ContactsError(f"{path.name} is {kind}, not a list of contacts.", cure=_SAVE_AS)
    if path.suffix.lower() not in TEXT_ENDINGS:
        raise _misnamed(path, start)
    return TextBook(path, place)


def _misnamed(path: Path, start: bytes) -> ContactsError:
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return damaged(path.name)
    return ContactsError(
        f"{path.name} is a text file, whatever its name says.",
        cure=f"Rename it to {path.stem}.csv and try again.",
    )
