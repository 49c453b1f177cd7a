"""The files that go with drafts: too large, dangerous, forgotten, or somebody else's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from mailer.checks.paragraphs import said_in
from mailer.model import Attachment, Contact, Draft, Problem, Severity

#: Bytes on the wire that Gmail and Outlook still take, attachments as base64.
LARGEST = 20 * 1024 * 1024
#: Bytes that are a nuisance on a phone.
LARGE = 7 * 1024 * 1024
#: What mail servers refuse (Gmail's list of blocked types, the common part).
REFUSED = frozenset(
    ".ade .adp .apk .appx .bat .cab .chm .cmd .com .cpl .dll .dmg .exe .hta .ins .iso .jar .js .jse .lib .lnk "
    ".mde .msc .msi .msp .mst .nsh .pif .ps1 .scr .sct .shb .sys .vb .vbe .vbs .vhd .vxd .wsc .wsf .wsh".split()
)
_WORD = re.compile(r"[^\W_]+")


def file_problems(draft: Draft) -> Iterator[Problem]:
    """What is wrong with one draft's files."""
    files = [file for file in draft.attachments if not file.content_id]
    for file in files:
        if PurePath(file.name).suffix.lower() in REFUSED:
            what = f"Mail servers refuse files like {file.name}."
            yield Problem("", what, "Send a PDF, or a link.", Severity.HOLD, "refused-file")
        if not file.size:
            yield Problem("", f"{file.name} is empty.", "Look at the file.", Severity.HOLD, "empty-file")
    yield from _size(sum(file.size for file in draft.attachments))
    if not files and said_in(draft.text).promises_file:
        what = "The words speak of an attachment, and there is none."
        yield Problem("", what, "Name the file under `attachments:`.", Severity.WARN, "forgotten-attachment")


def _size(total: int) -> Iterator[Problem]:
    on_the_wire = total * 4 // 3
    if on_the_wire <= LARGE:
        return
    megabytes = f"{on_the_wire / 1024 / 1024:.1f} MB"
    if on_the_wire > LARGEST:
        what = f"With its files the mail has {megabytes}; many servers refuse more than 20 MB."
        yield Problem("", what, "Send a link instead.", Severity.HOLD, "too-large")
    else:
        yield Problem("", f"With its files the mail has {megabytes}.", "", Severity.NOTE, "large")


def check_files_together(drafts: Iterable[tuple[Draft, Contact]]) -> Iterator[tuple[int, Problem]]:
    """(place of the draft, problem) over the drafts of one round: one file for two people, or another's key.

    Where most files are personal, a file that two people get is flagged; a brochure for all is not.
    """
    pairs = list(drafts)
    counts = Counter(file.digest for draft, _ in pairs for file in _own(draft))
    are_personal = len(counts) > max(2, len(pairs) // 2)
    keys = {contact.key.casefold() for _, contact in pairs if len(contact.key) > 2}
    for place, (draft, contact) in enumerate(pairs):
        for file in _own(draft):
            if are_personal and counts[file.digest] > 1:
                what = f"{file.name} goes to {counts[file.digest]} people, and the other files to one each."
                yield place, _flagged(contact, what)
            other = _others_key(file.name, contact.key.casefold(), keys)
            if other:
                yield place, _flagged(contact, f"{file.name} carries the key of another contact, {other}.")


def _own(draft: Draft) -> list[Attachment]:
    return [file for file in draft.attachments if not file.content_id]


def _others_key(name: str, key: str, keys: set[str]) -> str:
    words = {word.casefold() for word in _WORD.findall(PurePath(name).stem)}
    return "" if key in words else next(iter(sorted(words & keys)), "")


def _flagged(contact: Contact, what: str) -> Problem:
    return Problem(str(contact.source), what, "Look whether it is theirs.", Severity.WARN, "whose-file")
