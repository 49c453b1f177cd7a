"""One person: what the sheet says, how we stand, what has been; and what is noted of them here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailer.desk.desk import Desk
from mailer.desk.words import KINDS, emails
from mailer.errors import UsageError
from mailer.ledger import listing, suppressions
from mailer.ledger.listing import Entry
from mailer.ledger.opening import Ledger
from mailer.model import Contact, Status
from mailer.relations import Story, instant_of, keep_memo, log_contact, relation_of, tell
from mailer.workspace.suppressing import allow, suppress

#: How one is in touch without an email of ours: as it is kept → as the page says it.
WAYS = {"phone": "A phone call", "visit": "A visit", "letter": "A letter or card", "message": "A message"}
UNSURE = "Nothing was changed: tick the box first."


def add_pages(app: Flask, desk: Desk) -> None:
    """The page, and its forms."""
    actions = Actions(desk)

    @app.get("/contacts/<source>/<int:row>")
    def person(source: str, row: int) -> str:
        contact = contact_in(desk, source, row)
        story = _story(desk, contact)
        return render_template(
            "person.html",
            source=source,
            contact=contact,
            story=story,
            lines=[event for event in reversed(story.events) if event.kind not in set(Status)],
            emails_to=_emails(desk, contact),
            ways=WAYS,
            kinds=KINDS,
            today=desk.workspace.today,
        )

    for name in ("heard", "note", "silence", "lift"):
        rule = f"/contacts/<source>/<int:row>/{name}"
        app.add_url_rule(rule, f"person_{name}", getattr(actions, name), methods=["POST"])


def contact_in(desk: Desk, source: str, row: int) -> Contact:
    """Who stands in that row of a sheet; a page that is not there where nobody does. Raises ContactsError."""
    if source not in desk.workspace.config.contacts:
        abort(404)
    read = desk.sheets.read(desk.workspace, source)
    found = next((each for each in read.contacts if each.source.row == row), None)
    if found is None:
        abort(404, "Nobody stands in this row of the sheet any more.")
    return found


def _story(desk: Desk, contact: Contact) -> Story:
    workspace = desk.workspace
    relation = relation_of(workspace.ledger, workspace.config, contact, now=workspace.now)
    return tell(workspace.ledger, relation.person, relation)


def _emails(desk: Desk, contact: Contact) -> list[Entry]:
    found: list[Entry] = []
    for ledger in desk.workspace.ledgers():
        with ledger.read() as tx:
            found += listing.entries(tx, address=contact.address)
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Actions:
    """What is noted of a person; every answer leads back to their page."""

    desk: Desk

    def heard(self, source: str, row: int) -> Response:
        """A call, a visit, a letter: their clock starts again."""
        workspace, contact = self.desk.workspace, self._seen(source, row)
        said = request.form.get("on", "")
        try:
            day = date.fromisoformat(said) if said else None
            at = instant_of(day, now=workspace.now, timezone=workspace.config.firm.timezone)
        except ValueError:
            return _back(source, row, f"“{said}” is not a day; write it as {workspace.today}.")
        except UsageError as error:
            return _back(source, row, f"Nothing was noted. {error}")
        way, words = request.form.get("way", ""), request.form.get("words", "")
        for ledger, person in self._everywhere(contact):
            log_contact(ledger, person, way, words, at=at, who=workspace.who)
        return _back(source, row, f"Noted: in touch on {at.day} {at:%B %Y}.")

    def note(self, source: str, row: int) -> Response:
        """What we know of them, for us alone."""
        workspace, contact = self.desk.workspace, self._seen(source, row)
        words = request.form.get("words", "")
        if not words.strip():
            return _back(source, row, "There was nothing to keep: write it down first.")
        for ledger, person in self._everywhere(contact):
            keep_memo(ledger, person, words, at=workspace.now, who=workspace.who)
        return _back(source, row, "Kept. It stands beside every email to them, and is never sent.")

    def silence(self, source: str, row: int) -> Response:
        """Write to them no more."""
        workspace, contact = self.desk.workspace, self._seen(source, row)
        if not request.form.get("sure"):
            return _back(source, row, UNSURE)
        reason = request.form.get("reason", "").strip() or "asked us to stop"
        addresses = contact.addresses
        done = suppress(workspace, addresses, reason=reason)
        called = f" Called off: {emails(len(done.cancelled))}." if done.cancelled else ""
        return _back(source, row, f"Nothing more goes to {', '.join(addresses)}.{called}")

    def lift(self, source: str, row: int) -> Response:
        """Write to them again."""
        contact = self._seen(source, row)
        if not request.form.get("sure"):
            return _back(source, row, UNSURE)
        allow(self.desk.workspace, contact.addresses)
        with self.desk.workspace.ledger.read() as tx:
            still = suppressions.among(tx, [contact.address])
        if still:
            return _back(source, row, "Their whole domain was stopped; whoever looks after Mailer here can lift that.")
        return _back(source, row, f"{contact.address} may be written to again. What was called off stays so.")

    def _seen(self, source: str, row: int) -> Contact:
        """Who stood on the page that was sent; the row of a sheet that was sorted meanwhile is somebody else's."""
        contact = contact_in(self.desk, source, row)
        if request.form.get("key") != contact.key:
            abort(409, "The sheet has changed, and somebody else stands in this row now. Nothing was noted.")
        return contact

    def _everywhere(self, contact: Contact) -> Iterator[tuple[Ledger, int]]:
        """Each ledger with who they are in it: what is noted in a rehearsal counts when mail is real, too."""
        workspace = self.desk.workspace
        for ledger in workspace.ledgers_of_people():
            yield ledger, relation_of(ledger, workspace.config, contact, now=workspace.now).person


def _back(source: str, row: int, said: str) -> Response:
    flash(said)
    return redirect(url_for("person", source=source, row=row), 303)
