"""`mailer contacts`: what stands in the sheets, what we make of it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli import output, relations
from mailer.cli.completion import CAMPAIGN, SOURCE
from mailer.cli.looking import read_file
from mailer.cli.settings import Settings
from mailer.cli.sources import config_of, firm_of, key_option, open_source, rows_option, sheet_option
from mailer.commands import command
from mailer.errors import ContactsError, UsageError

if TYPE_CHECKING:
    from datetime import date

    from mailer.contacts import Reading
    from mailer.contacts.doubles import Mailboxes
    from mailer.model import Contact, Problem


@click.group(short_help="The people in the spreadsheets.")
def contacts() -> None:
    """Look at the people in the spreadsheets. SOURCE is a name from config.yaml, or a file."""


for _command in (read_file, relations.neglected, relations.heard, relations.note, relations.merge):
    contacts.add_command(_command)


@contacts.command("list", short_help="List the people of a source.")
@click.argument("source", type=SOURCE)
@click.option("--where", default="", metavar="EXPRESSION", help="Only those for whom it is true.")
@sheet_option
@rows_option
@key_option
@output.json_option
@click.pass_obj
def list_contacts(settings: Settings, /, source: str, where: str, as_json: bool, **options: str | None) -> None:
    """List the people of SOURCE as they would be written to."""
    from mailer.expressions import compile_expression

    reading, today = open_source(settings, source, options)
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
@sheet_option
@rows_option
@key_option
@output.json_option
@click.pass_obj
def check(settings: Settings, /, source: str, as_json: bool, **options: str | None) -> int:
    """Read SOURCE and print what is wrong, with the cell and the cure; exit code 65 when nobody can be written to."""
    from mailer.contacts.doubles import Mailboxes

    reading, today = open_source(settings, source, options)
    _tell_guess(reading)
    mailboxes = Mailboxes(firm_of(settings))
    count = mailboxes.counted(reading)
    problems = [*reading.problems, *_doubled(settings, source, mailboxes, today)]
    if as_json:
        shown = [output.problem_json(problem) for problem in problems]
        output.print_json({"contacts": count, "skipped": dict(reading.skipped), "problems": shown})
    else:
        output.line(_summary(reading, count))
        output.problems(problems)
        if not count:
            output.tell("Nobody in it can be written to: mend what is told above, or name another sheet with --sheet.")
    return 0 if count else ContactsError.exit_code


def _tell_guess(reading: Reading) -> None:
    """Say how a text file was taken, with its first three rows to see it by."""
    if reading.sheets != ("",):
        return
    for note in reading.notes:
        output.tell(f"{reading.path.name}: {note}:")
    for row in reading.tables[0].top:
        output.tell("  " + " · ".join(shown for shown, _ in row.cells.values())[:200])


def _doubled(settings: Settings, name: str, mailboxes: Mailboxes, today: date) -> Iterator[Problem]:
    """Who of a source stands in another of config.yaml too."""
    from mailer.contacts import read
    from mailer.model import Problem, Severity

    config, folder = config_of(settings)
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
    skipped = output.passed_over(reading.skipped)
    names = ", ".join(name for name in reading.sheets if name)
    sheet = f" on {names}" if names else ""
    people = f"{count} {'person' if count == 1 else 'people'}{sheet}."
    return f"{people} Passed over: {skipped}." if skipped else people


@contacts.command("show", short_help="The whole story of one relation; of a source, what its sheet tells.")
@click.argument("source", type=SOURCE, metavar="[SOURCE]")
@click.argument("person", metavar="ADDRESS|KEY", required=False)
@sheet_option
@key_option
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
    reading, _ = open_source(settings, source, options)
    wanted = (person.strip(), identity(person.strip()))
    found = [c for c in reading if c.key in wanted or identity(c.address) == wanted[1]]
    if not found:
        raise UsageError(
            f"“{person}” is not in {source}.", cure=f"`{command('contacts', 'list', source)}` names everybody."
        )
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
        workspace.config.campaign(campaign)
        for said in write_statuses(workspace, [campaign]):
            output.line(said)


@contacts.command("new", short_help="Write an empty, well-made workbook.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--staff", is_flag=True, help="For colleagues rather than clients.")
def new(file: Path, staff: bool) -> None:
    """Write FILE, a workbook with the columns we understand, a note on each, and an example row."""
    from mailer.contacts.new import write_new

    write_new(file, "staff" if staff else "clients")
    output.line(f"{file} is ready: write over its example row, then name it in config.yaml (contacts, `file:`).")


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
