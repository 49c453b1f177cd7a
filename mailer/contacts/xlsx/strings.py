"""The shared strings of a workbook: a list of texts, rich text joined, phonetic hints left out."""

from __future__ import annotations

import re

from mailer.contacts.package import Package, parse

#: Characters a cell can hold; what is longer was not written by a spreadsheet program.
LONGEST = 32_767
#: Control characters, which no cell shows.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Read `_x000D_` as the character it stands for, as Excel does."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return _NO_TEXT.sub("", text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore"))


class StringsPass:
    """One walk over sharedStrings.xml."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._text: list[str] = []
        self._in_text = False
        self._in_hint = 0

    def start(self, name: str, _attributes: object) -> None:
        """Take an opening tag."""
        name = name.rpartition(":")[2]
        if name == "si":
            self._text.clear()
        elif name == "rPh":
            self._in_hint += 1
        elif name == "t":
            self._in_text = not self._in_hint

    def end(self, name: str) -> None:
        """Take a closing tag."""
        name = name.rpartition(":")[2]
        if name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_hint -= 1
        elif name == "si":
            self.strings.append(unescape("".join(self._text))[:LONGEST])

    def text(self, text: str) -> None:
        """Take characters."""
        if self._in_text:
            self._text.append(text)


def read_strings(package: Package, part: str, name: str) -> list[str]:
    """Read all shared strings; raises ContactsError for a damaged or hostile part."""
    if not part or not package.has(part):
        return []
    walk = StringsPass()
    for _ in parse(package, part, name, walk):
        pass
    return walk.strings
