"""A template's source, layout and signature → the compiled parts of its mails ("pressed" once, used per contact)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Template as Compiled

from mailer.model import Attachment
from mailer.templates import markdown, pages, plain
from mailer.templates.compiling import compile_source
from mailer.templates.files import Files
from mailer.templates.front_matter import Parted
from mailer.templates.tags import Tags, literal


@dataclass(frozen=True, slots=True)
class Source:
    """One language's file of a template, read and parted."""

    path: Path
    #: "" for the one without a language in its name.
    language: str
    parted: Parted
    #: The text of an .html template's twin .txt.
    own_text: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in it that is rendered."""
        front = self.parted.front
        lists = (*front.attachments, *front.cc, *front.bcc, *front.reply_to)
        return (front.subject, front.preheader, self.parted.body, self.own_text or "", *lists)

    @property
    def place(self) -> str:
        """The file's name, for messages."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class Pressed:
    """What is rendered per contact."""

    subject: Compiled
    preheader: Compiled
    text: Compiled
    #: None for a .txt template: its mails have no HTML part.
    html: Compiled | None
    #: Inline images of the page by content id.
    images: dict[str, tuple[Attachment, bytes]]
    attachments: tuple[Compiled, ...]
    cc: tuple[Compiled, ...]
    bcc: tuple[Compiled, ...]
    reply_to: tuple[Compiled, ...]


#: What follows the words in the text part of a mail that tells how to leave.
_WAY_OUT = """
--
{{ our.name }}{% if our.postal_address %}, {{ our.postal_address }}{% endif %}

{{ way_out_words }} {{ unsubscribe }}
"""


@dataclass(frozen=True, slots=True)
class Words:
    """Markdown, HTML or text as hidden HTML and hidden text."""

    html: str
    text: str


def press(
    source: Source, layout: str, signature: str, files: Files, *, body: str | None = None, tells_way_out: bool = False
) -> Pressed:
    """Compile everything; `body` is a person's own Markdown, taken literally, in place of the template's.

    With `tells_way_out` the text part ends with the line that tells how to leave; the page's is in its layout.
    Raises TemplateError with the file and the line.
    """
    front, tags = source.parted.front, Tags()
    _check_syntax(source)
    words = _words(source, tags, body)
    signed = _markdown(signature, tags) if signature else Words("", "")
    text = f"{words.text}\n{signed.text}" + (_WAY_OUT if tells_way_out else "")
    html: Compiled | None = None
    images: dict[str, tuple[Attachment, bytes]] = {}
    if source.path.suffix != ".txt":
        frame = pages.Frame(tags, files, source.place, source.path.parent)
        page = _page(words, signed, layout, frame)
        html, images = compile_source(page.source, html=True, place=source.place), page.images
    place = source.place

    def each(key: str, values: tuple[str, ...]) -> tuple[Compiled, ...]:
        line = source.parted.lines.get(key, 1)
        return tuple(compile_source(value, html=False, place=place, line=line) for value in values)

    return Pressed(
        subject=each("subject", (front.subject,))[0],
        preheader=each("preheader", (front.preheader,))[0],
        text=compile_source(tags.show(text), html=False, place=place),
        html=html,
        images=images,
        attachments=each("attachments", front.attachments),
        cc=each("cc", front.cc),
        bcc=each("bcc", front.bcc),
        reply_to=each("reply_to", front.reply_to),
    )


def _check_syntax(source: Source) -> None:
    """Compile the body as it was written: only then does an error's line number fit the file."""
    compile_source(source.parted.body, html=False, place=source.place, line=source.parted.body_line)


def _words(source: Source, tags: Tags, body: str | None) -> Words:
    if body is not None:
        return _markdown(literal(body), tags)
    if source.path.suffix == ".md":
        return _markdown(source.parted.body, tags)
    hidden = tags.hide(source.parted.body)
    if source.path.suffix == ".txt":
        return Words("", tags.without_own_lines(hidden))
    text = (
        plain.to_text(tags.blocks_to_comments(hidden)) if source.own_text is None else _own_text(source.own_text, tags)
    )
    return Words(hidden, text)


def _own_text(text: str, tags: Tags) -> str:
    return tags.without_own_lines(tags.hide(text))


def _markdown(source: str, tags: Tags) -> Words:
    hidden = tags.lines_to_comments(tags.hide(source))
    return Words(markdown.to_html(hidden), markdown.to_text(hidden))


def _page(words: Words, signed: Words, layout: str, frame: pages.Frame) -> pages.Page:
    signature = f'<div class="signature">{signed.html}</div>' if signed.html else ""
    if "<html" in words.html.lower():
        return pages.framed(_before_end(words.html, signature), "", frame)
    return pages.framed(words.html + signature, frame.tags.hide(layout), frame)


def _before_end(whole: str, signature: str) -> str:
    at = whole.lower().rfind("</body>")
    return whole + signature if at < 0 else whole[:at] + signature + whole[at:]
