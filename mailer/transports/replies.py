"""Bytes from a mail server → its replies (RFC 5321 section 4.2), whole ones only, however slowly they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LINE = re.compile(rb"([2-5]\d\d)([ -]?)(.*)")
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
#: RFC 5321 allows 512 bytes a line; what is far beyond is no mail server.
_LONGEST_LINE = 8192
_MOST_LINES = 200


class NotSmtpError(Exception):
    """What answers is not a mail server, or no longer knows where it is."""


class Reply(NamedTuple):
    """One whole reply; a reply of several lines has its last line's code."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def words(self) -> tuple[str, str]:
        """The enhanced code (RFC 3463), or "", and the text without it, on one line."""
        texts = [line.decode("utf-8", "replace").strip() for line in self.lines]
        match = _ENHANCED.match(texts[0])
        if not match:
            return "", _on_one_line(texts)
        return match[1], _on_one_line([text.removeprefix(match[1]).strip() for text in texts])


def _on_one_line(texts: list[str]) -> str:
    text = " ".join(texts)[:1000].strip()
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text).strip()


class Replies:
    """Collects bytes and gives the replies that are complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[Reply]:
        """The replies that these bytes complete; raises NotSmtpError after the last good one."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            match = _LINE.match(line.rstrip(b"\r"))
            if not match or len(self._lines) >= _MOST_LINES:
                raise NotSmtpError
            code, sign, text = match.groups()
            self._lines.append(text)
            if sign != b"-":
                yield Reply(int(code), tuple(self._lines))
                self._lines.clear()
        if len(self._rest) > _LONGEST_LINE:
            raise NotSmtpError
