"""`mailer drafts`: look at them, put your own words in, say yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING

import click

from mailer.cli.completion import CAMPAIGN
from mailer.cli.home import tell_where_numbered
from mailer.cli.numbers import NUMBER
from mailer.cli.output import (
    ask,
    counted,
    is_interactive,
    json_option,
    line,
    print_json,
    sentences,
    table,
    tell,
    tell_decision,
)
from mailer.cli.reviewing import is_late, review
from mailer.cli.settings import Settings
from mailer.cli.shapes import draft_json
from mailer.cli.showing import ledger_of, memos_beside, one, show_draft
from mailer.errors import UsageError
from mailer.model import Edit, Problem, Severity, Status

if TYPE_CHECKING:
    from datetime import datetime

    from mailer.ledger.listing import Entry
    from mailer.ledger.opening import Ledger
    from mailer.model import Draft
    from mailer.workspace import Workspace

#: What a person's --undo makes drafts again.
_GIVEN_UP = (Status.DISCARDED, Status.MISSED)


@click.group()
def drafts() -> None:
    """Drafts: finished mails that wait for a person's yes."""


@drafts.command("list")
@click.argument("campaign", type=CAMPAIGN, required=False)
@click.option("--status", type=click.Choice([each.value for each in Status]), help="Only those; `draft` if not told.")
@click.option("--all", "every", is_flag=True, help="Whatever their status.")
@json_option
@click.pass_obj
def list_drafts(settings: Settings, campaign: str | None, status: str | None, every: bool, as_json: bool) -> None:
    """The drafts of a campaign, or all of them."""
    from mailer.ledger import listing

    statuses = None if every else [Status(status or Status.DRAFT)]
    with settings.workspace() as workspace:
        ledger = _ledger(workspace, campaign)
        with ledger.read() as tx:
            entries = listing.entries(tx, campaign=campaign, statuses=statuses)
            words = listing.words_of(tx, [entry.id for entry in entries]) if as_json else {}
        tell_where_numbered(workspace, campaign, "drafts")
    if as_json:
        print_json([draft_json(entry, words.get(entry.id)) for entry in entries])
        return
    prepare = settings.command("campaigns", "prepare", campaign) if campaign and not (every or status) else ""
    table(
        ["Id", "To", "Subject", "From", "Status", "Look at"],
        [
            [
                entry.id,
                _who(entry),
                entry.subject,
                entry.account,
                f"{entry.status}, held" if entry.held else entry.status,
                _to_look_at(entry.problems),
            ]
            for entry in entries
        ],
        empty=f"No drafts. Make some: {prepare}" if prepare else "No such drafts." if every or status else "No drafts.",
    )


def _to_look_at(problems: Iterable[Problem]) -> str:
    """The worst problem of a draft, and how many more `drafts show` tells."""
    worst = list(Severity)[::-1]
    found = [problem.what for problem in sorted(problems, key=lambda problem: worst.index(problem.severity))]
    return sentences([*found[:1], *([f"And {len(found) - 1} more"] if found[1:] else [])])


@drafts.command()
@click.argument("draft_id", metavar="ID", type=NUMBER)
@click.option("--html", "as_html", is_flag=True, help="The HTML instead of the text.")
@json_option
@click.pass_obj
def show(settings: Settings, draft_id: int, as_html: bool, as_json: bool) -> None:
    """One draft as it will be read."""
    with settings.workspace() as workspace:
        ledger = ledger_of(settings, workspace, [draft_id])
        entry, words = one(ledger, draft_id)
        memos = memos_beside(workspace, ledger, entry)
    if as_json:
        print_json({**draft_json(entry, words), "memos": [memo.words for memo in memos]})
    else:
        show_draft(entry, words, memos, as_html=as_html)


