"""Contacts: the sheets as they were read, and what is wrong in them by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, abort, render_template, request

from mailer.desk.desk import Desk
from mailer.errors import ContactsError
from mailer.model import Contact

#: How many contacts a page shows.
PAGE = 100


def add_pages(app: Flask, desk: Desk) -> None:
    """The sheets, and one of them."""

    @app.get("/contacts")
    def sheets() -> str:
        return render_template("sheets.html", sources=desk.workspace.config.contacts)

    @app.get("/contacts/<source>")
    def sheet(source: str) -> str | tuple[str, int]:
        if source not in desk.workspace.config.contacts:
            abort(404)
        wanted = Wanted.from_query(request.args)
        page = max(1, request.args.get("page", 1, int))
        try:
            read = desk.sheets.read(desk.workspace, source)
        except ContactsError as error:
            return render_template("unread.html", source=source, error=error), 409
        found = [contact for contact in read.contacts if wanted.has(contact)]
        return render_template(
            "sheet.html",
            source=source,
            read=read,
            listed=found[(page - 1) * PAGE : page * PAGE],
            count=len(found),
            page=page,
            pages=-(-len(found) // PAGE),
            wanted=wanted,
            owners=sorted({contact.owner for contact in read.contacts if contact.owner}),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom the page is asked for; everybody where nothing is said."""

    #: In the name, the address, the owner or the number.
    find: str = ""
    owner: str = ""
    #: Only those of whose row something is to be looked at.
    odd: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        """What stands behind the page's address."""
        return cls(query.get("find", "").strip(), query.get("owner", ""), bool(query.get("odd")))

    @property
    def query(self) -> dict[str, str]:
        """The same, for links; {} for everybody."""
        said = {"find": self.find, "owner": self.owner, "odd": "1" if self.odd else ""}
        return {name: text for name, text in said.items() if text}

    def has(self, contact: Contact) -> bool:
        """Whether they are among them."""
        if self.owner not in ("", contact.owner) or (self.odd and not contact.problems):
            return False
        text = self.find.casefold()
        return any(text in part.casefold() for part in (contact.name, contact.address, contact.owner, contact.key))
