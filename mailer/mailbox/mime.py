"""The bytes of a mail → its headers, its own texts, and the mails it carries; nothing here raises.

A small reader of its own, because the standard library's recurses without bound on nested parts, is quadratic
in their number, and raises on some charsets; this one is bounded in bytes, parts and depth, and takes CR, LF
and CRLF.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from mailer.addresses import on_the_wire

#: Bytes of a mail that are looked at: notices and replies say what they have to say long before.
BYTE_LIMIT = 1 << 20
#: Characters of one text that are looked at.
TEXT_LIMIT = 64 << 10
_HEADER_LIMIT = 8 << 10
_HEADERS_LIMIT = 500
_PARTS_LIMIT = 60
_DEPTH_LIMIT = 6

#: Parts that are mails, or the headers of one; with the names of RFC 6533, and those that some servers make up.
_MAILS = frozenset(
    "message/rfc822 message/partial message/global message/global-headers "
    "text/rfc822-headers text/rfc822-header message/rfc822-headers".split()
)
_FOLD = re.compile(r"\n[ \t]+")
_FIELD = re.compile(r"([!-9;-~]{1,80})[ \t]*:(.*)", re.DOTALL)
_ENCODED = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]*)?\?([bq])\?([^?\s]*)\?=(?:\s+(?==\?))?", re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]{0,300})"|([^\s;]{0,300}))')
#: What no address has: white space, brackets, and the letters and marks of scripts that need no space before one.
_NEVER = r"\s<>\"'(),:;\[\]@\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef"
#: An address as it stands in a text.
ADDRESS = rf"[^{_NEVER}]{{1,64}}@[^{_NEVER}/]{{1,255}}"
_ADDRESS = re.compile(ADDRESS)
#: NULs, and halves of characters as UTF-7 may hold them: no ledger and no terminal takes these.
_UNFIT = re.compile("[\0\ud800-\udfff]")
_HIDDEN = frozenset({"style", "script", "title"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote", "table", "hr"})


class Headers:
    """The headers of one mail or part: looked up by name in any case, "" for what is not there."""

    __slots__ = ("_fields",)

    def __init__(self, block: str) -> None:
        self._fields: dict[str, list[str]] = {}
        for line in _FOLD.sub(" ", block).split("\n")[:_HEADERS_LIMIT]:
            if match := _FIELD.match(line[:_HEADER_LIMIT]):
                self._fields.setdefault(match[1].lower(), []).append(match[2].strip())

    def __getitem__(self, name: str) -> str:
        return self._fields.get(name, [""])[0]

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    @property
    def names(self) -> frozenset[str]:
        """The names of all headers, lower case."""
        return frozenset(self._fields)

    def all(self, name: str) -> list[str]:
        """Every value of a header that may come more than once."""
        return self._fields.get(name, [])

    def readable(self, name: str) -> str:
        """Show the header as a person reads it: encoded words (RFC 2047) decoded."""
        return " ".join(decoded_words(self[name]).split())

    def address(self, name: str) -> str:
        """Find the first address of the header, lower case."""
        return address_in(self[name])


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that has content of its own."""

    media_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: its headers, its own leaves in order, and the mails (or their headers) that it carries."""

    headers: Headers
    #: The Content-Type without parameters, lower case.
    media_type: str
    #: Parameters of the Content-Type, lower case.
    parameters: dict[str, str]
    leaves: tuple[Leaf, ...]
    carried: tuple[Mail, ...]

    @property
    def text(self) -> str:
        """Its own words: the plain parts, else the HTML ones without their tags."""
        plain = [leaf.text for leaf in self.leaves if leaf.media_type == "text/plain" and leaf.text.strip()]
        html = [leaf.text for leaf in self.leaves if leaf.media_type == "text/html"]
        return "\n".join(plain or [without_tags(text) for text in html])[:TEXT_LIMIT]

    def leaf(self, *media_types: str) -> str:
        """Join the texts of all leaves of these types."""
        return "\n\n".join(leaf.text for leaf in self.leaves if leaf.media_type in media_types)

    def walk(self) -> Iterator[Mail]:
        """Every mail that this one carries, at any depth."""
        for mail in self.carried:
            yield mail
            yield from mail.walk()


def parse(content: bytes) -> Mail:
    """Read a mail; of a large one the first megabyte."""
    text = content[:BYTE_LIMIT].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _Reader().mail(text, depth=0)


class _Reader:
    """Reads one mail with everything in it; counts the parts so that a bomb of parts stays small."""

    def __init__(self) -> None:
        self._parts_left = _PARTS_LIMIT

    def mail(self, content: bytes, depth: int) -> Mail:
        headers, body = _split(content)
        leaves: list[Leaf] = []
        carried: list[Mail] = []
        self._part(headers, body, depth, leaves, carried)
        media_type, parameters = _content_type(headers)
        return Mail(headers, media_type, parameters, tuple(leaves), tuple(carried))

    def _part(self, headers: Headers, body: bytes, depth: int, leaves: list[Leaf], carried: list[Mail]) -> None:
        self._parts_left -= 1
        if self._parts_left < 0 or depth > _DEPTH_LIMIT:
            return
        media_type, parameters = _content_type(headers)
        if sections := _sections(media_type, parameters, body):
            for section in sections:
                self._part(*_split(section), depth + 1, leaves, carried)
        elif media_type in _MAILS:
            carried.append(self.mail(_transfer_decoded(headers, body).lstrip(b"\n"), depth + 1))
        elif media_type.startswith(("text/", "message/", "multipart/")):
            kind = "text/plain" if media_type.startswith("multipart/") else media_type
            leaves.append(Leaf(kind, text_of(_transfer_decoded(headers, body), parameters.get("charset", ""))))


def _split(content: bytes) -> tuple[Headers, bytes]:
    if content.startswith(b"\n"):
        return Headers(""), content
    block, _, body = content.partition(b"\n\n")
    return Headers(text_of(block, "")), body


def _content_type(headers: Headers) -> tuple[str, dict[str, str]]:
    value = headers["content-type"]
    parameters = {
        match[1].lower(): match[2] if match[2] is not None else match[3] for match in _PARAMETER.finditer(value)
    }
    media_type = value.partition(";")[0].strip().lower()
    return media_type if "/" in media_type else "text/plain", parameters


def _sections(media_type: str, parameters: dict[str, str], body: bytes) -> list[bytes]:
    """Cut a multipart body into its parts; none where it is no multipart, or its boundary never comes."""
    boundary = parameters.get("boundary", "").rstrip()
    if not media_type.startswith("multipart/") or not boundary:
        return []
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    return re.split(rb"(?m)^[ \t]*--" + mark + rb"(?:--)?[ \t]*(?:\n|\Z)", body, maxsplit=_PARTS_LIMIT)[1:]


def _transfer_decoded(headers: Headers, body: bytes) -> bytes:
    match headers["content-transfer-encoding"].lower():
        case "quoted-printable":
            return binascii.a2b_qp(body)
        case "base64":
            return _base64(body)
    return body


def _base64(body: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    return binascii.a2b_base64(letters[: len(letters) // 4 * 4] + _tail(letters))


def _tail(letters: bytes) -> bytes:
    rest = letters[len(letters) // 4 * 4 :]
    return rest.ljust(4, b"=") if len(rest) > 1 else b""


def text_of(content: bytes, charset: str) -> str:
    """Decode bytes by the charset they claim, by what they look like where the claim is absent or untrue."""
    content = content[: TEXT_LIMIT * 4]
    guess = "iso2022_jp" if b"\x1b$" in content else "utf-8"
    for name in (charset, guess):
        try:
            return _UNFIT.sub("", content.decode(name))[:TEXT_LIMIT]
        except (LookupError, ValueError):
            continue
    return _UNFIT.sub("", content.decode("cp1252", "replace"))[:TEXT_LIMIT]


def decoded_words(value: str) -> str:
    """Decode the encoded words of a header; what cannot be decoded stays as it is."""
    return _ENCODED.sub(_decoded_word, value)


def _decoded_word(match: re.Match[str]) -> str:
    raw = match[3].encode("ascii", "replace")
    content = _base64(raw) if match[2].lower() == "b" else binascii.a2b_qp(raw, header=True)
    return text_of(content, match[1])


def address_in(text: str) -> str:
    """Find the address in a header value, lower case; in <…> before any other."""
    inside = re.search(r"<([^<>]{0,400})>", text)
    match = (inside and _ADDRESS.search(inside[1])) or _ADDRESS.search(text)
    return on_the_wire(match[0].strip(".'").lower()) if match else ""


def without_tags(html: str) -> str:
    """Read an HTML part as text; what it quotes is marked with `>`, as in plain text."""
    reader = _Text()
    try:
        reader.feed(html[:TEXT_LIMIT])
        reader.close()
    except AssertionError:  # the standard library asserts its way through some broken declarations
        return "".join(reader.pieces)
    return re.sub(r"\n\s*\n+", "\n\n", "".join(reader.pieces))


class _Text(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a hidden part or a quotation."""
        if tag in _HIDDEN:
            self._hidden += 1
        if tag == "blockquote" or ("class", "gmail_quote") in attrs:
            self._quoted += 1
        if tag in _BREAKS:
            self.pieces.append("\n> " if self._quoted else "\n")

    def handle_endtag(self, tag: str) -> None:
        """End a hidden part or a quotation."""
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:  # the parser's own name
        """Keep the words, their white space made single."""
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))
