"""`mailer thank`: one personal mail, now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mailer.cli.completion import ACCOUNT
from mailer.cli.home import tell_rehearsed
from mailer.cli.output import ask, line, tell, tell_unread
from mailer.cli.send import exit_code, tell_troubles
from mailer.cli.settings import Settings
from mailer.cli.showing import show_draft
from mailer.errors import ContactsError, UsageError
from mailer.model import Contact, Field, Status

if TYPE_CHECKING:
    from mailer.ledger.listing import Entry
    from mailer.ledger.opening import Ledger
    from mailer.workspace import Workspace


@click.command(short_help="Thank one person, now.")
@click.argument("who", metavar="ADDRESS|KEY")
@click.argument("sentence", metavar="“for …”")
@click.option("--from", "account", type=ACCOUNT, default="", help="The account it leaves from; else their owner's.")
@click.option("--name", default="", metavar="NAME", help="The name of somebody who is in no sheet.")
@click.option("--template", default="peer-thanks", show_default=True, metavar="NAME", help="The words around it.")
@click.option("--yes", is_flag=True, help="Answer the question with yes.")
@click.pass_obj
def thank(
    settings: Settings, who: str, sentence: str, account: str, name: str, template: str, yes: bool
) -> int:  # fmt: skip
    """Thank one client or colleague for one thing: the mail is written, shown, and, after your yes, sent.

    mailer thank mercy@harbourvale.example "for staying late on the audit"
    """
    from mailer.campaigns.thanking import Thanks
    from mailer.campaigns.thanking import thank as write

    if not sentence.strip():
        raise UsageError("There is nothing to thank for.", cure='Write it in quotes: "for staying late on the audit".')
    with settings.workspace() as workspace:
        contact = _contact(workspace, who, name)
        wanted = Thanks(contact, sentence, _account(workspace, contact, account), template)
        ledger = workspace.ledger_for(wanted.account)
        entry = write(ledger, workspace.config, workspace.folder, wanted, who=workspace.who, now=workspace.now)
        if entry.status not in {Status.DRAFT, Status.QUEUED}:
            line(f"They were thanked for this today: number {entry.id} is {entry.status}. Nothing was sent again.")
            return 0
        if entry.status is Status.DRAFT and not _agreed(workspace, ledger, entry, yes=yes):
            return 1 if entry.held else 0
        return _send(workspace, ledger, entry)


def _contact(workspace: Workspace, who: str, name: str) -> Contact:
    """Whom the sheets know by that address or key; with a name, also who is in no sheet."""
    from mailer.addresses import parse_address
    from mailer.relations import find_contact, read_relations

    unread: list[ContactsError] = []
    relations = read_relations(workspace.ledger, workspace.config, workspace.folder, now=workspace.now, unread=unread)
    tell_unread(unread)
    found = find_contact(workspace.ledger, relations, who)
    if found:
        return found
    address, _ = parse_address(who)
    if address is None or not name.strip():
        raise UsageError(
            f"“{who}” is in no sheet.",
            cure='Somebody else is thanked by address and name: mailer thank zoe@client.example "…" --name "Zoe Ade"',
        )
    first = name.split(maxsplit=1)[0]
    fields = {"first_name": Field(first, first), "name": Field(name, name), "address": Field(address, address)}
    return Contact(key=address, address=address, name=name, fields=fields)


def _account(workspace: Workspace, contact: Contact, named: str) -> str:
    """The account named, else the owner's, else the only one. UsageError where that is nobody's guess."""
    from mailer.campaigns.accounts import owned_by

    accounts = workspace.config.accounts
    found = named if named in accounts else owned_by(named or contact.owner, workspace.config)
    if not found and not named and len(accounts) == 1:
        found = next(iter(accounts))
    if not found:
        said = f"No account is called “{named}”." if named else "It is not clear who writes."
        raise UsageError(said, cure=f"Name the account: --from {'|'.join(accounts)}")
    return found


def _agreed(workspace: Workspace, ledger: Ledger, entry: Entry, *, yes: bool) -> bool:
    """Show the draft and ask; a yes approves the words as shown, and what ends in no yes leaves nothing that waits."""
    from mailer.campaigns import approve, discard
    from mailer.ledger import listing
    from mailer.relations import memos_of

    with ledger.read() as tx:
        words = listing.words_of(tx, [entry.id])[entry.id]
    show_draft(entry, words, memos_of(ledger, workspace.config, workspace.folder, entry, today=workspace.today))
    agreed = False
    try:
        agreed = not entry.held and ask("Send it now?", yes=yes)
    finally:
        if not agreed:
            discard(ledger, [entry.id], who=workspace.who, now=workspace.now)
            tell("Nothing was sent.")
    seen = {entry.id: entry.digest}
    return agreed and bool(approve(ledger, [entry.id], who=workspace.who, now=workspace.now, seen=seen).done)


def _send(workspace: Workspace, ledger: Ledger, entry: Entry) -> int:
    from mailer.campaigns.thanking import THANK
    from mailer.ledger import listing
    from mailer.sending import Order
    from mailer.workspace.passes import send

    order = Order(campaigns=[THANK])
    passed = send(workspace, ledger, order)
    tell_troubles(passed)
    with ledger.read() as tx:
        status = listing.entries(tx, ids=[entry.id])[0].status
    line(f"{entry.name or entry.address}: {status}.")
    if status is Status.QUEUED:
        tell("→ It goes with the next: mailer send")
    if status is Status.SENT:
        tell_rehearsed(workspace, ledger)
    return exit_code(passed, order)
