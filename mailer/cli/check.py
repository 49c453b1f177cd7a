"""`mailer check`: everything that could go wrong, before it does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from mailer.cli.completion import CAMPAIGN
from mailer.cli.output import counted, json_option, line, print_json, problem_json, problems
from mailer.cli.settings import Settings
from mailer.errors import ConfigError, ContactsError, MailerError, TemplateError, UsageError
from mailer.model import Problem, Severity

if TYPE_CHECKING:
    from mailer.config import Config
    from mailer.domains import Records
    from mailer.ledger.opening import Ledger
    from mailer.workspace import Workspace


#: Drafts whose words are in memory at once.
_BATCH = 200


@click.command()
@click.argument("campaign", type=CAMPAIGN, required=False)
@click.option("--offline", is_flag=True, help="Do not try the logins.")
@click.option("--dns", is_flag=True, help="Also ask the DNS whether our mail is believed: SPF, DKIM, DMARC.")
@click.option("--dns-server", metavar="IP[:PORT]", default="", help="Ask this DNS server, not the system's.")
@click.option("--links", is_flag=True, help="Also ask whether each web address in the mails leads somewhere.")
@click.option("--private-links", is_flag=True, help="With --links: also those inside your own network.")
@click.option("--accept-ledger", is_flag=True, help="Say that this ledger is the true and only one, here and now.")
@json_option
@click.pass_obj
def check(
    settings: Settings,
    campaign: str | None,
    offline: bool,
    dns: bool,
    dns_server: str,
    links: bool,
    private_links: bool,
    accept_ledger: bool,
    as_json: bool,
) -> int:
    """Find everything that could go wrong, before it does: config, sheets, templates, logins, ledger."""
    with settings.workspace() as workspace:
        if accept_ledger:
            workspace.accept_ledger()
        names = [campaign] if campaign else list(workspace.config.campaigns)
        for name in names:
            workspace.config.campaign(name)
        drawn = [_rendered(workspace, name, links=links or private_links) for name in names]
        found = [problem for each in drawn for problem in each.problems]
        found += _links(drawn, private=private_links) if links or private_links else []
        found += [*_ledger(workspace), *_country(workspace)]
        found += _passwords(workspace)
        found += [] if offline else _logins(workspace, names)
        found += _keys(workspace) or (_domains(workspace, dns_server) if dns or dns_server else [])
    found = list(dict.fromkeys(found))
    if as_json:
        print_json({"campaigns": names, "problems": [problem_json(problem) for problem in found]})
    else:
        problems(found)
        told = f", {counted(len(found), 'problem')}" if found else ": all is well"
        line(f"{counted(len(names), 'campaign')} checked{told}.")
    return _exit_code(found)


def _exit_code(found: list[Problem]) -> int:
    """The worst of what stands in the way of everything; problems of single rows are no failure."""
    codes = {"source": ContactsError.exit_code, "login": 69, "ledger": 74, "dkim-key": 78}
    return max((codes[problem.kind] for problem in found if problem.kind in codes), default=0)


@dataclass(frozen=True, slots=True)
class _Rendered:
    """What rendering a campaign's mails showed."""

    problems: list[Problem]
    #: Web address → the first mail that holds it.
    links: dict[str, str] = field(default_factory=dict)


def _rendered(workspace: Workspace, name: str, *, links: bool) -> _Rendered:
    """Render every mail of a campaign, its follow-ups too, and tell what is wrong with them."""
    steps = [_step(workspace, config, name, links=links) for config in _steps(workspace.config, name)]
    found = {link: place for step in reversed(steps) for link, place in step.links.items()}
    return _Rendered([problem for step in steps for problem in step.problems], found)


def _steps(config: Config, name: str) -> Iterator[Config]:
    """The config as it is; then, for each follow-up, one in which the campaign begins with that."""
    yield config
    campaign = config.campaigns[name]
    for follow_up in campaign.follow_up:
        alone = campaign.model_copy(update={"template": follow_up.template})
        yield config.model_copy(update={"campaigns": {**config.campaigns, name: alone}})


def _step(workspace: Workspace, config: Config, name: str, *, links: bool) -> _Rendered:
    """Render one mail to each of a campaign into a ledger that is thrown away."""
    from mailer.campaigns import Trial, prepare
    from mailer.ledger import listing
    from mailer.ledger.opening import open_ledger

    with tempfile.TemporaryDirectory(prefix="mailer-check-") as folder:
        ledger = open_ledger(Path(folder) / "ledger.db", now=workspace.now)
        try:
            done = prepare(ledger, config, workspace.folder, name, Trial(), now=workspace.now)
            dates = _odd_dates(workspace, ledger, name) if workspace.config.campaigns[name].when else []
            with ledger.read() as tx:
                entries = listing.entries(tx, campaign=name)
            found = _links_in(ledger, [entry.id for entry in entries]) if links else {}
        except (ContactsError, TemplateError) as error:
            return _Rendered([Problem(f"campaign {name}", str(error), error.cure, Severity.HOLD, "source")])
        finally:
            ledger.close()
    return _Rendered([*done.problems, *dates, *(problem for entry in entries for problem in entry.problems)], found)


