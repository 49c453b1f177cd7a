"""A loaded template: rendered for one contact at a time into a sealed draft with its problems."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel import Locale

from mailer.config.models import Account, Firm
from mailer.errors import TemplateError
from mailer.model import Contact, Draft, Edit, Field, Problem
from mailer.templates.cleaning import named_address
from mailer.templates.compiling import checked_text, names_in
from mailer.templates.context import OURS, locale_of, names_given, usable
from mailer.templates.files import Files
from mailer.templates.pages import PLAIN_LAYOUT
from mailer.templates.pressing import Pressed, Source, press
from mailer.templates.rendering import Rendering
from mailer.templates.sandbox import Run
from mailer.templates.sealing import Envelope, seal

#: What an account without a From of its own (a rehearsal) writes as.
REHEARSAL_ADDRESS = "rehearsal@mailer.invalid"
#: What a letter to people of any language is written in, as those that come with Mailer are.
_EVERYBODYS = "en"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One contact's draft, what is wrong with it, and the bytes of its attachments by digest."""

    draft: Draft
    problems: tuple[Problem, ...]
    attachments: Mapping[str, bytes]


class Template:
    """What `load` gives; keeps the compiled parts per language and signature."""

    def __init__(self, name: str, folder: Path, firm: Firm, sources: Mapping[str, Source]) -> None:
        self.name = name
        self._folder = folder
        self._firm = firm
        self._sources = sources
        self._files = Files(folder)
        self._pressed: dict[tuple[str, str, bool], Pressed] = {}

    @property
    def kind(self) -> str:
        """What the mail is: "personal" or "marketing"."""
        return self._sources[""].parted.front.kind

    @property
    def description(self) -> str:
        """The line for lists."""
        return self._sources[""].parted.front.description

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is written in, that of the file without a language first."""
        return tuple(dict.fromkeys(self._language_of(self._sources[each]) for each in sorted(self._sources)))

    @property
    def fields(self) -> frozenset[str]:
        """The columns it asks for, those it can do without among them."""
        texts = [text for source in self.sources for text in source.texts]
        return frozenset(name for text in texts for name in names_in(text)) - frozenset(OURS)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Its files, read: the one without a language first."""
        return tuple(self._sources[language] for language in sorted(self._sources))

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file it depends on so far, to be watched for changes."""
        own = {source.path for source in self._sources.values()}
        twins = {path.with_suffix(".txt") for path in own if path.with_suffix(".txt").is_file()}
        return tuple(sorted(own | twins | self._files.seen))

    @property
    def seen(self) -> AbstractSet[Path]:
        """The files beside its own that it has asked for so far, missing ones too."""
        return self._files.seen

    def check(self) -> None:
        """Compile every language with its layout; raises TemplateError."""
        for source in self._sources.values():
            self._press(source, "")

    def render(
        self,
        contact: Contact,
        *,
        account_name: str,
        account: Account,
        campaign: str,
        round: str,  # noqa: A002  # the house's word
        now: datetime,
        person: int = 0,
        step: int = 0,
        edit: Edit | None = None,
        unsubscribe: bool = False,
    ) -> Rendered:
        """The draft for `contact`; what fails is a HOLD problem of it, never an exception.

        With `unsubscribe` a personal mail says how to leave; marketing always does.
        Raises TemplateError only for what fails for everybody: the layout or the account's signature.
        """
        from_ = account.from_ or named_address(self._firm.name, REHEARSAL_ADDRESS)
        tells_way_out = unsubscribe or self.kind == "marketing"
        here = self._firm.local(now)
        source = self._source_for(contact.language)
        rendering = Rendering(
            self._press(source, account.signature, edit, tells_way_out=tells_way_out),
            self._given(contact, source, from_, here, edit, tells_way_out=tells_way_out),
            Run(self._locale_for(contact, source), self._firm.country, here, html=False),
            self._files,
            source,
            contact,
        )
        words = rendering.words(edit)
        envelope = Envelope(
            account=account_name,
            from_=from_,
            kind=self.kind,
            to=(named_address(contact.name, contact.address), *contact.also),
            **rendering.copies(),
            attachments=(*rendering.attached(), *rendering.shown_images(words.html)),
            unsubscribe=tells_way_out,
        )
        draft = Draft(
            campaign=campaign,
            round=round,
            step=step,
            person=person,
            copy=contact.copy,
            subject=words.subject,
            text=words.text,
            html=words.html,
            branches=tuple(dict.fromkeys(rendering.run.branches)),
            digest=seal(envelope, words.subject, words.text, words.html),
            **envelope,
        )
        return Rendered(draft, tuple(rendering.problems), rendering.contents)

    def _source_for(self, language: str) -> Source:
        """The variant for "fr-CA": fr-ca, else fr, else the one without a language; nobody's is the firm's."""
        return self._sources[self._nearest(language or self._firm.language)]

    def _nearest(self, language: str) -> str:
        wanted = language.lower()
        while wanted and wanted not in self._sources:
            wanted = wanted.rpartition("-")[0]
        return wanted

    def _language_of(self, source: Source) -> str:
        """The firm's for a file without one; but beside a file in the firm's language it is for everybody else."""
        return source.language or (_EVERYBODYS if self._nearest(self._firm.language) else self._firm.language)

    def _given(
        self, contact: Contact, source: Source, from_: str, now: datetime, edit: Edit | None, *, tells_way_out: bool
    ) -> dict[str, object]:
        """What the template may name; the sentence of an edit stands in for the sheet's."""
        given = names_given(
            contact,
            firm=self._firm,
            from_=from_,
            now=now,
            kind=self.kind,
            language=self._language_of(source),
            tells_way_out=tells_way_out,
        )
        if edit and edit.personal_line is not None:
            given["personal_line"] = usable("personal_line", Field(edit.personal_line, edit.personal_line))
        return given

    def _locale_for(self, contact: Contact, source: Source) -> Locale:
        language = self._language_of(source)
        return locale_of(language, contact.language, contact.country or self._firm.country)

    def _press(
        self, source: Source, signature: str, edit: Edit | None = None, *, tells_way_out: bool = False
    ) -> Pressed:
        body = edit.body if edit else None
        key = (source.language, signature, tells_way_out)
        if body is None and key in self._pressed:
            return self._pressed[key]
        layout = self._layout(source)
        closing = self._signature(source, signature)
        pressed = press(source, layout, closing, self._files, body=body, tells_way_out=tells_way_out)
        if body is None:
            self._pressed[key] = pressed
        return pressed

    def _layout(self, source: Source) -> str:
        name = source.parted.front.layout
        if name == "none":
            return PLAIN_LAYOUT
        path = self._folder / "templates" / "layouts" / f"{name}.html"
        if name == "letter" and not path.is_file():
            return PLAIN_LAYOUT
        if not path.resolve().is_relative_to(self._folder.resolve()) or not path.is_file():
            line = source.parted.lines.get("layout", 1)
            raise TemplateError(
                f"{source.place}, line {line}: there is no layout “{name}”.",
                cure=f"Put it into templates/layouts/{name}.html, or write `layout: none`.",
            )
        self._files.seen.add(path)
        return checked_text(path, html=True)

    def _signature(self, source: Source, configured: str) -> str:
        if not configured or source.parted.front.signature == "none":
            return ""
        path = self._folder / configured
        translated = path.with_suffix(f".{source.language}{path.suffix}")
        self._files.seen |= {path, translated}
        if source.language and translated.is_file():
            path = translated
        if not path.is_file():
            raise TemplateError(f"There is no signature {configured}.", cure="Correct `signature:` of the account.")
        return checked_text(path, html=False)
