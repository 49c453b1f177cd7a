"""A path → an opened book, by what the file is and not by what it is called; or one sentence of refusal."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from mailer.contacts.child import ChildBook
from mailer.contacts.formats import Place, place_of
from mailer.contacts.package import DAMAGE, UNLOCK, damaged
from mailer.contacts.rows import Book
from mailer.errors import ContactsError

#: Endings of text files.
TEXT_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".tab"})
#: Unpacked bytes up to which our own passes, which take time and memory in proportion, read a file in this process.
TAME = 2_000_000
#: How workbooks of old Excels begin; what reads them may die of a damaged one, so it never reads in this process.
_OLD = (
    *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00"),
    *(b"\x09\x08\x08\x00", b"\x09\x04\x06\x00"),
)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Open it in the program it comes from and save it as .xlsx."
#: What the system refused → what that means, as the end of a sentence, and the cure.
_UNOPENED: dict[type[OSError], tuple[str, str]] = {
    FileNotFoundError: ("is not there", "Check the name and the folder."),
    NotADirectoryError: ("is not there", "Check the name and the folder."),
    IsADirectoryError: ("is a folder", "Name one of the files in it."),
    PermissionError: ("may not be read", "Close it where it is open, or let yourself read it."),
}
#: How a file begins → what it is.
_OTHERS = (
    (b"%pdf", "a PDF document"),
    (b"{\\rtf", "a text document"),
    (b"\x89png", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"<?xml", "an XML file"),
    (b"<workbook", "an XML file"),
    (b"<!doctype html", "a web page"),
    (b"mime-version:", "a web page"),
)
_TAG = re.compile(rb"<[a-z!].*>", re.DOTALL)


def open_book(path: Path, language: str, country: str) -> Book:
    """Open a file of contacts; raises ContactsError with the cure for one that cannot be used.

    A small file of a kind that we read ourselves is read here; any other in a child process.
    """
    if _is_tame(path):
        return open_here(path, place_of(language, country))
    return ChildBook(path, language, country)


def _is_tame(path: Path) -> bool:
    try:
        start = _start(path)
        if start.startswith(_OLD):
            return False
        if not start.startswith(b"PK"):
            return path.stat().st_size <= TAME
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
        is_old = any(part.filename.endswith("workbook.bin") for part in parts)
        return not is_old and sum(part.file_size for part in parts) <= TAME
    except DAMAGE:
        return True  # It will be refused before anything is read.


def open_here(path: Path, place: Place) -> Book:
    """Open a file in this process."""
    start = _start(path)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t"):
        raise ContactsError(f"{path.name} is empty.", cure="Save the list again and check that it has rows.")
    if start.startswith(b"PK"):
        return _open_zip(path, place)
    if start.startswith(_OLD):
        return _open_old(path, place)
    return _open_text(path, start, place)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError as error:
        read = f"cannot be read ({error.strerror or error})", "Check that the disk is there, then try again."
        what, cure = _UNOPENED.get(type(error), read)
        raise ContactsError(f"{path} {what}.", cure=cure) from error


def _open_zip(path: Path, place: Place) -> Book:
    try:
        with zipfile.ZipFile(path) as package:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in package.namelist()}
    except DAMAGE as error:
        raise damaged(path.name) from error
    if "index.zip" in names or any(name.endswith(".iwa") for name in names):
        cure = "In Numbers choose File, Export To, Excel, and use that file."
        raise ContactsError(f"{path.name} is a Numbers document.", cure=cure)
    if any(name.endswith("workbook.bin") for name in names):
        return _open_old(path, place)
    if "content.xml" in names:
        from mailer.contacts.ods import OdsBook

        return OdsBook(path, place)
    from mailer.contacts.xlsx import XlsxBook

    return XlsxBook(path, place)


def _open_old(path: Path, place: Place) -> Book:
    if _ENCRYPTED in path.read_bytes():
        raise ContactsError(f"{path.name} is protected by a password.", cure=UNLOCK)
    from mailer.contacts.old import OldBook

    return OldBook(path, place)


def _open_text(path: Path, start: bytes, place: Place) -> Book:
    seen = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        seen = start.decode("utf-16", errors="replace").strip().lower().encode()
    kind = next((kind for mark, kind in _OTHERS if seen.startswith(mark)), "")
    if not kind and _TAG.match(seen) and (b"</" in seen or b"<!--" in seen):
        kind = "a web page"
    if kind:
        raise ContactsError(f"{path.name} is {kind}, whatever its name says, and no list of contacts.", cure=_SAVE_AS)
    if path.suffix.lower() not in TEXT_ENDINGS:
        raise _misnamed(path, start)
    from mailer.contacts.text import TextBook

    return TextBook(path, place)


def _misnamed(path: Path, start: bytes) -> ContactsError:
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return damaged(path.name)
    if not path.suffix.lower().startswith((".xl", ".od")):
        cure = f"If it is a list of contacts, rename it to {path.stem}.csv; else name the list."
        return ContactsError(f"{path.name} is a text file, not a spreadsheet.", cure=cure)
    cure = f"Rename it to {path.stem}.csv and try again."
    return ContactsError(f"{path.name} is a text file, whatever its name says.", cure=cure)
