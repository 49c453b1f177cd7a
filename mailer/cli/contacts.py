"""`mailer contacts`: what stands in the sheets, what we make of it, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli import output, relations
from mailer.cli.completion import CAMPAIGN, SOURCE
from mailer.cli.settings import Settings
from mailer.errors import ConfigError, ContactsError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from mailer.config import Config, ContactSource, Firm
    from mailer.contacts import Reading, Sight
    from mailer.contacts.doubles import Mailboxes
    from mailer.contacts.rows import Row
    from mailer.model import Contact, Problem

#: Rows that a terminal is given of a long sheet.
_SHOWN = 50


@click.group(short_help="The people in the spreadsheets.")
def contacts() -> None:
    """Look at the people in the spreadsheets. SOURCE is a name from config.yaml, or a file."""


for _command in (relations.neglected, relations.heard, relations.note, relations.merge):
    contacts.add_command(_command)

_sheet = click.option("--sheet", default="", metavar="NAME", help="The sheet, by name or number.")
_rows = click.option(
    "--rows", type=click.Choice(["visible", "all"]), default=None, help="`all`: hidden and filtered rows too."
)
_key = click.option("--key", default="", metavar="COLUMN", help="The column that names a person for good.")


@contacts.command("read", short_help="Show a file as we see it.")
@click.argument("file", type=click.Path(path_type=Path))
@_sheet
@_rows
@output.json_option
@click.pass_obj
def read_file(settings: Settings, file: Path, sheet: str, rows: str | None, as_json: bool) -> None:
    """Show the table in FILE as we see it, before anything is understood."""
    from mailer.contacts import look

    sight = look(file, sheet, firm=_firm(settings))
    visible = (row for row in sight.rows if rows == "all" or not row.hidden)
    if as_json:
        _write_json(file, sight, visible)
    else:
        _print_sight(file, sight, visible)


def _write_json(file: Path, sight: Sight, rows: Iterator[Row]) -> None:
    """Write the JSON row by row, so that a long sheet needs no memory."""
    head = {
        "file": str(file),
        "sheet": sight.sheet,
        "sheets": [{"name": sheet.name, "hidden": sheet.hidden} for sheet in sight.sheets],
        "header_row": sight.header_row,
        "notes": list(sight.notes),
    }
    click.echo(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [', nl=False)
    for at, row in enumerate(rows):
        click.echo(("," if at else "") + "\n" + json.dumps(_row_json(row), ensure_ascii=False), nl=False)
    problems = [output.problem_json(problem) for problem in sight.problems]
    click.echo(f'], "problems": {json.dumps(problems, ensure_ascii=False)}}}')


def _row_json(row: Row) -> dict[str, Any]:
    from mailer.contacts.rows import letters

    cells = {letters(column): shown for column, (shown, _) in sorted(row.cells.items())}
    return {"row": row.number, "hidden": row.hidden, "cells": cells}


def _print_sight(file: Path, sight: Sight, rows: Iterator[Row]) -> None:
    from mailer.contacts.rows import letters

    for note in sight.notes:
        output.tell(f"{file.name}: {note}.")
    names = [f"{sheet.name}{' (hidden)' if sheet.hidden else ''}" for sheet in sight.sheets]
    if len(names) > 1:
        output.tell(f"Sheets: {', '.join(names)}. Shown: {sight.sheet}.")
    taken: list[Row] = []
    more = 0
    for row in rows:
        if len(taken) < _SHOWN:
            taken.append(row)
        else:
            more += 1
    width = max((max(row.cells) for row in taken if row.cells), default=0)
    columns = [column for column in range(1, width + 1) if any(column in row.cells for row in taken)]
    table = [[_number(row, sight), *(row.cells.get(column, ("", None))[0] for column in columns)] for row in taken]
    output.table(["", *map(letters, columns)], table, title=sight.sheet)
    if more:
        output.line(f"… and {more} more rows (--json lists them all).")
    output.problems(sight.problems)


def _number(row: Row, sight: Sight) -> str:
    mark = " header" if row.number == sight.header_row else " hidden" if row.hidden else ""
    return f"{row.number}{mark}"


@contacts.command("list", short_help="List the people of a source.")
@click.argument("source", type=SOURCE)
@click.option("--where", default="", metavar="EXPRESSION", help="Only those for whom it is true.")
@_sheet
@_rows
@_key
@output.json_option
@click.pass_obj
def list_contacts(settings: Settings, /, source: str, where: str, as_json: bool, **options: str | None) -> None:
    """List the people of SOURCE as they would be written to."""
    from mailer.expressions import compile_expression

    reading, today = _open(settings, source, options)
    chosen = compile_expression(where) if where else None
    _tell_guess(reading)
    people = (contact for contact in reading if chosen is None or chosen(contact.fields, today))
    if as_json:
        output.print_json([contact_json(contact) for contact in people])
        return
    rows = [(c.key, c.address, c.name, c.owner, c.language, c.source.row) for c in people]
    output.table(("key", "address", "name", "owner", "language", "row"), rows)
    output.tell(_summary(reading, len(rows)))


@contacts.command("check", short_help="What is wrong in a source, worst first.")
@click.argument("source", type=SOURCE)
@_sheet
@_rows
@_key
@output.json_option
@click.pass_obj
def check(settings: Settings, /, source: str, as_json: bool, **options: str | None) -> int:
    """Read SOURCE and print what is wrong, with the cell and the cure; exit code 65 when nobody can be written to."""
    from mailer.contacts.doubles import Mailboxes

    reading, today = _open(settings, source, options)
    _tell_guess(reading)
    mailboxes = Mailboxes(_firm(settings))
    count = mailboxes.counted(reading)
    problems = [*reading.problems, *_doubled(settings, source, mailboxes, today)]
    if as_json:
        shown = [output.problem_json(problem) for problem in problems]
        output.print_json({"contacts": count, "skipped": dict(reading.skipped), "problems": shown})
    else:
        output.line(_summary(reading, count))
        output.problems(problems)
    return 0 if count else ContactsError.exit_code


def _tell_guess(reading: Reading) -> None:
    """Say how a text file was taken, with its first three rows to see it by."""
    if reading.sheets != ("",):
        return
    for note in reading.notes:
        output.tell(f"{reading.files[0].name}: {note}:")
    for row in reading.tables[0].top:
        output.tell("  " + " · ".join(shown for shown, _ in row.cells.values())[:200])


def _doubled(settings: Settings, name: str, mailboxes: Mailboxes, today: date) -> Iterator[Problem]:
    """Who of a source stands in another of config.yaml too."""
    from mailer.contacts import read
    from mailer.model import Problem, Severity

    config, folder = _config(settings)
    if config is None:
        return
    for other, source in config.contacts.items():
        if other == name or (folder / source.file).resolve() == Path(name).resolve():
            continue
        try:
            found = read(other, source, folder, firm=config.firm, today=today)
            yield from mailboxes.doubled(found)
        except ContactsError as error:
            what = f"The same addresses could not be looked for in {other}: {error}"
            yield Problem(source.file, what, error.cure, Severity.NOTE, "not-compared")


def _summary(reading: Reading, count: int) -> str:
    """Say how many there are and who was passed over: "23 people. Passed over: 1 hidden row, 10 blank rows."."""
    skipped = [f"{number} {kind} row{'' if number == 1 else 's'}" for kind, number in sorted(reading.skipped.items())]
    names = ", ".join(name for name in reading.sheets if name)
    sheet = f" on {names}" if names else ""
    people = f"{count} {'person' if count == 1 else 'people'}{sheet}."
    return f"{people} Passed over: {', '.join(skipped)}." if skipped else people


@contacts.command("show", short_help="The whole story of one relation; of a source, what its sheet tells.")
@click.argument("source", type=SOURCE, metavar="[SOURCE]")
@click.argument("person", metavar="ADDRESS|KEY", required=False)
@_sheet
@_key
@output.json_option
@click.pass_obj
def show(settings: Settings, /, source: str, person: str | None, as_json: bool, **options: str | None) -> None:
    """Tell the story of one person, found by address or key: facts, memos, mails, replies, and what comes next.

    With a SOURCE, show everything that this one sheet tells of them, and nothing else.
    """
    from mailer.addresses import identity

    if person is None:
        relations.tell_story(settings, source, as_json=as_json)
        return
    reading, _ = _open(settings, source, options)
    wanted = (person.strip(), identity(person.strip()))
    found = [c for c in reading if c.key in wanted or identity(c.address) == wanted[1]]
    if not found:
        raise UsageError(f"“{person}” is not in {source}.", cure=f"mailer contacts list {source} names everybody.")
    if as_json:
        output.print_json([contact_json(contact) for contact in found])
        return
    for contact in found:
        output.table(("", contact.name or contact.address), _facts(contact))
        output.problems(contact.problems)


def _facts(contact: Contact) -> list[tuple[str, str]]:
    names = ("key", "address", "name", "audience", "owner", "language", "country", "timezone")
    facts = [(name, str(getattr(contact, name))) for name in names]
    facts += [(name, str(field)) for name, field in contact.fields.items() if name not in names]
    facts += [("memo", memo.words) for memo in contact.memos]
    return [(name, shown) for name, shown in [*facts, ("from", str(contact.source))] if shown]


@contacts.command("status", short_help="Write a campaign's state beside its sheets.")
@click.argument("campaign", type=CAMPAIGN)
@click.pass_obj
def status(settings: Settings, campaign: str) -> None:
    """Write how the latest mail of everybody stands into a workbook beside CAMPAIGN's sheet, which is never touched.

    The same is done at the end of every prepare and of every sending pass.
    """
    from mailer.workspace.statuses import write_statuses

    with settings.workspace() as workspace:
        for said in write_statuses(workspace, [campaign]):
            output.line(said)


@contacts.command("new", short_help="Write an empty, well-made workbook.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--staff", is_flag=True, help="For colleagues rather than clients.")
def new(file: Path, staff: bool) -> None:
    """Write FILE, a workbook with the columns we understand, a note on each, and an example row."""
    from mailer.contacts.new import write_new

    write_new(file, "staff" if staff else "clients")
    output.line(f"{file} is ready: write over its example row.")


def contact_json(contact: Contact) -> dict[str, Any]:
    """Shape a contact as scripts may rely on."""
    source = contact.source
    return {
        "key": contact.key,
        "address": contact.address,
        "name": contact.name,
        "audience": contact.audience,
        "owner": contact.owner,
        "language": contact.language,
        "timezone": contact.timezone,
        "fields": {name: str(field) for name, field in contact.fields.items()},
        "source": {"file": source.file, "sheet": source.sheet, "row": source.row},
    }


def _open(settings: Settings, name: str, options: dict[str, str | None]) -> tuple[Reading, date]:
    """Read a source of config.yaml, or a file; options on the command line count more than the config."""
    from zoneinfo import ZoneInfo

    from mailer.contacts import read
    from mailer.workspace import Clock

    source, folder, firm = _source(settings, name)
    source = source.model_copy(update={option: value for option, value in options.items() if value})
    today = Clock().now().astimezone(ZoneInfo(firm.timezone)).date()
    return read(name, source, folder, firm=firm, today=today), today


def _source(settings: Settings, name: str) -> tuple[ContactSource, Path, Firm]:
    from mailer.config import ContactSource

    config, folder = _config(settings)
    if config and name in config.contacts:
        return config.contacts[name], folder, config.firm
    if Path(name).exists():
        return ContactSource.model_validate({"file": name}), Path.cwd(), _firm(settings)
    if config is None:
        settings.find_config()
    known = ", ".join(config.contacts) if config else ""
    cure = f"There are: {known}." if known else "Name a file."
    raise UsageError(f"“{name}” is neither a contact source of config.yaml nor a file.", cure=cure)


def _firm(settings: Settings) -> Firm:
    """Give the firm of config.yaml, where there is one: its language decides how cells are shown."""
    from mailer.config import Firm

    config, _ = _config(settings)
    return config.firm if config else Firm.model_validate({"name": ""})


def _config(settings: Settings) -> tuple[Config | None, Path]:
    """Give config.yaml and its folder; None where there is none, unless one was named."""
    from mailer.config import read

    try:
        path = settings.find_config()
    except ConfigError:
        return None, Path.cwd()
    return read(path), path.parent
