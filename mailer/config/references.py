"""Cross references in config.yaml: names that must exist elsewhere, and things that exclude each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePath

from mailer.config.kinds import is_loopback
from mailer.config.marked import KeyPath
from mailer.config.models import Account, Campaign, Config, FromField
from mailer.config.sentences import nearest

#: Where the mistake is, and what it is.
Finding = tuple[KeyPath, str]
#: Names that the ledger itself uses for campaigns, and for what.
RESERVED = {"thank": "the mails of `mailer thank`", "reminders": "the reminders of what waits for review"}
TEMPLATE_SUFFIXES = (".md", ".html", ".txt")


def findings(config: Config, names: dict[str, Collection[str]]) -> Iterator[Finding]:
    """Find what does not fit together; `names` has every account and source, the broken ones too."""
    for section in ("accounts", "contacts", "campaigns"):
        for name in getattr(config, section):
            if set(name) & set("/\\"):
                yield (section, name), "a name with a slash would lead to other files and pages; write it without"
    for name, account in config.accounts.items():
        yield from _account(("accounts", name), account)
    yield from _owners(config)
    yield from _audiences(config, names)
    for name, campaign in config.campaigns.items():
        if name in RESERVED:
            yield ("campaigns", name), f"`{name}` is what the ledger calls {RESERVED[name]}; choose another name"
        yield from _campaign(("campaigns", name), campaign, names)


def _account(path: KeyPath, account: Account) -> Iterator[Finding]:
    if account.server and account.outbox:
        yield (*path, "outbox"), "an account has a `server` or an `outbox`, not both"
    if not account.server and not account.outbox:
        yield path, "has neither a `server` to send by nor an `outbox` to rehearse in"
    if account.server and not account.from_:
        yield (*path, "from"), "is missing: mail needs a From, such as `Ada Obi <ada@harbourvale.example>`"
    if account.server and account.security == "none" and not is_loopback(account.server):
        yield (*path, "security"), "`none` would send the password in clear; use `tls` or `starttls`"


def _owners(config: Config) -> Iterator[Finding]:
    owned: dict[str, str] = {}
    for name, account in config.accounts.items():
        for place, owner in enumerate(account.owners):
            first = owned.setdefault(owner.casefold(), name)
            if first != name:
                yield ("accounts", name, "owners", place), f"“{owner}” already belongs to account `{first}`"


def _audiences(config: Config, names: dict[str, Collection[str]]) -> Iterator[Finding]:
    if len(config.contacts) < len(names["contacts"]):
        return  # the broken one may have the audience
    known = sorted({source.audience for source in config.contacts.values()})
    for name in config.audiences:
        if name not in known:
            yield ("audiences", name), f"no contacts have the audience `{name}`{nearest(name, known)}"


def _campaign(path: KeyPath, campaign: Campaign, names: dict[str, Collection[str]]) -> Iterator[Finding]:
    sources, accounts = sorted(names["contacts"]), sorted(names["accounts"])
    for source in campaign.contacts:
        if source not in sources:
            yield (*path, "contacts"), f"no contacts are called `{source}`{nearest(source, sources)}"
    yield from _template((*path, "template"), campaign.template)
    for place, step in enumerate(campaign.follow_up):
        yield from _template((*path, "follow_up", place, "template"), step.template)
    if not accounts:
        yield (*path, "from"), "there is no account to send from; add one under `accounts:`"
        return
    for key, account in _named_accounts(campaign.from_):
        if account not in accounts:
            yield (*path, *key), f"no account is called `{account}`{nearest(account, accounts)}"


def _template(path: KeyPath, name: str) -> Iterator[Finding]:
    if PurePath(name).suffix in TEMPLATE_SUFFIXES:
        yield path, f"a template goes by its name alone; write `{PurePath(name).stem}`"


def _named_accounts(from_: str | FromField) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(from_, str):
        yield ("from",), from_
    elif from_.otherwise:
        yield ("from", "otherwise"), from_.otherwise
