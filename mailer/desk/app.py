"""The Flask app of one desk: its door, its pages, its words, and what it says when something cannot be done."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Flask, render_template
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound, RequestEntityTooLarge

from mailer.desk import deciding, dropping, month, people, person, reporting, review, sending, starting, today, words
from mailer.desk.desk import Desk
from mailer.desk.door import BODY_LIMIT, BOOK_LIMIT, MEGABYTE, Door
from mailer.errors import MailerError
from mailer.workspace import Workspace

#: The pages of the menu: endpoint → what it is called.
MENU = {
    "today": "Today",
    "campaigns_list": "Campaigns",
    "sheets": "Contacts",
    "schedule": "Schedule",
    "report": "Report",
}

TOO_LARGE = (
    f"This is larger than the desk takes; a workbook may have {BOOK_LIMIT // MEGABYTE} MB. Take the pictures out of it."
)
NO_PAGE = "There is no such page. What it showed may be gone since."
NOT_UNDERSTOOD = "Your browser asked for this in a way that the desk does not know."


def make_app(open_workspace: Callable[[], Workspace], config_path: Path, port: int) -> tuple[Flask, Door]:
    """The app for one workspace, and the door whose link opens it. Raises ConfigError, LedgerError."""
    app = Flask("mailer.desk", template_folder="pages", static_folder="static")
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME=f"desk-{port}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    desk = Desk(open_workspace, config_path)
    app.extensions["desk"] = desk
    door = Door(port)
    door.guard(app)
    words.teach(app, desk)
    app.jinja_env.globals.update(menu=MENU, desk=desk)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(MailerError, _cannot)
    app.register_error_handler(OSError, _unusable)
    for room in (today, deciding, review, sending, people, person, starting, dropping, month, reporting):
        room.add_pages(app, desk)
    return app, door


def _refused(error: HTTPException) -> tuple[str, int]:
    """A page for what was asked wrongly; it shows nothing of the workspace."""
    if isinstance(error, RequestEntityTooLarge):
        said = TOO_LARGE
    elif isinstance(error, InternalServerError):
        said = words.OUR_MISTAKE
    elif error.description == type(error).description:  # the library's words, for programmers
        said = NO_PAGE if isinstance(error, NotFound) else NOT_UNDERSTOOD
    else:
        said = error.description or NOT_UNDERSTOOD
    return render_template("closed.html", said=said, cure=""), error.code or 500


def _cannot(error: MailerError) -> tuple[str, int]:
    """A page for what cannot go on: the sentence, and what to do."""
    return render_template("closed.html", said=str(error), cure=words.plain_cure(error.cure)), 409


def _unusable(error: OSError) -> tuple[str, int]:
    """A page for a file or a disk that does not let us, in the system's own words."""
    where = f"{error.filename}: " if error.filename else ""
    return render_template("closed.html", said=f"{where}{error.strerror or error}.", cure=""), 409
