"""Contacts: the sheets as they were read, and what is wrong in them by cell."""

from __future__ import annotations

from flask import Flask, abort, render_template, request

from mailer.desk.desk import Desk
from mailer.model import Contact

#: How many contacts a page shows.
PAGE = 100


def add_pages(app: Flask, desk: Desk) -> None:
    """The sheets, and one of them."""

    @app.get("/contacts")
    def sheets() -> str:
        return render_template("sheets.html", sources=desk.workspace.config.contacts)

    @app.get("/contacts/<source>")
    def sheet(source: str) -> str:
        if source not in desk.workspace.config.contacts:
            abort(404)
        text, page = request.args.get("find", "").strip(), max(1, request.args.get("page", 1, int))
        read = desk.sheets.read(desk.workspace, source)
        found = [contact for contact in read.contacts if _has(contact, text)]
        listed = found[(page - 1) * PAGE : page * PAGE]
        return render_template(
            "sheet.html", source=source, read=read, listed=listed, count=len(found), page=page,
            pages=-(-len(found) // PAGE), text=text,
        )  # fmt: skip


def _has(contact: Contact, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in part.casefold() for part in (contact.name, contact.address, contact.owner, contact.key))
