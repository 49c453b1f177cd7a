"""A new workbook for a source: it is read and compared first, and takes the present one's place only on a yes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailer.config import ContactSource
from mailer.contacts.comparing import Changes, compare
from mailer.contacts.replacing import digest_of, replace_file
from mailer.desk.desk import Desk
from mailer.desk.sheets import read_as
from mailer.errors import ContactsError
from mailer.model import Contact, Problem

#: How many people of each kind are listed; more are counted.
LISTED = 50


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the page shows of a workbook that waits for a yes."""

    changes: Changes
    problems: tuple[Problem, ...]
    skipped: dict[str, int]
    #: Why the present one cannot be read, or "".
    unreadable: str
    #: The two files as they were compared: a yes counts for these.
    mark: str


def add_pages(app: Flask, desk: Desk) -> None:
    """The form on a sheet's page leads here; then yes or no."""
    dropping = Dropping(desk)
    app.add_url_rule("/contacts/<source>/drop", "drop", dropping.take, methods=["POST"])
    app.add_url_rule("/contacts/<source>/drop/<token>", "dropped", dropping.show)
    app.add_url_rule("/contacts/<source>/drop/<token>/no", "drop_no", dropping.no, methods=["POST"])
    app.add_url_rule("/contacts/<source>/drop/<token>/yes", "drop_yes", dropping.yes, methods=["POST"])


@dataclass(frozen=True, slots=True)
class Dropping:
    """What a person does with a newer workbook."""

    desk: Desk

    def take(self, source: str) -> Response:
        """Take a file that can be read as this source; one that is no use is told in a sentence."""
        workspace = self.desk.workspace
        read = partial(read_as, workspace, source)
        try:
            token = self.desk.drops.take(request.files.get("book"), self._present(source), workspace.folder, read)
        except ContactsError as error:
            return _said(error, url_for("sheet", source=source))
        return redirect(url_for("dropped", source=source, token=token), 303)

    def show(self, source: str, token: str) -> str:
        """What would change."""
        mark = _mark(self._present(source), self.desk.drops.path(token))
        after = self.desk.drops.read(token)
        before, unreadable = self._before(source)
        seen = Comparison(compare(before, after.contacts), after.problems, after.skipped, unreadable, mark)
        return render_template("dropped.html", source=source, token=token, seen=seen, listed=LISTED)

    def no(self, source: str, token: str) -> Response:
        """Leave everything as it is."""
        self.desk.drops.forget(token)
        flash("The present sheet stays.")
        return redirect(url_for("sheet", source=source), 303)

    def yes(self, source: str, token: str) -> Response:
        """Put it in the present one's place, if both are still what was compared."""
        workspace, newer, present = self.desk.workspace, self.desk.drops.path(token), self._present(source)
        here = url_for("dropped", source=source, token=token)
        if request.form.get("mark") != _mark(present, newer):
            flash("Nothing was replaced: the present sheet has changed since this page was shown. Look once more.")
            return redirect(here, 303)
        try:
            kept = replace_file(present, newer, workspace.folder, today=workspace.today)
        except ContactsError as error:
            return _said(error, here)
        self.desk.drops.forget(token)
        flash("The new sheet counts from now on." + (f" The old one is kept as {kept.name}." if kept else ""))
        return redirect(url_for("sheet", source=source), 303)

    def _present(self, source: str) -> Path:
        return self.desk.workspace.folder / _settings(self.desk, source).file

    def _before(self, source: str) -> tuple[tuple[Contact, ...], str]:
        try:
            return self.desk.sheets.read(self.desk.workspace, source).contacts, ""
        except ContactsError as error:
            return (), str(error)


def _said(error: ContactsError, there: str) -> Response:
    flash(f"{error} {error.cure}")
    return redirect(there, 303)


def _settings(desk: Desk, source: str) -> ContactSource:
    if source not in desk.workspace.config.contacts:
        abort(404)
    return desk.workspace.config.contacts[source]


def _mark(present: Path, newer: Path) -> str:
    return f"{digest_of(present)}-{digest_of(newer)}"
