"""`mailer accounts login`: from an account's name, or a mere address, to a tried password in the keyring."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli import output
from mailer.cli.completion import ACCOUNT
from mailer.cli.settings import Settings
from mailer.commands import command
from mailer.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from mailer.config import Account, SignIn
    from mailer.transports.providers import Provider
    from mailer.xoauth2 import Bearer


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The account to log in to: its name, where its relative paths begin, and what its provider wants."""

    name: str
    account: Account
    provider: Provider
    folder: Path
    #: config.yaml does not have it yet.
    is_new: bool = False


@click.command(short_help="Store an account's password, and try it.")
@click.argument("account", type=ACCOUNT, metavar="ACCOUNT")
@click.option("--provider", metavar="NAME", default="", help="Whose mailbox it is, where its address does not tell.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--code", "by_code", is_flag=True, help="Sign in on another machine, where this one has no browser.")
@click.option("--forget", is_flag=True, help="Take the stored password out of the keyring again.")
@click.pass_obj
def login(settings: Settings, account: str, provider: str, from_stdin: bool, by_code: bool, forget: bool) -> None:
    """Try the password of ACCOUNT for real, and store it in the keyring of this computer.

    ACCOUNT is a name from config.yaml, or an address: for that one the lines to add to config.yaml are shown.
    What the provider wants, mostly an app password, is told in steps.
    """
    from mailer.transports.passwords import forget_password, keep_password

    wanted = _wanted(settings, account, provider)
    if forget:
        was_kept = forget_password(wanted.account)
        output.line(f"{wanted.name}: the password is {'forgotten' if was_kept else 'not in the keyring'}.")
        return
    _check_storable(wanted)
    if wanted.account.sign_in:
        _sign_in(wanted, wanted.account.sign_in, by_code=by_code)
        if not wanted.is_new:
            let_go_on(settings, [wanted.name])
        return
    _explain(wanted.provider)
    password = _typed(wanted, from_stdin=from_stdin)
    open_once(wanted.account, password, wanted.folder)
    keep_password(wanted.account, password)
    output.line(f"{wanted.account.server} lets {wanted.account.username} in; the password is in the keyring.")
    if wanted.is_new:
        output.line(f"\nAdd the account to config.yaml, under accounts:\n\n{_yaml(wanted)}")
    else:
        let_go_on(settings, [wanted.name])


def _sign_in(wanted: _Wanted, sign_in: SignIn, *, by_code: bool) -> None:
    """Lead through the provider's page, keep what it gives, and try it."""
    import webbrowser

    from mailer.oauth import sign_in_by_code, sign_in_with_browser
    from mailer.workspace import Clock
    from mailer.workspace.secrets import keep, secret_of

    def show(address: str) -> None:
        output.tell(f"Sign in as {wanted.account.username} on this page:\n{address}")
        webbrowser.open(address)

    clock = Clock()
    if by_code:
        token = sign_in_by_code(sign_in, output.tell, clock.wait, now=clock.now)
    else:
        token = sign_in_with_browser(sign_in, wanted.account.username, show, now=clock.now)
    keep(wanted.account, token)
    open_once(wanted.account, secret_of(wanted.name, wanted.account, clock.now), wanted.folder)
    output.line(f"{wanted.account.server} lets {wanted.account.username} in; the sign-in is in the keyring.")


def let_go_on(settings: Settings, names: Iterable[str]) -> None:
    """Accounts that were let in send again, where their server had stopped them."""
    from mailer.workspace.passes import lift_stop

    with settings.workspace() as workspace:
        for name in names:
            if lift_stop(workspace, name):
                output.line(f"{name} was stopped, and goes on.")


def open_once(account: Account, password: str | Bearer | None, folder: Path) -> None:
    """Connect, log in and leave again; raises ServerError with one sentence and its cure."""
    from mailer.transports.smtp import Smtp

    transport = Smtp(account, password, folder=folder)
    try:
        transport.open()
    finally:
        transport.close()


