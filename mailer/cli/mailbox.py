"""`mailer mailbox`: what came back into our mailboxes, read and acted upon; and single mails, only read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli.completion import ACCOUNT, CAMPAIGN
from mailer.cli.output import counted, json_option, line, print_json, table, tell
from mailer.cli.settings import Settings
from mailer.errors import ServerError, UsageError

if TYPE_CHECKING:
    from mailer.hearing import Check
    from mailer.mailbox import Incoming
    from mailer.workspace import Workspace

#: Kind → how a person calls it.
_KINDS = {
    "reply": "Reply",
    "notice": "Notice",
    "automatic": "Automatic",
    "opened": "Opened",
    "complaint": "Complaint",
    "unsubscribe": "Leaves",
    "report": "Report",
    "unclear": "Unclear",
    "other": "Other",
}


@click.group()
def mailbox() -> None:
    """What came back: replies, bounces, absence notes, complaints."""


@mailbox.command(short_help="Read what is new, and act on it.")
@click.argument("account", type=ACCOUNT, required=False)
@json_option
@click.pass_obj
def check(settings: Settings, account: str | None, as_json: bool) -> int:
    """Read what is new in the mailbox of ACCOUNT, or of all, and act upon it.

    Replies stop follow-ups; dead addresses, complaints and wishes to leave are suppressed. Nothing is marked as read.
    """
    from mailer.workspace.mailboxes import hear

    found: list[Check] = []
    errors: dict[str, ServerError] = {}
    with settings.workspace() as workspace:
        for name in _named(workspace, account):
            try:
                found.append(hear(workspace, name))
            except ServerError as error:
                errors[name] = error
    if as_json:
        print_json(_check_json(found, errors))
    else:
        _print_check(found, errors)
    return ServerError.exit_code if errors else 0


def _named(workspace: Workspace, account: str | None) -> list[str]:
    accounts = workspace.config.accounts
    if account is not None and account not in accounts:
        raise UsageError(f"There is no account {account}.", cure=f"The accounts are {', '.join(accounts)}.")
    names = [account] if account else list(accounts)
    having = [name for name in names if accounts[name].mailbox]
    if not having:
        raise UsageError(
            f"{f'Account {account} has' if account else 'No account has'} a `mailbox:` in config.yaml.",
            cure="Add `mailbox: {server: imap.example.com:993}` to the account.",
        )
    return having


def _check_json(found: list[Check], errors: dict[str, ServerError]) -> dict[str, Any]:
    return {
        "accounts": [
            {
                "account": each.account,
                "read": each.read,
                "settled": each.settled,
                "copies": each.copies,
                "counts": dict(each.counts),
            }
            for each in found
        ],
        "news": [asdict(news) | {"account": each.account} for each in found for news in each.news],
        "errors": {name: str(error) for name, error in errors.items()},
    }


def _print_check(found: list[Check], errors: dict[str, ServerError]) -> None:
    news = [one for each in found for one in each.news]
    if news:
        table(
            ["What", "Who", "Words", "Done"],
            [[_KINDS[one.kind], one.name or one.address, _short(one.words or one.subject), one.note] for one in news],
        )
    for each in found:
        line(f"{each.account}: {counted(each.read, 'new mail')}, {len(each.news)} about us.{_settled(each.settled)}")
    for one in news:
        if one.for_the_firm:
            tell(f"{one.address}'s server does not trust our mail: {one.note}. See `mailer check --dns`.")
    for name, error in errors.items():
        tell(f"{name}: {error}" + (f"\n→ {error.cure}" if error.cure else ""))


def _settled(count: int) -> str:
    return f" Found in Sent: {counted(count, 'doubtful mail')}." if count else ""


def _short(words: str) -> str:
    first = " ".join(words.split())
    return first if len(first) <= 80 else first[:79] + "…"


@mailbox.command("drafts", short_help="Put approved mails into their account's own Drafts.")
@click.argument("campaign", type=CAMPAIGN)
@json_option
@click.pass_obj
def lay_drafts(settings: Settings, campaign: str, as_json: bool) -> None:
    """Put the approved mails of CAMPAIGN into the drafts of their own mailboxes, for a person to finish and send.

    The program sends these no more. `mailer mailbox check` finds the ones that were sent. A second run replaces them.
    """
    from mailer.cli.send import tell_fresh
    from mailer.workspace.mailboxes import lay_into_drafts
    from mailer.workspace.passes import refreshed

    with settings.workspace() as workspace:
        workspace.config.campaign(campaign)
        fresh = refreshed(workspace, workspace.ledger_of(campaign), [campaign])
        tell_fresh(settings, fresh)
        counts = {} if fresh.stopped else lay_into_drafts(workspace, campaign)
    if as_json:
        print_json(counts)
        return
    for name, count in counts.items():
        line(f"{name}: {counted(count, 'mail')} put into its own drafts, to be sent from there.")
    if not (counts or fresh.stopped):
        approve = settings.command("drafts", "approve", campaign)
        line(f"Nothing of {campaign} is approved. Approve drafts first: {approve}")


@mailbox.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def read_files(files: tuple[Path, ...], as_json: bool) -> None:
    """Say what each mail FILE (.eml) is, as if it had come back to us. Nothing is acted upon."""
    understood = {str(file): _understood(file) for file in files}
    if as_json:
        print_json([{"file": name} | _incoming_json(mail) for name, mail in understood.items()])
        return
    rows = [
        [name, _KINDS[mail.kind], notice_address, words]
        for name, mail in understood.items()
        for notice_address, words in _said(mail)
    ]
    table(["File", "What", "Who", "Says"], rows)


def _understood(file: Path) -> Incoming:
    from mailer.mailbox import read
    from mailer.mailbox.incoming import EVERYTHING
    from mailer.mailbox.mime import BYTE_LIMIT

    with file.open("rb") as stream:
        content = stream.read(BYTE_LIMIT)
    changed_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return read(content, EVERYTHING, today=changed_at.date())


def _said(mail: Incoming) -> list[tuple[str, str]]:
    if mail.notices:
        return [
            (notice.recipient, f"{notice.action}: {notice.words}{' (for good)' if notice.is_hard else ''}")
            for notice in mail.notices
        ]
    back = f" (back on {mail.back_on})" if mail.back_on else ""
    return [(mail.address, _short(mail.words or mail.subject) + back)]


def _incoming_json(mail: Incoming) -> dict[str, Any]:
    shape = asdict(mail)
    for hidden in ("is_ours", "about"):
        del shape[hidden]
    for notice, said in zip(shape["notices"], mail.notices, strict=True):
        notice["words"] = said.words
    return shape
