"""Workbooks that were dropped on the desk and wait for a yes; letting them go leaves no trace."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from flask import abort
from werkzeug.datastructures import FileStorage

from mailer.contacts.replacing import check_replaceable
from mailer.desk.sheets import SheetRead
from mailer.errors import ContactsError

#: Where a workbook waits for the yes; beside config.yaml.
WAITING = ".dropped"
#: In seconds.
DAY = 24 * 60 * 60.0


class Drops:
    """The workbooks that wait for a yes on this desk, each in a folder of its own inside the workspace."""

    def __init__(self) -> None:
        self._waiting: dict[str, Path] = {}
        self._read: dict[str, SheetRead] = {}

    def take(self, book: FileStorage | None, present: Path, folder: Path, read: Callable[[Path], SheetRead]) -> str:
        """Keep an uploaded file that can be read, under the present one's name; its token. Raises ContactsError."""
        if book is None or not book.filename:
            raise ContactsError("No file was chosen.", cure="Choose the new workbook first.")
        ending = present.suffix.lower()
        if Path(book.filename).suffix.lower() != ending:
            raise ContactsError(
                f"The present sheet is a {ending} file, and this is not.", cure=f"Save the new one as {ending} too."
            )
        check_replaceable(present, folder)
        token = secrets.token_urlsafe(12)
        waiting = folder / WAITING / token
        waiting.mkdir(parents=True)
        _sweep(waiting)
        self._waiting[token] = waiting / present.name
        try:
            book.save(self._waiting[token])
            self._read[token] = read(self._waiting[token])
        except ContactsError as error:
            self.forget(token)
            raise ContactsError(f"The file you chose cannot be used: {error}", cure=error.cure) from error
        except OSError:
            self.forget(token)
            raise
        return token

    def path(self, token: str) -> Path:
        """Where it waits; a page that is not there for a token of no file."""
        path = self._waiting.get(token)
        if path is None or not path.exists():
            abort(404, "This workbook no longer waits here. Choose it once more.")
        return path

    def read(self, token: str) -> SheetRead:
        """Who is in it; a page that is not there for a token of no file."""
        self.path(token)
        return self._read[token]

    def forget(self, token: str) -> None:
        """Let one go."""
        path = self._waiting.pop(token, None)
        self._read.pop(token, None)
        if path:
            shutil.rmtree(path.parent, ignore_errors=True)

    def close(self) -> None:
        """Let all go: who closes the desk has not said yes."""
        for token in list(self._waiting):
            self.forget(token)


def _sweep(newest: Path) -> None:
    """Let go of what a desk that was killed left behind, a day before the newest or longer."""
    now = newest.stat().st_mtime
    for other in newest.parent.iterdir():
        if now - other.stat().st_mtime > DAY:
            shutil.rmtree(other, ignore_errors=True)
