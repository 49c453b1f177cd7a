"""`mailer forget` and `mailer export`: what a person may ask of us."""

from __future__ import annotations

import html
from collections.abc import Set as AbstractSet
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.addresses import parse_address
from mailer.cli.output import ask, counted, json_option, line, print_json
from mailer.cli.settings import Settings
from mailer.errors import UsageError

if TYPE_CHECKING:
    from mailer.workspace import Workspace

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:50em;margin:2em auto;padding:0 1em}}
dt{{font-weight:600;margin-top:.6em}}dd{{margin-left:1.5em;white-space:pre-wrap}}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""


@click.command()
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(settings: Settings, address: str, yes: bool) -> int:
    """Take away all that names ADDRESS; only a salted hash stays, which keeps on blocking it."""
    from mailer.ledger import erasing
    from mailer.workspace.statuses import renew

    address = _plain(address)
    question = (
        f"Forget {address} for good? Names, words and answers go; what became of each mail stays, without a name."
    )
    with settings.workspace() as workspace:
        addresses = _addresses(workspace, address)
        if not ask(question, yes=yes):
            return 1
        emptied = 0
        ledgers = {ledger.path: ledger for ledger in (*workspace.existing_ledgers(), *workspace.ledgers_of_people())}
        for ledger in ledgers.values():
            with ledger.begin() as tx:
                emptied += erasing.forget(tx, address, at=workspace.now, who=workspace.who)
            ledger.scrub()
        removed = _remove_rehearsals(workspace, addresses)
        renewed = renew(workspace)
    line(f"{address} is forgotten and stays blocked: {counted(emptied, 'mail')} emptied, {removed} rehearsed removed.")
    for said in renewed:
        line(said)
    line("If the address is still in a spreadsheet, take it out there: mailer never writes yours.")
    return 0


def _plain(named: str) -> str:
    """An address without what mail programs put around it, such as `Bob <…>` or `mailto:`; a key as it is."""
    return (parse_address(named)[0] if "@" in named else None) or named.strip()


def _addresses(workspace: Workspace, named: str) -> set[str]:
    """Every address of whom an address or a key names, in small letters. UsageError for what is neither."""
    from mailer.ledger import people

    found = {named.casefold()} if parse_address(named)[0] else set[str]()
    for ledger in workspace.existing_ledgers():
        with ledger.read() as tx:
            found.update(people.addresses_of(tx, people.find(tx, named)))
    if not found:
        what = f"“{named}” is no address, and nobody is known by it."
        raise UsageError(what, cure="Write the address, such as bob@client.example, or the person's key in the sheet.")
    return found


def _remove_rehearsals(workspace: Workspace, addresses: AbstractSet[str]) -> int:
    """Remove the .eml files of the outboxes, and of rehearsed real mail, that are to one of these addresses."""
    from mailer.workspace.opening import OUTBOX

    removed = 0
    for folder in {OUTBOX, *(account.outbox for account in workspace.config.accounts.values() if account.outbox)}:
        for file in (workspace.folder / folder).glob("**/*.eml"):
            header = BytesHeaderParser().parsebytes(file.read_bytes())
            written_to = getaddresses([str(each) for name in ("to", "cc") for each in header.get_all(name, [])])
            if not addresses.isdisjoint(address.casefold() for _, address in written_to):
                file.unlink()
                removed += 1
    return removed


@click.command()
@click.argument("address")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write a readable page (.html) instead.")
@json_option
@click.pass_obj
def export(settings: Settings, address: str, out: Path | None, as_json: bool) -> None:
    """Show all that we hold about ADDRESS, as JSON or as a page to hand out."""
    from mailer.ledger import erasing

    address = _plain(address)
    with settings.workspace() as workspace:
        settings.spare_own(workspace, out)
        held: dict[str, Any] = {}
        for ledger in workspace.existing_ledgers():
            with ledger.read() as tx:
                held[ledger.path.name] = erasing.everything_about(tx, address)
    if out:
        title = f"What we hold about {address}"
        out.write_text(_PAGE.format(title=html.escape(title), body=_as_html(held)), encoding="utf-8")
        line(f"Written to {out}.")
    if as_json or not out:
        print_json(held)


def _as_html(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"<dt>{html.escape(str(name))}</dt><dd>{_as_html(part)}</dd>" for name, part in value.items())
        return f"<dl>{''.join(pairs)}</dl>"
    if isinstance(value, list | tuple):
        return "<ol>" + "".join(f"<li>{_as_html(part)}</li>" for part in value) + "</ol>" if value else "nothing"
    return html.escape("" if value is None else str(value))