@drafts.command(short_help="How a draft differs from what was approved.")
@click.argument("draft_id", metavar="ID", type=NUMBER)
@click.pass_obj
def diff(settings: Settings, draft_id: int) -> None:
    """What changed since a draft was approved, or what you changed by hand."""
    from mailer.campaigns import differences

    with settings.workspace() as workspace:
        ledger = ledger_of(settings, workspace, [draft_id])
        one(ledger, draft_id)
        found = differences(ledger, draft_id)
    for each in found:
        line(each.title)
        for change in each.lines:
            line(change)
    if not found:
        line("Nothing changed since it was made.")


@drafts.command()
@click.argument("draft_id", metavar="ID", type=NUMBER)
@click.option("--personal-line", metavar="TEXT", help="Your own sentence in this mail.")
@click.option("--subject", metavar="TEXT", help="Another subject for this mail.")
@click.option("--body", metavar="FILE", type=click.File(encoding="utf-8"), help="Other words, Markdown; - for stdin.")
@click.option("--undo", is_flag=True, help="Take all your changes back.")
@click.pass_obj
def edit(
    settings: Settings,
    draft_id: int,
    personal_line: str | None,
    subject: str | None,
    body: IO[str] | None,
    undo: bool,
) -> None:
    """Put your own words into one draft. Without an option, your editor opens with its text."""
    from mailer import campaigns as use

    with settings.workspace() as workspace:
        ledger = ledger_of(settings, workspace, [draft_id])
        before, words = one(ledger, draft_id)
        wanted = Edit(personal_line, subject, body.read() if body else None)
        if wanted == Edit() and not undo:
            wanted = _from_editor(workspace, before, words)
        if wanted.body is not None and not wanted.body.strip():
            raise UsageError("There are no words in it; nothing was changed.")
        said = None if undo else wanted
        done = use.edit(ledger, workspace.config, workspace.folder, draft_id, said, now=workspace.now)
        entry, _ = one(ledger, draft_id)
    show_draft(entry, done)


def _from_editor(workspace: Workspace, entry: Entry, words: Draft) -> Edit:
    """What the editor is left with: it begins with the words above the signature, which is added again."""
    from mailer.campaigns import body_of

    if not is_interactive():
        raise UsageError("Nothing to change was given.", cure="Use --personal-line, --subject or --body.")
    written = entry.edit.body if entry.edit else None
    if written is None:
        written = body_of(words, workspace.config, workspace.folder)
    text = click.edit(written, extension=".md")
    if text is None or text.strip() == written.strip():
        raise UsageError("Nothing was changed.")
    return Edit(body=text)


@drafts.command(short_help="Say yes: by number, or one by one.")
@click.argument("which", metavar="CAMPAIGN | ID...", nargs=-1, required=True)
@click.option("--all", "every", is_flag=True, help="All drafts that nothing holds, without showing each.")
@click.option("--yes", is_flag=True, help="Answer the question with yes.")
@click.pass_obj
def approve(settings: Settings, which: tuple[str, ...], every: bool, yes: bool) -> int:
    """Say yes: to drafts by id, or to a campaign's, which are shown one by one."""
    from mailer import campaigns as use

    with settings.workspace() as workspace:
        ledger, entries = _chosen(settings, workspace, which)
        if not _are_numbers(which) and not every:
            if review(workspace, ledger, entries):
                line(f"→ Send: {settings.command('send', which[0])}")
            return 0
        if every:
            entries = [entry for entry in entries if not entry.held]
            if not ask(f"Approve {counted(len(entries), 'draft')} without looking at each here?", yes=yes):
                return 0
        entries = _still_wanted(settings, workspace, entries, yes=yes)
        seen = {entry.id: entry.digest for entry in entries}
        done = use.approve(ledger, seen, who=workspace.who, now=workspace.now, seen=seen)
    code = tell_decision(done, "approved")
    if given_up := [str(entry.id) for entry in entries if entry.id in done.refused and entry.status in _GIVEN_UP]:
        tell(f"→ Make them drafts again first: {settings.command('drafts', 'discard', '--undo', *given_up)}")
    if done.done and (first := _first_due(workspace, entries)):
        line(f"→ The first goes on {first}, by itself while the schedule is kept: {settings.command('run')}")
    elif done.done:
        names = {entry.campaign for entry in entries}
        line(f"→ Send: {settings.command('send', *(names if len(names) == 1 else ()))}")
    return code


