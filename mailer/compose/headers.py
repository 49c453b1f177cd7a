"""Header text → header lines that every mail program reads the same (RFC 5322, 2047, 2231); pure.

Words of people are encoded and folded; machine headers (Message-ID, References, List-Unsubscribe) never are cut.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from functools import lru_cache
from urllib.parse import quote

from mailer.errors import MailerError

#: RFC 5322 2.1.1: what a line should have at most, without its CRLF.
LINE = 78
#: A plain name up to here stays plain, even where its line grows past `LINE`.
_LONGEST_NAME = 200
#: RFC 2047 section 2: no encoded word is longer.
_WORD = 75
#: Bytes of text per word: "=?utf-8?b?" and "?=" take 12, base64 makes four characters of three bytes.
_BYTES_B = (_WORD - 12) // 4 * 3
#: Characters per Q word, after "=?utf-8?q?" and "?=".
_CHARS_Q = _WORD - 12

#: Line ends of every kind, tabs and no-break spaces are one space in a header.
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
#: Controls, and marks that turn the reading direction: nobody types them into a subject or a name.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PLAIN = re.compile(r"[ -~]*")
#: What may stand in a display name without quotes (RFC 5322 atext and spaces).
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = tuple("_" if byte == 32 else chr(byte) if byte in _Q_SAFE else f"={byte:02X}" for byte in range(256))
_Q_LENGTHS = tuple(map(len, _Q))
_B_LENGTHS = (1,) * 256
_ADDRESS = re.compile(r"[^\s\x00-\x20\x7f-\xa0()<>\[\]:;@\\,\"]+@[^\s\x00-\x20\x7f-\xa0()<>:;@\\,\"]+")
_MESSAGE_ID = re.compile(r"<[!-~]+@[!-~]+>")


def cleaned(text: str) -> str:
    """The text as one line of visible characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _UNSEEN.sub("", _BREAKS.sub(" ", text)).strip()


def unstructured(name: str, text: str) -> str:
    """A header of people's words, such as Subject, folded; what looks like an encoded word stays literal."""
    text = cleaned(text)
    start = len(name) + 2
    if start + len(text) <= LINE and text.isascii() and "=?" not in text:
        return f"{name}: {text}\r\n"
    if text.isascii() and "=?" not in text and max(map(len, text.split(" "))) < LINE - start:
        return f"{name}: {_folded(text, start)}\r\n"
    return f"{name}: {_encoded(text, start)}\r\n"


def structured(name: str, tokens: list[str], separator: str = "") -> str:
    """A header of tokens that are never cut, as many on a line as fit."""
    lines, line = [], f"{name}:"
    for position, token in enumerate(tokens, 1):
        word = token + separator if position < len(tokens) else token
        if len(line.rpartition("\n")[2]) + 1 + len(word.partition("\r")[0]) > LINE and line != f"{name}:":
            lines.append(line)
            line = ""
        line += " " + word
    lines.append(line)
    return "\r\n".join(lines) + "\r\n"


@lru_cache(maxsize=1024)
def mailbox(text: str) -> str:
    """Turn "Ada Obi <ada@x.org>" or a bare address into what stands in a header. Raises MailerError."""
    name, at = split_mailbox(text)
    if not name:
        return at
    if len(name) <= _LONGEST_NAME and "=?" not in name and _PLAIN.fullmatch(name):
        phrase = name if _ATOMS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    else:
        phrase = _encoded(name, 12)
    return f"{phrase} <{at}>" if len(phrase.rpartition("\r\n")[2]) + len(at) < LINE - 12 else f"{phrase}\r\n <{at}>"


@lru_cache(maxsize=1024)
def split_mailbox(text: str) -> tuple[str, str]:
    """The display name, "" without one, and the address ready for the wire. Raises MailerError."""
    name, bracket, rest = text.rpartition("<")
    if not bracket:
        return "", address(text.strip())
    name = " ".join(cleaned(name).split())
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, address(rest.strip().removesuffix(">"))


def address(text: str) -> str:
    """An address with its domain in ASCII (punycode). Raises MailerError for what is none."""
    if not _ADDRESS.fullmatch(text):
        raise MailerError(f"“{cleaned(text)}” is not an address that a mail can carry.")
    local, _, domain = text.rpartition("@")
    return text if domain.isascii() else f"{local}@{_punycode(domain)}"


def message_id(text: str) -> str:
    """A Message-ID as it is. Raises MailerError for what is none."""
    if not _MESSAGE_ID.fullmatch(text):
        raise MailerError(f"“{cleaned(text)}” is not a Message-ID.")
    return text


def file_name(name: str) -> str:
    """The Content-Disposition parameter of a file's name, each on a line of its own (RFC 2231)."""
    name = cleaned(name)
    if len(name) <= 60 and _PLAIN.fullmatch(name):
        quoted = re.sub(r'(["\\])', r"\\\1", name)
        return f';\r\n filename="{quoted}"'
    pieces = _pieces(quote(name, safe=""))
    if len(pieces) == 1:
        return f";\r\n filename*=utf-8''{pieces[0]}"
    charset = ("utf-8''", *[""] * len(pieces))
    return "".join(f";\r\n filename*{number}*={charset[number]}{piece}" for number, piece in enumerate(pieces))


def _pieces(percent_encoded: str) -> list[str]:
    pieces, piece = [], ""
    for unit in re.findall(r"%..|.", percent_encoded):
        if len(piece) + len(unit) > 50:
            pieces.append(piece)
            piece = ""
        piece += unit
    return [*pieces, piece]


@lru_cache(maxsize=1024)
def _punycode(domain: str) -> str:
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise MailerError(f"“{cleaned(domain)}” is not a domain that a mail can go to.") from error


def _folded(text: str, start: int) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if line.strip() and start + len(line) + 1 + len(word) > LINE and word:
            lines.append(line)
            line, start = "", 0
        line += (" " if line or lines else "") + word
    return "\r\n".join([*lines, line])


def _encoded(text: str, start: int) -> str:
    """The text as encoded words, one per line, cut between characters; the first line begins at `start`."""
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MailerError("A subject or name holds half a character and cannot be sent.") from error
    lengths, most, encode = _Q_LENGTHS, _CHARS_Q, _q
    if sum(map(_Q_LENGTHS.__getitem__, content)) > len(content) * 4 / 3:
        lengths, most, encode = _B_LENGTHS, _BYTES_B, _b
    if sum(map(lengths.__getitem__, content)) <= most - start:
        return encode(content)
    words, word, room = [], b"", most - start
    for character in text:
        piece = character.encode("utf-8")
        length = sum(map(lengths.__getitem__, piece))
        if word and length > room:
            words.append(encode(word))
            word, room = b"", most
        word += piece
        room -= length
    return "\r\n ".join([*words, encode(word)])


def _q(content: bytes) -> str:
    return f"=?utf-8?q?{''.join(map(_Q.__getitem__, content))}?="


def _b(content: bytes) -> str:
    return f"=?utf-8?b?{b2a_base64(content, newline=False).decode('ascii')}?="
