"""`mailer preview`: all drafts of a campaign, grouped, the odd ones first; in the terminal or as one page."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.completion import CAMPAIGN
from mailer.cli.home import tell_home
from mailer.cli.output import counted, line, problems, tell
from mailer.cli.settings import Settings
from mailer.cli.showing import show_memos
from mailer.errors import UsageError
from mailer.model import Contact, Problem, Status

if TYPE_CHECKING:
    from mailer.config import Campaign
    from mailer.ledger.listing import Entry
    from mailer.ledger.opening import Ledger
    from mailer.model import Draft
    from mailer.preview import Shown
    from mailer.workspace import Workspace


@click.command()
@click.argument("campaign", type=CAMPAIGN)
@click.option("--out", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path), help="Write one page there.")
@click.option("--open", "open_it", is_flag=True, help="Write the page and show it in the browser.")
@click.pass_obj
def preview(settings: Settings, campaign: str, out: Path | None, open_it: bool) -> None:
    """Look at all drafts of a campaign, the odd ones first."""
    from mailer.preview import write_page
    from mailer.scheduling.preparing import prepare_to_look

    with settings.workspace() as workspace:
        ledger = workspace.ledger_of(campaign)
        done = prepare_to_look(workspace, campaign)
        shown = _shown(workspace, ledger, campaign, done.round if done else None)
        if done and done.has_news:
            tell_home(workspace, [campaign])
        folder = out or (workspace.folder / "preview" if open_it else None)
    if not shown:
        why = f"every mail of round {done.round} is settled" if done else "nobody is due within a year"
        raise UsageError(f"{campaign} has nothing to show: {why}.")
    if folder is None:
        _print(shown)
        return
    folder.mkdir(parents=True, exist_ok=True)
    page = write_page(shown, folder, title=f"{campaign}, {f'round {done.round}' if done else 'all that waits'}")
    line(f"{counted(len(shown), 'draft')} on one page: {page}")
    if open_it:
        webbrowser.open(page.absolute().as_uri())


def _shown(workspace: Workspace, ledger: Ledger, campaign: str, round_name: str | None) -> list[Shown]:
    """The drafts of a round, or with None all that wait, with what stands beside them."""
    from mailer.ledger import drafts, listing
    from mailer.preview import Shown
    from mailer.relations import memos_beside

    with ledger.read() as tx:
        entries = listing.entries(tx, campaign=campaign, round_name=round_name, statuses=[Status.DRAFT, Status.QUEUED])
        words = listing.words_of(tx, [entry.id for entry in entries])
        pictures = {file.digest for draft in words.values() for file in draft.attachments if file.content_id}
        contents = drafts.attachment_contents(tx, pictures)
    known = _contacts(workspace, campaign)
    with ledger.read() as tx:
        rows = {entry.id: known.get(entry.address) for entry in entries}
        memos = memos_beside(tx, rows, workspace.config.firm.timezone)
    aside = _compared(workspace.config.campaigns[campaign], [words[entry.id] for entry in entries], entries, known)
    return [
        Shown(
            draft=words[entry.id],
            id=entry.id,
            name=entry.name,
            status=entry.status,
            problems=(*entry.problems, *aside.get(place, ())),
            memos=memos[entry.id],
            facts=_facts(known.get(entry.address)),
            attachments=contents,
        )
        for place, entry in enumerate(entries)
    ]


def _compared(
    campaign: Campaign, drafts: Sequence[Draft], entries: Sequence[Entry], known: Mapping[str, Contact]
) -> dict[int, list[Problem]]:
    """Place → what shows only side by side: mails that are nearly alike, files that may be somebody else's."""
    from mailer.checks import check_files_together, few_own_words

    people = [known.get(entry.address, Contact(entry.address, entry.address)) for entry in entries]
    alike = few_own_words([draft.text for draft in drafts]) if campaign.sincerity != "off" else []
    found: dict[int, list[Problem]] = {}
    for place, problem in [*check_files_together(zip(drafts, people, strict=True)), *alike]:
        if problem.kind not in campaign.quiet:
            found.setdefault(place, []).append(problem)
    return found


def _contacts(workspace: Workspace, campaign: str) -> dict[str, Contact]:
    """Address → the contact as its sheet now says."""
    from mailer import contacts

    config, wanted, today = workspace.config, workspace.config.campaigns[campaign], workspace.today
    found: dict[str, Contact] = {}
    for name in wanted.contacts:
        source = config.contacts[name]
        reading = contacts.read(name, source, workspace.folder, firm=config.firm, today=today, own_day=wanted.own_day)
        found.update((contact.address, contact) for contact in reading)
    return found


def _facts(contact: Contact | None) -> dict[str, str]:
    return {name: field.shown for name, field in contact.fields.items() if field.shown} if contact else {}


def _print(shown: Sequence[Shown]) -> None:
    from mailer.preview import grouped, odd_ones

    odd = odd_ones(shown)
    for each in odd:
        line(f"\n── {each.shown.id}: {', '.join(each.reasons)}")
        _print_one(each.shown)
    seen = {each.shown.id for each in odd}
    for group in grouped(shown):
        rest = [one for one in group.drafts if one.id not in seen]
        if rest:
            took = ", ".join(group.branches) or "no conditions"
            line(f"\n── {len(rest)} alike ({took}), such as {rest[0].id}:")
            _print_one(rest[0])
    tell(f"\n{counted(len(shown), 'draft')}. All of them on one page: add --out FOLDER.")


def _print_one(shown: Shown) -> None:
    line(f"To: {', '.join(shown.draft.to)}")
    line(f"Subject: {shown.draft.subject}\n")
    line(shown.draft.text)
    show_memos(shown.memos)
    problems(shown.problems)
