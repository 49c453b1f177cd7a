"""One contact through one pressed template: the words, the envelope, the files, and what went wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from jinja2 import Template as Compiled
from jinja2.exceptions import TemplateError

from mailer.addresses import parse_address, split_addresses
from mailer.model import Attachment, Contact, Edit, Problem, Severity
from mailer.templates.cleaning import clean_header
from mailer.templates.compiling import bound, run
from mailer.templates.context import OURS
from mailer.templates.files import Files, NoFileError
from mailer.templates.pressing import Pressed, Source
from mailer.templates.sandbox import EmptyFieldError, LimitError, Run, UnknownNameError
from mailer.templates.spoken import BadValueError

#: What an author's mistake raises when a template meets a row: one row's problem, not the end of the work.
_BROKEN = (TemplateError, ArithmeticError, RecursionError, TypeError, ValueError, AttributeError, LookupError)
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Words:
    """What a person will read."""

    subject: str
    text: str
    html: str


class Copies(TypedDict):
    """The addresses beside To."""

    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    reply_to: tuple[str, ...]


@dataclass(slots=True)
class Rendering:
    """The state of one rendering; `problems` and `contents` grow while its methods run."""

    pressed: Pressed
    given: Mapping[str, object]
    run: Run
    files: Files
    source: Source
    contact: Contact
    problems: list[Problem] = field(default_factory=list)
    #: Attachment bytes by digest.
    contents: dict[str, bytes] = field(default_factory=dict)
    #: Inline images whose names fields took part in.
    images: dict[str, Attachment] = field(default_factory=dict)
    #: What the parts that are not the page may name.
    _names: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._names = bound(self.given, self.run)

    def words(self, edit: Edit | None) -> Words:
        """Subject, text and HTML; an edited subject is taken literally."""
        if edit and edit.subject is not None:
            subject = clean_header(edit.subject)
        else:
            subject = self._header(self._rendered(self.pressed.subject))
        has_preheader = bool(self.source.parted.front.preheader)
        preheader = clean_header(self._rendered(self.pressed.preheader)) if has_preheader else ""
        text = self._rendered(self.pressed.text)
        if "\n\n\n" in text:
            text = _BLANK_LINES.sub("\n\n", text)
        text = text.strip() + "\n"
        return Words(subject, text, self._html(subject, preheader))

    def _html(self, subject: str, preheader: str) -> str:
        if self.pressed.html is None:
            return ""
        page = self.run.for_page(self._image)
        names = bound({**self.given, "subject": subject, "preheader": preheader}, page)
        return self._rendered(self.pressed.html, names)

    def _header(self, text: str) -> str:
        if "=?" in text:
            what = "The subject holds “=?”, which mail programs read as code; a space was put between."
            self._note(what, "Correct the cell it comes from.", "encoded-word", Severity.WARN)
        return clean_header(text)

    def copies(self) -> Copies:
        """Copies and reply-to; an address that cannot be used is a problem."""
        return Copies(
            cc=self._addresses(self.pressed.cc),
            bcc=self._addresses(self.pressed.bcc),
            reply_to=self._addresses(self.pressed.reply_to),
        )

    def _addresses(self, compiled: Iterable[Compiled]) -> tuple[str, ...]:
        found: list[str] = []
        for one in compiled:
            text = self._rendered(one).strip()
            for part in split_addresses(text) or ((text,) if text else ()):
                address, problems = parse_address(part, str(self.contact.source))
                self.problems += [problem for problem in problems if problem.severity is Severity.HOLD]
                found += [address] if address else []
        return tuple(found)

    def attached(self) -> list[Attachment]:
        """The files the front matter names, from the workspace; an empty name is none."""
        found = []
        for one in self.pressed.attachments:
            name = self._rendered(one).strip()
            if name:
                found += self._file(name)
        return found

    def _file(self, name: str) -> list[Attachment]:
        try:
            shared = name in self.source.parted.front.attachments
            attachment, content = self.files.attach(self.files.find(name), shared=shared)
        except NoFileError as error:
            self._note(f"Attachment: {error}", "Put the file there, or correct its name.", "missing-attachment")
            return []
        self.contents[attachment.digest] = content
        return [attachment]

    def _image(self, name: str) -> Attachment:
        try:
            path = self.files.find(name, self.source.path.parent)
            attachment, content = self.files.attach(path, inline=True)
        except NoFileError as error:
            raise BadValueError(f"Picture: {error}") from error
        self.contents[attachment.digest] = content
        self.images[attachment.content_id] = attachment
        return attachment

    def shown_images(self, html: str) -> list[Attachment]:
        """The inline images this draft's HTML shows."""
        found = [image for image in self.images.values() if image.content_id in html]
        for content_id, (attachment, content) in self.pressed.images.items():
            if content_id in html:
                self.contents[attachment.digest] = content
                found.append(attachment)
        return found

    def _rendered(self, compiled: Compiled, names: dict[str, Any] | None = None) -> str:
        """The part's words, or "" with a problem."""
        try:
            return run(compiled, self._names if names is None else names)
        except EmptyFieldError as error:
            self._empty(str(error))
        except UnknownNameError as error:
            self._unknown(str(error))
        except LimitError as error:
            self._note(str(error), f"Shorten the loops in {self.source.place}.", "template-limit")
        except BadValueError as error:
            self._note(str(error), f"Correct the cell, or {self.source.place}.", "bad-value")
        except _BROKEN as error:
            self._broken(error)
        return ""

    def _empty(self, name: str) -> None:
        what = f"“{name}” is empty, and the mail prints it."
        cure = f'Fill in the cell, or write {{{{ {name} | default("…") }}}} in {self.source.place}.'
        self._note(what, cure, "empty-field")

    def _unknown(self, name: str) -> None:
        line = self._line_of(name)
        near = difflib.get_close_matches(name, [*self.contact.fields, *OURS], 1, 0.6)
        hint = f"; did you mean “{near[0]}”?" if near else "."
        what = f"{self.source.place}{line}: no column gives “{name}”{hint}"
        there = ", ".join(sorted(self.contact.fields)) or "none"
        self._note(what, f"Correct the name, or add the column. There are: {there}.", "unknown-field")

    def _line_of(self, name: str) -> str:
        parted = self.source.parted
        for number, line in enumerate(parted.body.split("\n"), parted.body_line):
            if re.search(rf"\{{[{{%][^}}]*\b{re.escape(name)}\b", line):
                return f", line {number}"
        return ""

    def _broken(self, error: Exception) -> None:
        words = str(error) or type(error).__name__
        what = f"{self.source.place} cannot be filled in: {words.rstrip('.')}."
        self._note(what, f"Correct {self.source.place}, or this row.", "template-error")

    def _note(self, what: str, cure: str, kind: str, severity: Severity = Severity.HOLD) -> None:
        problem = Problem(str(self.contact.source), what, cure, severity, kind)
        if problem not in self.problems:
            self.problems.append(problem)
