"""Which account a mail leaves from: the campaign's own, or that of the person who knows the contact."""

from __future__ import annotations

from mailer.config.models import Campaign, Config
from mailer.config.sentences import nearest
from mailer.model import Contact, Problem, Severity


def account_for(contact: Contact, campaign: Campaign, config: Config) -> tuple[str, Problem | None]:
    """The account for one contact, and what holds the draft when its cell names nobody we have."""
    if isinstance(campaign.from_, str):
        return campaign.from_, None
    column, otherwise = campaign.from_.field, campaign.from_.otherwise
    named = contact.owner if column == "owner" else _shown(contact, column)
    found = owned_by(named, config) if named else otherwise
    if found:
        so = f", so this leaves from {found}"
        return found, _mixed(found, contact, campaign, config) or _no_column(contact, column, so, Severity.WARN)
    what = f"No account belongs to “{named}” (column {column})." if named else f"The column {column} is empty."
    cure = "Add the name to an account's `owners:` in config.yaml, or correct the cell."
    held = Problem(str(contact.source), what, cure, Severity.HOLD, "no-account")
    return otherwise or next(iter(config.accounts)), _no_column(contact, column, "", Severity.HOLD) or held


def _mixed(name: str, contact: Contact, campaign: Campaign, config: Config) -> Problem | None:
    """Hold a mail that would be a rehearsal in a real campaign, and so count as sent, or the other way round."""
    rehearses = bool(config.accounts[name].outbox)
    if rehearses == config.only_rehearses(campaign):
        return None
    if rehearses:
        what = f"Account {name} only rehearses, and others of this campaign send for real: nobody would get this mail."
        cure = f"Make {name} a real account (mailer accounts login), or rehearse them all (mailer --rehearse send)."
    else:
        what = f"Account {name} sends for real, and this campaign is rehearsed."
        cure = f"Give {name} `owners:` in config.yaml, so that the campaign counts as real, or correct the cell."
    return Problem(str(contact.source), what, cure, Severity.HOLD, "mixed-accounts")


def _no_column(contact: Contact, column: str, so: str, severity: Severity) -> Problem | None:
    """Say that a misspelt column is why no cell names the account; not every sheet has an owner."""
    if column == "owner" or column in contact.fields:
        return None
    near = nearest(column, list(contact.fields))
    what = f"There is no column “{column}” that would name the account{so}{near}"
    return Problem(str(contact.source), what, "Correct `from: {field: …}` in config.yaml.", severity, "no-from-column")


def _shown(contact: Contact, column: str) -> str:
    return contact.fields[column].shown.strip() if column in contact.fields else ""


def owned_by(named: str, config: Config) -> str:
    """The account of that name, or of the person called so; "" for nobody's."""
    wanted = named.strip().casefold()
    for name, account in config.accounts.items():
        if wanted in {name.casefold(), *(owner.strip().casefold() for owner in account.owners)}:
            return name
    return ""
