"""Contacts: the sheets as they were read, and what is wrong in them by cell."""

from __future__ import annotations

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
        text, page = request.args.get("find", "").strip(), max(1, request.args.get("page", 1, int))
        try:
            read = desk.sheets.read(desk.workspace, source)
        except ContactsError as error:
            return render_template("unread.html", source=source, error=error), 409
        found = [contact for contact in read.contacts if _has(contact, text)]
        listed = found[(page - 1) * PAGE : page * PAGE]
        return render_template(
            "sheet.html", source=source, read=read, listed=listed, count=len(found), page=page,
            pages=-(-len(found) // PAGE), text=text,
        )  # fmt: skip


def _has(contact: Contact, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in part.casefold() for part in (contact.name, contact.address, contact.owner, contact.key))