def _wanted(settings: Settings, text: str, provider: str) -> _Wanted:
    from mailer.config import read
    from mailer.transports.providers import provider_of

    try:
        path = settings.find_config()
    except ConfigError:
        if "@" in text:
            return _from_address(text, provider, Path.cwd())
        raise
    config = read(path)
    found = config.accounts.get(text)
    name = text if found else next((name for name, one in config.accounts.items() if _is_of(text, one)), "")
    if name:
        account = config.accounts[name]
        known = _provider(provider) if provider else provider_of(server=account.server, address=account.username)
        return _Wanted(name, account, known, path.parent)
    if "@" in text:
        return _from_address(text, provider, path.parent)
    raise UsageError(f"No account is called “{text}”.", cure="`mailer accounts list` shows them.")


def _is_of(address: str, account: Account) -> bool:
    return bool(account.server) and address.casefold() in (
        account.username.casefold(),
        parseaddr(account.from_)[1].casefold(),
    )


def _from_address(address: str, name: str, folder: Path) -> _Wanted:
    """Make an account out of an address and what is known about its provider."""
    from mailer.config import Account
    from mailer.transports.providers import OWN, provider_of

    provider = _provider(name) if name else provider_of(address=address)
    if provider.name == OWN:
        raise UsageError(
            f"The address {address} does not tell whose mailbox it is.",
            cure=f"Name the provider, --provider {'|'.join(_provider_names())}; "
            "or write the account with its server into config.yaml, and use its name.",
        )
    account = Account.model_validate(
        {
            "from": address,
            "server": provider.server,
            "security": provider.security,
            "username": address,
            "per_day": provider.per_day,
            "per_minute": provider.per_minute,
        }
    )
    return _Wanted(address.partition("@")[0], account, provider, folder, is_new=True)


def _provider_names() -> list[str]:
    from mailer.transports.providers import OWN, providers

    return [name for name in providers() if name != OWN]


def _provider(name: str) -> Provider:
    from mailer.transports.providers import providers

    if name not in providers():
        raise UsageError(f"No provider is called “{name}”.", cure=f"There is {', '.join(providers())}.")
    return providers()[name]


def _check_storable(wanted: _Wanted) -> None:
    """Refuse early what could not end well, before anybody types a password."""
    from mailer.transports.passwords import check_keyring

    account = wanted.account
    if account.outbox:
        raise UsageError(f"{wanted.name} is a rehearsal: it writes into {account.outbox} and needs no password.")
    if not account.username:
        raise UsageError(
            f"{wanted.name} has no `username:`, so its server is used without a password.",
            cure=f"Try it as it is: {command('accounts', 'test', wanted.name)}",
        )
    if account.password != "keyring":  # noqa: S105 - a place, not a password
        raise UsageError(
            f"{wanted.name} has its password elsewhere (`password: {account.password}`); there is nothing to store.",
            cure=f"`{command('accounts', 'test', wanted.name)}` tries it.",
        )
    if wanted.provider.password == "none" and not account.sign_in:  # noqa: S105
        raise UsageError(f"{wanted.provider.title}: {wanted.provider.words}", cure="Use a mailbox elsewhere.")
    check_keyring()


def _explain(provider: Provider) -> None:
    output.tell(provider.title)
    if provider.words:
        output.tell(f"  {provider.words}")
    for number, step in enumerate(provider.steps, 1):
        output.tell(f"  {number}. {step}")
    output.tell(f"  Limits, as read in {provider.checked}: {provider.limits}.")


def _typed(wanted: _Wanted, *, from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif output.is_interactive():
        password = click.prompt(f"Password of {wanted.account.username} (it is not shown)", hide_input=True, err=True)
    else:
        raise UsageError("There is no terminal to type the password on.", cure="--stdin reads it from a pipe.")
    # Providers show app passwords in groups of four; the spaces are not part of them.
    return "".join(password.split()) if wanted.provider.password == "app" else password  # noqa: S105


def _yaml(wanted: _Wanted) -> str:
    account = wanted.account
    keys = {
        "from": account.from_,
        "server": account.server,
        "security": account.security,
        "username": account.username,
        "per_minute": account.per_minute,
        "per_day": account.per_day,
    }
    return "\n".join([f"  {wanted.name}:", *(f"    {key}: {value}" for key, value in keys.items())])
