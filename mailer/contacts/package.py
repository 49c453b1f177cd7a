"""The zip around a workbook: parts by name, their relations, small parts as trees, large ones walked; all bounded."""

from __future__ import annotations

import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ExpatError, ParserCreate

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mailer.errors import ContactsError

#: Bytes that one part may unpack to when it is read whole.
MOST_AT_ONCE = 64 * 1024 * 1024
#: How many times its packed size a large part may have; sheets of honest workbooks stay below a tenth of it.
MOST_DENSE = 400
#: Entries of an honest workbook stay far below.
MOST_PARTS = 20_000
_CHUNK = 1 << 18

#: What a zip or its XML raises when it is not what it says.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ParseError),
    *(NotImplementedError, UnicodeError, OverflowError, RuntimeError, OSError),
)


class Relation(NamedTuple):
    """One part's pointer to another."""

    #: The last word of the type: "worksheet", "sharedStrings" …
    kind: str
    #: The other part's name.
    target: str


class Package:
    """An opened workbook file; raises ContactsError for one that is damaged or hostile."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._zip = zipfile.ZipFile(path)
        except DAMAGE as error:
            raise damaged(self._name) from error
        entries = self._zip.infolist()
        if len(entries) > MOST_PARTS:
            raise ContactsError(f"{self._name} holds {len(entries)} parts and is no ordinary workbook.")
        self._entries = {_plain(entry.filename): entry for entry in entries}
        if any(_is_bomb(entry) for entry in entries):
            raise _far_too_large(self._name)

    def has(self, part: str) -> bool:
        """Whether there is such a part, letter case aside."""
        return _plain(part) in self._entries

    def chunks(self, part: str) -> Iterator[bytes]:
        """Unpack a part piece by piece; raises one of `DAMAGE` on the way when it is broken."""
        entry = self._entries.get(_plain(part))
        if entry is None:
            raise ContactsError(f"{self._name} lacks its part {part}.", cure=MEND)
        if entry.flag_bits & 1:
            raise ContactsError(f"{self._name} is protected by a password.", cure=UNLOCK)
        with self._zip.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    def tree(self, part: str) -> Element | None:
        """Parse a small part; None when it is not there."""
        if not self.has(part):
            return None
        try:
            root: Element = fromstring(self._whole(part), forbid_dtd=True)
        except DefusedXmlException as error:
            raise hostile(self._name) from error
        except (*DAMAGE, ValueError, LookupError) as error:
            raise damaged(self._name) from error
        return root

    def _whole(self, part: str) -> bytes:
        content = bytearray()
        for chunk in self.chunks(part):
            content += chunk
            if len(content) > MOST_AT_ONCE:
                raise _far_too_large(self._name)
        return bytes(content)

    def relations(self, part: str) -> dict[str, Relation]:
        """Read what a part points to, by relation id; parts outside the file are left out."""
        folder, name = posixpath.split(part)
        root = self.tree(f"{folder}/_rels/{name}.rels")
        found: dict[str, Relation] = {}
        for node in root if root is not None else ():
            target = node.get("Target", "")
            if node.get("TargetMode", "").lower() != "external" and target:
                target = target.replace("\\", "/")
                kind = node.get("Type", "").rpartition("/")[2]
                full = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
                found[node.get("Id", "")] = Relation(kind, full if self.has(full) else unquote(full))
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > MOST_AT_ONCE and entry.file_size > entry.compress_size * MOST_DENSE


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/").lower()


def local(tag: str) -> str:
    """Take the namespace off a tag."""
    return tag.rpartition("}")[2]


MEND = "Open it in Excel or LibreOffice, save it again as .xlsx, and try once more."
UNLOCK = "Open it in Excel, save a copy without a password, and use the copy."


def damaged(name: str) -> ContactsError:
    """Say that a file cannot be read as what it claims to be."""
    return ContactsError(f"{name} is damaged and cannot be read as a workbook.", cure=MEND)


def _far_too_large(name: str) -> ContactsError:
    return ContactsError(f"{name} unpacks to far more than a workbook holds.", cure=MEND)


def hostile(name: str) -> ContactsError:
    """Say that a file declares XML entities, which no spreadsheet program writes."""
    return ContactsError(f"{name} declares XML entities, as only hostile files do; it was not read.", cure=MEND)


class Walk(Protocol):
    """What takes a part's XML in document order."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag."""

    def end(self, name: str) -> None:
        """Take a closing tag."""

    def text(self, text: str) -> None:
        """Take characters."""


def parse(
    package: Package, part: str, name: str, walk: Walk, weigh: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Drive `walk` over a part in document order, pausing after each piece, which `weigh` may refuse (ValueError)."""
    parser = ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text

    def refuse(*_: object) -> None:
        raise hostile(name)

    parser.StartDoctypeDeclHandler = refuse
    try:
        for chunk in package.chunks(part):
            parser.Parse(chunk)
            weigh()
            yield
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    except ContactsError:
        raise
    except (*DAMAGE, ExpatError, ValueError, LookupError) as error:
        raise damaged(name) from error
    yield