@drafts.command()
@click.argument("which", metavar="ID...", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Take your yes or no back: they are drafts again.")
@click.option("--reason", metavar="TEXT", default="", help="Why, for the history.")
@click.pass_obj
def discard(settings: Settings, which: tuple[str, ...], undo: bool, reason: str) -> int:
    """Say no: these mails do not go out in this round. With --undo, take a yes or a no back."""
    from mailer import campaigns as use

    if not _are_numbers(which):
        cure = "`mailer drafts list` shows them; `mailer campaigns cancel` calls a whole campaign back."
        raise UsageError("Give the numbers of drafts.", cure=cure)
    with settings.workspace() as workspace:
        ledger, entries = _chosen(settings, workspace, which)
        ids = [entry.id for entry in entries]
        if undo:
            done = use.reconsider(ledger, ids, who=workspace.who, now=workspace.now)
        else:
            done = use.discard(ledger, ids, who=workspace.who, now=workspace.now, note=reason)
    code = tell_decision(done, "to be looked at again" if undo else "discarded")
    approved = [str(entry.id) for entry in entries if entry.id in done.refused and entry.status is Status.QUEUED]
    if approved and not undo:
        tell(f"→ Take your yes back first: {settings.command('drafts', 'discard', '--undo', *approved)}")
    return code


def _first_due(workspace: Workspace, entries: Sequence[Entry]) -> str:
    """When the first of mails goes that all wait for their hour; "" where one of them may go at once."""
    due = [entry.due_at for entry in entries if entry.due_at and entry.due_at > workspace.now]
    return _spoken(workspace, min(due)) if due and len(due) == len(entries) else ""


def _spoken(workspace: Workspace, at: datetime) -> str:
    local = workspace.config.firm.local(at)
    return f"{local:%A} {local.day} {local:%B, %H:%M}"


def _still_wanted(settings: Settings, workspace: Workspace, entries: Sequence[Entry], *, yes: bool) -> list[Entry]:
    """Ask about those whose time has passed: the next open hour, or not at all."""
    late = [entry for entry in entries if is_late(entry, workspace)]
    if not late:
        return list(entries)
    first = min(entry.due_at for entry in late if entry.due_at)
    were = "was" if len(late) == 1 else "were"
    if ask(
        f"{len(late)} of these {were} due on {_spoken(workspace, first)}. Send them at the next open hour?", yes=yes
    ):
        return list(entries)
    tell(f"They stay as they are. Drop them: {settings.command('campaigns', 'let-go', late[0].campaign)}")
    return [entry for entry in entries if entry not in late]


def _chosen(settings: Settings, workspace: Workspace, which: tuple[str, ...]) -> tuple[Ledger, list[Entry]]:
    """The drafts of a campaign, or those of the ids."""
    from mailer.ledger import listing

    if _are_numbers(which):
        ids = [NUMBER(each) for each in which]
        ledger = ledger_of(settings, workspace, ids)
        with ledger.read() as tx:
            entries = listing.entries(tx, ids=ids)
        missing = set(ids) - {entry.id for entry in entries}
        if missing:
            raise UsageError(f"There is no draft {min(missing)}.", cure="See them with: mailer drafts list")
        return ledger, entries
    if len(which) > 1:
        raise UsageError("Give one campaign, or numbers of drafts.")
    ledger = _ledger(workspace, which[0])
    with ledger.read() as tx:
        entries = listing.entries(tx, campaign=which[0], statuses=[Status.DRAFT])
    return ledger, entries


def _are_numbers(which: Sequence[str]) -> bool:
    return all(each.isdecimal() for each in which)


def _ledger(workspace: Workspace, campaign: str | None) -> Ledger:
    if campaign is None:
        return workspace.ledger
    workspace.config.campaign(campaign)
    return workspace.ledger_of(campaign)


def _who(entry: Entry) -> str:
    return f"{entry.name} <{entry.address}>" if entry.name else entry.address