def _odd_dates(workspace: Workspace, ledger: Ledger, name: str) -> list[Problem]:
    """Dates that a rule cannot use; that there is none is for the schedule to tell."""
    from mailer.ledger import rounds
    from mailer.scheduling.looking import look
    from mailer.scheduling.sheets import Sheets

    with workspace.ledger_of(name).read() as real, ledger.begin() as trial:
        rounds.see_campaign(trial, name, at=rounds.first_seen_at(real, name) or workspace.now)
    found = look(workspace, ledger, name, Sheets(), after=workspace.now, until=workspace.now)
    return [problem for problem in found.problems if problem.severity is not Severity.NOTE]


def _country(workspace: Workspace) -> list[Problem]:
    """That no day would be a public holiday, and no money have a currency."""
    from mailer.when import is_country

    country = workspace.config.firm.country
    if not country or is_country(country):
        return []
    what = f"`{country}` is the code of no country: no public holiday is known, and no currency"
    return [Problem("config.yaml, firm.country", what, "Correct `country:`.", Severity.WARN, "no-country")]


def _links_in(ledger: Ledger, ids: list[int]) -> dict[str, str]:
    """The web addresses in these drafts, read a few drafts at a time."""
    from mailer.checks import web_links
    from mailer.ledger import listing

    found: dict[str, str] = {}
    for start in range(0, len(ids), _BATCH):
        with ledger.read() as tx:
            words = listing.words_of(tx, ids[start : start + _BATCH])
        for draft in words.values():
            for link in web_links(draft):
                found.setdefault(link, f"{draft.campaign}, to {draft.to[0]}")
    return found


def _links(drawn: Iterable[_Rendered], *, private: bool) -> list[Problem]:
    from mailer.links import broken

    where = {link: place for each in reversed(list(drawn)) for link, place in each.links.items()}
    cure = "Correct it in the template or the sheet, or take it out."
    return [
        Problem(where[link], f"The link {link} leads nowhere: {why}.", cure, Severity.WARN, "broken-link")
        for link, why in broken(where, private=private).items()
    ]


def _ledger(workspace: Workspace) -> list[Problem]:
    if workspace.rehearsing:
        return []
    try:
        workspace.trust_ledger()
    except MailerError as error:
        return [Problem("ledger.db", str(error), error.cure, Severity.HOLD, "ledger")]
    return []


def _passwords(workspace: Workspace) -> list[Problem]:
    """Accounts whose provider is about to refuse passwords."""
    what = "Microsoft switches passwords for sending off by default at the end of December 2026."
    cure = "Sign in at Microsoft's page instead: `sign_in:` in config.yaml, then `mailer accounts login`."
    return [
        Problem(f"account {name}", what, cure, Severity.WARN, "password-ends")
        for name, account in workspace.config.accounts.items()
        if account.server.partition(":")[0].endswith("office365.com") and not (account.outbox or account.sign_in)
    ]


def _keys(workspace: Workspace) -> list[Problem]:
    """The DKIM keys that cannot be used: nothing leaves from their accounts."""
    from mailer.workspace.finishing import signer

    found: list[Problem] = []
    for name in workspace.config.accounts:
        try:
            signer(workspace, name)
        except ConfigError as error:
            found.append(Problem(f"account {name}", str(error), error.cure, Severity.HOLD, "dkim-key"))
    return found


def _records(server: str) -> Records:
    """What the DNS says, asked of this server, or of the system's for "". UsageError for what is no address."""
    from mailer.domains import Records

    if not server:
        return Records()
    try:
        parts = urlsplit(f"//{server}")
        return Records(nameserver=str(ip_address(parts.hostname or "")), port=parts.port or 53)
    except ValueError as error:
        raise UsageError(
            f"“{server}” is no address of a DNS server.", cure="Give its IP address: 9.9.9.9, 9.9.9.9:53 or [::1]:53."
        ) from error


def _domains(workspace: Workspace, server: str) -> list[Problem]:
    from mailer.domains import alignment, check_domain
    from mailer.workspace.finishing import domain_of, signer

    records = _records(server)
    found: list[Problem] = []
    for name, account in workspace.config.accounts.items():
        if account.outbox:
            continue
        domain, own = domain_of(account.from_), signer(workspace, name)
        said = check_domain(domain, account.server, records, selector=own.selector if own else "")
        found += [*said, *alignment(domain, account.username)]
        if own and "no-dkim" in {problem.kind for problem in said}:
            what = f"The record of our own DKIM key belongs at {own.selector}._domainkey.{domain}."
            found.append(Problem(domain, what, f"Add a TXT record: {own.record}", Severity.NOTE, "dkim-record"))
    return found


def _logins(workspace: Workspace, names: list[str]) -> list[Problem]:
    from mailer.workspace.passes import try_logins

    config = workspace.config
    used = {account for name in names for account in config.accounts_of(config.campaigns[name])}
    real = sorted(name for name in used if not config.accounts[name].outbox)
    errors = try_logins(workspace, workspace.ledger, real)
    return [
        Problem(f"account {name}", str(error), error.cure, Severity.HOLD, "login") for name, error in errors.items()
    ]
