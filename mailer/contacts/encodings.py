"""The encoding of a text file: by its mark, else UTF-8 where it is that, else that in which its words look like words.

Lists that Excel saves as CSV are in a code page of Windows. They are short, and statistics take their few accents for
another language's; so each usual code page is asked first how odd the words look in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

#: Bytes to guess from.
SAMPLE = 1 << 18
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: Asked in this order, the most usual first.
_USUAL = ("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "mac_roman", "cp850")
#: Signs that stand in ordinary text, beside letters too.
_SIGNS = frozenset("€’‘“”„–—…•°£§©®™«»·ºª´×½ \u00a0")
_WORD = re.compile(r"[^\W\d_]+")
#: A code page is taken when fewer of its signs than this look odd.
_PLAUSIBLE = 0.05
#: UTF-8 with a slip: so many good characters for each byte that is none.
_FEW = 10


def encoding_of(path: Path, start: bytes) -> tuple[str, bool]:
    """Guess the encoding from the file, which begins with `start`; and whether single bytes of it are of cp1252."""
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding, encoding == "utf-8-sig" and not _is_utf8(path)
    wide = _wide(start)
    if wide:
        return wide, False
    if _is_utf8(path):
        return "utf-8", False
    telling = b"\n".join(_lines_beyond_ascii(path))
    return ("utf-8", True) if _is_nearly_utf8(telling) else (_code_page(telling), False)


def _wide(start: bytes) -> str:
    """UTF-16 or UTF-32 without its mark: Latin text then has a NUL in every second byte, or three of four."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if half < 2 or even + odd < half * 0.4:
        return ""
    if even + odd > half * 1.3:
        return _if_it_is("utf-32-le" if start[0] else "utf-32-be", start)
    return _if_it_is("utf-16-le" if odd > even else "utf-16-be", start)


def _if_it_is(encoding: str, start: bytes) -> str:
    try:
        start[: len(start) // 4 * 4].decode(encoding)
    except UnicodeDecodeError as error:
        return encoding if error.start > len(start) - 8 else ""
    return encoding


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _lines_beyond_ascii(path: Path) -> Iterator[bytes]:
    """The lines that tell the encoding, wherever they stand."""
    size = 0
    with path.open("rb") as file:
        while (chunk := file.read(SAMPLE)) and size < SAMPLE:
            for line in chunk.splitlines():
                if not line.isascii():
                    size += len(line)
                    yield line


def _is_nearly_utf8(text: bytes) -> bool:
    decoded = text.decode("utf-8", "surrogateescape")
    slips = sum("\udc80" <= letter <= "\udcff" for letter in decoded)
    return slips * _FEW < sum(letter > "\x7f" for letter in decoded) - slips


def _code_page(text: bytes) -> str:
    oddness = {encoding: _oddness(text, encoding) for encoding in _USUAL}
    for encoding, odd in oddness.items():
        if odd < _PLAUSIBLE:
            return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(text[:SAMPLE]).best()
    if best and _oddness(text, best.encoding) < min(oddness.values()):
        return best.encoding
    return min(oddness, key=lambda encoding: oddness[encoding])


def _oddness(text: bytes, encoding: str) -> float:
    """The share of signs beyond ASCII that stand where no language has them; 9 for what cannot be read so."""
    try:
        decoded = text.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return 9.0
    beyond = [letter for letter in decoded if letter > "\x7f"]
    odd = sum(not letter.isalpha() and letter not in _SIGNS for letter in beyond)
    odd += sum(_odd_letters(word) for word in _WORD.findall(decoded) if not word.isascii())
    return odd / len(beyond) if beyond else 9.0


def _odd_letters(word: str) -> int:
    """How many letters beyond ASCII look odd: capitals within a word, two alphabets in one, a word of accents only."""
    beyond = [letter for letter in word if letter > "\x7f"]
    plain = len(word) - len(beyond)
    if not _is_latin(beyond[0]):
        mixed = plain > 0 or any(_is_latin(letter) for letter in beyond)
        return len(beyond) if mixed or not (word.isupper() or word[1:].islower()) else 0
    if len(word) > 2 and plain < len(beyond):
        return len(beyond)
    return 0 if word.isupper() else sum(letter.isupper() for letter in word[1:] if letter > "\x7f")


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00"
