"""`mailer accounts`: the mailboxes that mail leaves from, and whether their servers let us in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli import output
from mailer.cli.completion import ACCOUNT
from mailer.cli.login import let_go_on, login, open_once
from mailer.cli.settings import Settings
from mailer.errors import MailerError, ServerError, UsageError

if TYPE_CHECKING:
    from mailer.config import Account, Config


@click.group(short_help="The mailboxes that mail leaves from.")
def accounts() -> None:
    """List the mailboxes that mail leaves from, store their passwords, and try their servers."""


accounts.add_command(login)


@accounts.command("list", short_help="List the accounts.")
@output.json_option
@click.pass_obj
def list_accounts(settings: Settings, as_json: bool) -> None:
    """List the accounts of config.yaml."""
    from mailer.config import read

    config = read(settings.find_config())
    if as_json:
        output.print_json([_json(name, account) for name, account in config.accounts.items()])
        return
    rows = [(name, *_row(account)) for name, account in config.accounts.items()]
    output.table(("account", "from", "sends by", "password", "at most"), rows)


@accounts.command("test", short_help="Log in to the servers; nothing is sent.")
@click.argument("names", nargs=-1, type=ACCOUNT, metavar="[ACCOUNT]...")
@click.pass_obj
def try_accounts(settings: Settings, names: tuple[str, ...]) -> int:
    """Log in to the server of each ACCOUNT (all of them, when none is named); nothing is sent.

    An account that was stopped because its server refused it goes on once it is let in.
    """
    from mailer.config import read

    path = settings.find_config()
    config = read(path)
    wanted = [(name, _named(config, name)) for name in names or config.accounts]
    failed = [name for name, account in wanted if not _is_let_in(name, account, path.parent)]
    let_go_on(settings, [name for name, _ in wanted if name not in failed])
    return ServerError.exit_code if failed else 0


def _row(account: Account) -> tuple[str, str, str, str]:
    if account.outbox:
        return account.from_, f"files in {account.outbox}", "", ""
    password = account.password if account.username or account.sign_in else "none: no `username:`"
    return account.from_, account.server, password, f"{account.per_day} a day"


def _json(name: str, account: Account) -> dict[str, object]:
    shown = account.model_dump(mode="json", by_alias=True)
    return {
        "name": name,
        **{key: shown[key] for key in ("from", "owners", "outbox", "server", "security", "username")},
    } | {
        "password": account.password,
        "per_minute": account.per_minute,
        "per_day": account.per_day,
        "connections": account.connections,
    }


def _named(config: Config, name: str) -> Account:
    from mailer.config.sentences import nearest

    if name not in config.accounts:
        known = nearest(name, sorted(config.accounts))
        said = output.sentences([f"No account is called “{name}”{known}"])
        raise UsageError(said, cure="`mailer accounts list` shows them.")
    return config.accounts[name]


def _is_let_in(name: str, account: Account, folder: Path) -> bool:
    """Say how the account fares; one that fails does not keep the next from being tried."""
    from mailer.workspace import Clock
    from mailer.workspace.secrets import secret_of

    if account.outbox:
        output.line(f"{name} rehearses: its mail is written into {account.outbox}")
        return True
    try:
        open_once(account, secret_of(name, account, Clock().now), folder)
    except MailerError as error:
        output.tell(f"{name}: {error}" + (f"\n→ {error.cure}" if error.cure else ""))
        return False
    output.line(f"{name}: {account.server} lets {account.username or 'us'} in")
    return True
