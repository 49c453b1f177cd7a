"""What stands behind the rows of a worksheet, found without parsing the rows: merged areas."""

from __future__ import annotations

import re

from mailer.contacts.package import DAMAGE, Package
from mailer.contacts.rows import Area, area_of

_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z0-9:$]+)[\"']")
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")
#: Merged areas beyond these are of no help to anybody.
MOST_AREAS = 50_000
_OVERLAP = 256


def read_merged(package: Package, part: str) -> tuple[Area, ...]:
    """List the merged areas; an empty tuple for a part whose end cannot be read (its rows will say so)."""
    found: list[Area] = []
    kept, behind = b"", False
    try:
        for chunk in package.chunks(part):
            kept += chunk
            if not behind:
                end = _END.search(kept)
                behind = end is not None
                kept = kept[end.end() :] if end else kept[-_OVERLAP:]
            if behind:
                kept = _collect(kept, found)
            if len(found) > MOST_AREAS:
                break
    except DAMAGE:
        return ()
    return tuple(found)


def _collect(text: bytes, found: list[Area]) -> bytes:
    """Gather the areas in a piece of the tail; gives back the end that may hold half of one."""
    at = 0
    for match in _MERGE.finditer(text):
        area = area_of(match[1].decode())
        if area:
            found.append(area)
        at = match.end()
    return text[max(at, len(text) - _OVERLAP) :]
