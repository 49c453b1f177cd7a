"""`mailer templates`: the letters of the workspace, what each needs, and whether it can be used."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli import output
from mailer.cli.settings import Settings
from mailer.commands import command
from mailer.errors import TemplateError, UsageError
from mailer.model import Problem, Severity

if TYPE_CHECKING:
    from mailer.config import Account, Config
    from mailer.model import Contact
    from mailer.templates import Template
    from mailer.workspace import Workspace


@click.group(short_help="The letters, and whether they can be used.")
def templates() -> None:
    """List the templates, show what one needs, look for mistakes, and begin a new one."""


@templates.command("list", short_help="List the templates.")
@output.json_option
@click.pass_obj
def list_templates(settings: Settings, as_json: bool) -> None:
    """List the templates of this workspace, each with its languages and what it is for."""
    from mailer.templates import names

    folder, config = _workspace(settings)
    rows = [_row(name, folder, config) for name in names(folder)]
    if as_json:
        output.print_json([dict(zip(("name", "kind", "languages", "description"), row, strict=True)) for row in rows])
        return
    shown = [(name, kind, ", ".join(languages), about) for name, kind, languages, about in rows]
    output.table(("template", "kind", "languages", "what for"), shown)


def _row(name: str, folder: Path, config: Config) -> tuple[str, str, list[str], str]:
    from mailer.templates import load

    try:
        template = load(name, folder, firm=config.firm)
    except TemplateError as error:
        return name, "cannot be used", [], str(error)
    return name, template.kind, list(template.languages), template.description


@templates.command("show", short_help="What a template needs, or its words for one contact.")
@click.argument("name")
@click.option("--for", "person", metavar="ADDRESS", default="", help="Fill it in for this contact; nothing is kept.")
@output.json_option
@click.pass_obj
def show_template(settings: Settings, name: str, person: str, as_json: bool) -> None:
    """Show what the template NAME needs: its columns, its files, and the filters there are.

    With --for, show the mail that one contact would get from their owner, or from the first account.
    """
    from mailer.templates import filter_texts, load

    folder, config = _workspace(settings)
    template = load(name, folder, firm=config.firm)
    if person:
        _show_for(settings, template, person, as_json=as_json)
        return
    facts = _facts(template, folder)
    if as_json:
        output.print_json(facts)
        return
    for label, value in facts.items():
        output.line(f"{label:<12} {', '.join(value) if isinstance(value, list) else value}")
    output.line()
    output.line("Filters, as in {{ client_since | date }}:")
    for filter_name, about in filter_texts().items():
        output.line(f"  {filter_name:<12} {about}")


def _show_for(settings: Settings, template: Template, person: str, *, as_json: bool) -> None:
    with settings.workspace() as workspace:
        contact = _contact(workspace, person)
        name, account = _account(workspace.config, contact)
        made = template.render(contact, account_name=name, account=account, campaign="", round="1", now=workspace.now)
    draft, found = made.draft, [*contact.problems, *made.problems]
    if as_json:
        problems = [output.problem_json(problem) for problem in found]
        output.print_json({"subject": draft.subject, "text": draft.text, "html": draft.html, "problems": problems})
        return
    output.line(f"From:    {draft.from_}")
    output.line(f"To:      {', '.join(draft.to)}")
    output.line(f"Subject: {draft.subject}\n")
    output.line(draft.text)
    output.problems(found)


def _contact(workspace: Workspace, person: str) -> Contact:
    from mailer import contacts

    firm, today = workspace.config.firm, workspace.today
    for name, source in workspace.config.contacts.items():
        for contact in contacts.read(name, source, workspace.folder, firm=firm, today=today):
            if person.casefold() in (contact.address.casefold(), contact.key.casefold()):
                return contact
    raise UsageError(f"No sheet has {person}.", cure="`mailer contacts list SOURCE` shows who is in it.")


def _account(config: Config, contact: Contact) -> tuple[str, Account]:
    from mailer.campaigns.accounts import owned_by

    if not config.accounts:
        raise UsageError("There is no account to write from.", cure="Add one under `accounts:` in config.yaml.")
    name = owned_by(contact.owner, config) or next(iter(config.accounts))
    return name, config.accounts[name]


def _facts(template: Template, folder: Path) -> dict[str, str | list[str]]:
    return {
        "name": template.name,
        "description": template.description,
        "kind": template.kind,
        "languages": list(template.languages),
        "subject": template.sources[0].parted.front.subject,
        "columns": sorted(template.fields),
        "files": [path.relative_to(folder).as_posix() for path in template.files],
    }


@templates.command("check", short_help="Look for mistakes before anything is rendered.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@output.json_option
@click.pass_obj
def check_templates(settings: Settings, names: tuple[str, ...], as_json: bool) -> int:
    """Read each template NAME (all of them, when none is named): its syntax, its layout, its links, its phrases.

    Ends with 65 when one cannot be used.
    """
    from mailer.templates import names as all_names

    folder, config = _workspace(settings)
    wanted = names or all_names(folder)
    found = [problem for name in wanted for problem in _problems(name, folder, config)]
    if as_json:
        output.print_json({"templates": len(wanted), "problems": [output.problem_json(each) for each in found]})
    else:
        output.problems(found)
        output.line(f"Looked at {len(wanted)} {'template' if len(wanted) == 1 else 'templates'}: {_count(found)}.")
    return TemplateError.exit_code if any(problem.severity is Severity.HOLD for problem in found) else 0


def _count(found: list[Problem]) -> str:
    return "1 problem" if len(found) == 1 else f"{len(found) or 'no'} problems"


def _problems(name: str, folder: Path, config: Config) -> list[Problem]:
    from mailer.checks import routine_phrases
    from mailer.templates import load

    try:
        template = load(name, folder, firm=config.firm)
    except TemplateError as error:
        return [Problem(name, str(error), error.cure, Severity.HOLD, "template")]
    return _unused(template) + [
        replace(problem, where=source.place)
        for source in template.sources
        for problem in routine_phrases("\n".join(source.texts), kind=template.kind)
    ]


def _unused(template: Template) -> list[Problem]:
    """Files that look like a variant for a language, and are none: nobody would ever get their words."""
    from mailer.contacts.words import language_code

    used = [each for each in template.sources if not each.language or language_code(each.language)]
    stems = {each.path.with_suffix("") for each in used}
    files = sorted(used[0].path.parent.glob(f"{template.name}.*.*"))
    what = "No language is called so, and nobody gets this file."
    cure = f"Name it by the language's code, such as {template.name}.fr.md; or move it elsewhere."
    return [
        Problem(path.name, what, cure, Severity.WARN, "no-language")
        for path in files
        if path.suffix in (".md", ".html", ".txt") and path.with_suffix("") not in stems
    ]


@templates.command("new", short_help="Begin a template.")
@click.argument("name")
@click.option("--like", metavar="TEMPLATE", default="", help="Begin with a copy of this one.")
@click.option("--language", default="", help="Begin the variant for this language, such as fr.")
@click.pass_obj
def new_template(settings: Settings, name: str, like: str, language: str) -> None:
    """Write templates/NAME.md, to be made yours; a file that is there is never overwritten."""
    from mailer.contacts.words import language_code

    folder, _ = _workspace(settings)
    if not re.fullmatch(r"[\w-]+", name):
        raise UsageError(f"“{name}” cannot be a template's name.", cure="Use letters, digits and hyphens.")
    code = language_code(language) if language else ""
    if language and not code:
        raise UsageError(f"“{language}” is not a language we know.", cure="Write a code such as fr or pt-BR.")
    path = folder / "templates" / (f"{name}.{code.lower()}.md" if code else f"{name}.md")
    text = _source_of(like, folder) if like else _STARTER
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; nothing was changed.", cure="Choose another name.") from error
    output.line(f"Wrote {path}.")
    output.line(f"Open it in any editor; `{command('templates', 'check', name)}` says what is wrong with it.")


def _source_of(name: str, folder: Path) -> str:
    path = folder / "templates" / f"{name}.md"
    if not path.is_file() or path.parent != folder / "templates":
        raise UsageError(f"There is no {path}.", cure="`mailer templates list` shows what there is.")
    return path.read_text(encoding="utf-8")


_STARTER = """\
---
description: What this letter is for
subject: "Thank you, {{ first_name }}"
preheader: "The grey line beside the subject"
---
Dear {{ first_name }},

What you want to say to everybody who gets this letter.

{% if personal_line %}
{{ personal_line }}
{% endif %}

With thanks,

{{ sender.name }}
"""


def _workspace(settings: Settings) -> tuple[Path, Config]:
    from mailer.config import read

    path = settings.find_config()
    return path.parent.resolve(), read(path)
