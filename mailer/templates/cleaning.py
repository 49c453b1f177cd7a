"""Characters that must not travel: what a cell may bring into a header or a body is made harmless here."""

from __future__ import annotations

import re

#: Controls (but tab and newline), line and paragraph separators, bidi overrides and isolates, lone surrogates.
_HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_NEEDS_QUOTES = re.compile(r'[()<>\[\]:;@\\,."]')


def clean_body(text: str) -> str:
    """`text` with plain line ends and without control characters, overrides and surrogates."""
    if not _HARMFUL.search(text):
        return text
    return _HARMFUL.sub("", _LINE_ENDS.sub("\n", text))


def clean_header(text: str) -> str:
    """One line: no control characters, runs of space joined, and nothing that reads as an encoded word.

    An `=?utf-8?q?=0ABcc:…?=` in a cell would be decoded into a header of its own by several Python releases
    (CVE-2024-6923), so the two characters that open one are parted.
    """
    if text.isprintable() and "=?" not in text and "  " not in text:
        return text.strip()
    text = _SPACES.sub(" ", _HARMFUL.sub("", _LINE_ENDS.sub(" ", text))).strip()
    while "=?" in text:
        text = text.replace("=?", "= ?")
    return text


def named_address(name: str, address: str) -> str:
    """`Name <address>`, the name quoted where RFC 5322 asks for it; the bare address without a name."""
    name = clean_header(name)
    if not name:
        return address
    if _NEEDS_QUOTES.search(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{address}>"
