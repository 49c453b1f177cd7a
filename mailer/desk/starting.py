"""A new campaign from a ready one: a form, what is wrong beside its fields, and config.yaml with one campaign more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from mailer import templates
from mailer.config import Config, adding
from mailer.contacts.header import field_name
from mailer.desk.desk import Desk
from mailer.errors import ContactsError

#: A part of the form → how the page asks for it.
ASKED = {
    "when.every": "How often",
    "when.on": "On which day",
    "when.date": "The column of the sheet with the date",
    "when.column": "The column of the sheet with the day to write",
    "when.offset": "Days before or after that day",
    "when.at": "At what time",
    "prepare": "How long before its emails are ready to be read",
}
OFTEN = ("day", "weekday", "week", "fortnight", "month", "quarter", "year")
_NAME = re.compile(r"\w[\w -]{0,59}")
#: What stands for “whoever knows the person” among the accounts.
OWNER = "owner:"


@dataclass(slots=True)
class Filled:
    """The form as it stands: what its fields say, and what is wrong with them."""

    name: str
    contacts: list[str]
    template: str
    from_: str
    #: The other fields that this campaign has, as "when.on".
    texts: dict[str, str] = field(default_factory=dict)
    #: Field → what is wrong; "" for what belongs to no field.
    wrong: dict[str, str] = field(default_factory=dict)


def add_pages(app: Flask, desk: Desk) -> None:
    """The ready ones, and the form of one."""

    @app.get("/start")
    def start() -> str:
        return render_template("start.html", recipes=adding.recipes(), there=desk.workspace.config.campaigns)

    @app.post("/start/<recipe>/all")
    def start_all(recipe: str) -> Response:
        new = adding.add(desk.config_path, recipe)
        flash(f"New: {', '.join(new)}." if new else "These stand there already.")
        return redirect(url_for("campaigns_list"), 303)

    @app.get("/start/<recipe>/<ready>")
    def start_one(recipe: str, ready: str) -> str:
        keys = _ready(desk.workspace.config, recipe, ready)
        return _page(desk, recipe, ready, _from_keys(ready, keys))

    @app.post("/start/<recipe>/<ready>")
    def start_this(recipe: str, ready: str) -> Response | tuple[str, int]:
        keys = _ready(desk.workspace.config, recipe, ready)
        filled = _from_form(request.form, _from_keys(ready, keys))
        _write_into(keys, filled)
        filled.wrong = _wrong(desk, filled, keys)
        if filled.wrong:
            return _page(desk, recipe, ready, filled), 422
        adding.write(desk.config_path, {filled.name: keys})
        flash(f"{filled.name} is one of your campaigns now.")
        return redirect(url_for("campaign", campaign=filled.name), 303)


def _ready(config: Config, recipe: str, ready: str) -> Any:
    """The keys of a ready campaign, with this firm's sheets and accounts. Raises UsageError where it has none."""
    known = adding.recipes().get(recipe)
    if known is None or ready not in known.campaigns:
        abort(404)
    return adding.fitted(config, ready, known.campaigns[ready])


def _page(desk: Desk, recipe: str, ready: str, filled: Filled) -> str:
    workspace, known = desk.workspace, adding.recipes()[recipe]
    return render_template(
        "start_one.html",
        recipe=recipe,
        ready=ready,
        said=known.campaigns[ready].get("said") or known.said,
        filled=filled,
        sources=workspace.config.contacts,
        templates=templates.names(workspace.folder),
        accounts=workspace.config.accounts,
        asked=ASKED,
        often=OFTEN,
        owner=OWNER,
    )


def _from_keys(name: str, keys: Mapping[str, Any]) -> Filled:
    contacts, from_ = keys["contacts"], keys["from"]
    return Filled(
        name=name,
        contacts=[contacts] if isinstance(contacts, str) else list(contacts),
        template=str(keys["template"]),
        from_=from_ if isinstance(from_, str) else OWNER + str(from_["otherwise"]),
        texts=dict(_texts(keys)),
    )


def _texts(keys: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that are plain text, those of the rule first."""
    rule = keys.get("when")
    if isinstance(rule, Mapping):
        yield from ((f"when.{key}", str(value)) for key, value in rule.items())
    if "prepare" in keys:
        yield "prepare", str(keys["prepare"])


def _from_form(form: MultiDict[str, str], ready: Filled) -> Filled:
    return Filled(
        name=form.get("name", "").strip(),
        contacts=form.getlist("contacts"),
        template=form.get("template", ""),
        from_=form.get("from", ""),
        texts={key: form.get(key, "").strip() for key in ready.texts},
    )


def _write_into(keys: Any, filled: Filled) -> None:
    """Put what the fields say in place of what the ready campaign says; an emptied field leaves its key out."""
    account = filled.from_.removeprefix(OWNER)
    keys["contacts"] = adding.flow(filled.contacts) if len(filled.contacts) != 1 else filled.contacts[0]
    keys["template"] = filled.template
    keys["from"] = adding.flow({"field": "owner", "otherwise": account}) if account != filled.from_ else account
    for path, text in filled.texts.items():
        first, _, second = path.partition(".")
        inside, key = (keys[first], second) if second else (keys, first)
        if text:
            inside[key] = text
        else:
            inside.pop(key)


def _wrong(desk: Desk, filled: Filled, keys: Any) -> dict[str, str]:
    """What a person must mend before anything is written."""
    workspace = desk.workspace
    wrong = {}
    if not _NAME.fullmatch(filled.name):
        wrong["name"] = "A name of letters, digits, spaces and hyphens is needed."
    elif filled.name in workspace.config.campaigns:
        wrong["name"] = "A campaign of this name stands there already."
    if not filled.contacts:
        wrong["contacts"] = "Choose at least one sheet."
    if filled.template not in templates.names(workspace.folder):
        wrong["template"] = "This template is not in the templates folder."
    wrong |= _columns(desk, filled)
    if wrong:
        return wrong
    return {_place(path): what for path, what in adding.mistakes_in(desk.config_path, filled.name, keys).items()}


def _columns(desk: Desk, filled: Filled) -> dict[str, str]:
    """Whether the column that says when is in one of the sheets; one that cannot be read says nothing of it."""
    wrong = {}
    for place in ("when.date", "when.column"):
        column = filled.texts.get(place)
        if column and not any(field_name(column) in known for known in _known(desk, filled.contacts)):
            wrong[place] = f"None of these sheets has a column “{column}”."
    return wrong


def _known(desk: Desk, sources: list[str]) -> Iterator[Mapping[str, object]]:
    for name in sources:
        if name in desk.workspace.config.contacts:
            with suppress(ContactsError):
                yield from (contact.fields for contact in desk.sheets.read(desk.workspace, name).contacts)


def _place(path: str) -> str:
    """The field of the form that a key of config.yaml belongs to."""
    first = path.partition(".")[0]
    return path if path in ASKED else first if first in {"contacts", "template", "from"} else ""
