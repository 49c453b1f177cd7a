"""Hollow and honest mails, as people write them: what the sincerity check is counted over."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from mailer.model import Contact, Draft, Field
from tests.factories import contact, draft

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the set, with whom it goes to and whose account it leaves from."""

    to: str
    by: str
    subject: str
    text: str
    language: str = "en"

    @property
    def draft(self) -> Draft:
        """As the checks see it."""
        return draft(from_=f"{self.by} <{self.by.split()[0].lower()}@h.example>", subject=self.subject, text=self.text)

    @property
    def contact(self) -> Contact:
        """The row it was made from."""
        first, _, last = self.to.partition(" ")
        return contact(
            name=self.to,
            fields={"first_name": Field(first, first), "last_name": Field(last, last)},
            language=self.language,
        )


def letters(kind: str) -> list[Letter]:
    """The `hollow` or the `honest` ones."""
    found = tomllib.loads((FOLDER / f"{kind}.toml").read_text(encoding="utf-8"))["letter"]
    return [Letter(**{**each, "text": each["text"].strip()}) for each in found]
