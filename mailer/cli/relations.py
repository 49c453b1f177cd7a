"""`mailer contacts neglected|show|heard|note|merge`: who waits for a word from us, and each one's story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from mailer.cli.days import DAY
from mailer.cli.home import tell_home
from mailer.cli.output import ask, counted, json_option, line, print_json, problems, table, tell, tell_unread
from mailer.cli.settings import Settings
from mailer.errors import ContactsError, UsageError

if TYPE_CHECKING:
    from mailer.ledger.opening import Ledger
    from mailer.relations import Relation, Relations, Story
    from mailer.relations.story import Event
    from mailer.workspace import Workspace

#: A memo or subject longer than this is cut in a table; the story shows it whole.
_CELL = 60


@click.command(short_help="Who waits for a word from us, worst first.")
@click.option("--owner", metavar="NAME", default="", help="Only those whom this person of the firm knows.")
@click.option("--audience", metavar="NAME", default="", help="Only these: client, staff …")
@click.option("--all", "every", is_flag=True, help="Those who are fine, and those who rest, too.")
@click.option("--first", type=click.IntRange(min=1), metavar="N", help="Only the first so many.")
@click.option(
    "--draft",
    is_flag=False,
    flag_value="",
    metavar="[TEMPLATE]",
    help="Prepare a draft for each, with this template, or with the one that fits the reason.",
)
@json_option
@click.pass_obj
def neglected(
    settings: Settings,
    owner: str,
    audience: str,
    every: bool,
    first: int | None,
    draft: str | None,
    as_json: bool,
) -> int:
    """Who has not heard from us for as long as `keep_in_touch` says, worst first, with the reason at hand."""
    nobody = f"Nobody{' of these' if owner or audience else ''} is neglected."
    with settings.workspace() as workspace:
        relations = _relations(workspace)
        _check_known("owner", owner, {each.contact.owner for each in relations.everyone})
        _check_known("audience", audience, {each.contact.audience for each in relations.everyone})
        chosen = _chosen(relations, owner, audience, every=every)[:first]
        zone = ZoneInfo(workspace.config.firm.timezone)
        if draft is not None:
            return _draft(settings, workspace, [each for each in chosen if each.standing.is_neglected], draft, nobody)
    if as_json:
        print_json([relation_json(each) for each in chosen])
        return 0
    for name in dict.fromkeys(each.contact.audience for each in chosen):
        of_audience = [each for each in chosen if each.contact.audience == name]
        _show(_heading(name, of_audience), of_audience, zone)
    if not chosen:
        line(nobody)
    problems(relations.problems)
    return 0


def _heading(audience: str, relations: Iterable[Relation]) -> str:
    """How many of an audience are neglected; and whose they are, where that is more than one person."""
    owners = Counter(each.contact.owner or "nobody" for each in relations if each.standing.is_neglected)
    whose = ", ".join(f"{owner} {count}" for owner, count in owners.most_common())
    return f"{audience}: {owners.total()} neglected" + (f" ({whose})" if len(owners) > 1 else "")


def _draft(settings: Settings, workspace: Workspace, chosen: list[Relation], template: str, nobody: str) -> int:
    """Make the drafts; exit code 1 when somebody is left without one."""
    from mailer.workspace.drafting import draft_neglected

    drafted = draft_neglected(workspace, chosen, template=template)
    tell_home(workspace, drafted.made)
    for campaign, count in drafted.made.items():
        line(f"{counted(count, 'new draft')} of {campaign}: {settings.command('drafts', 'approve', campaign)}")
    for campaign, count in drafted.waiting.items():
        there = settings.command("drafts", "list", campaign)
        line(f"{counted(count, 'mail')} of {campaign} for them already there: {there}")
    if not chosen:
        line(nobody)
    if drafted.left:
        names = ", ".join(each.contact.name or each.contact.address for each in drafted.left)
        tell(f"No campaign{f' with the template {template}' if template else ''} fits {names}.")
        tell("→ A campaign fits whose `contacts:` has them and whose template is for the reason: mailer campaigns add")
    return 1 if drafted.left else 0


def _relations(workspace: Workspace) -> Relations:
    """How we stand with everybody; a sheet that cannot be read is told, and keeps nobody else back."""
    from mailer.relations import read_relations

    unread: list[ContactsError] = []
    found = read_relations(workspace.ledger, workspace.config, workspace.folder, now=workspace.now, unread=unread)
    tell_unread(unread)
    return found


def _chosen(relations: Relations, owner: str, audience: str, *, every: bool) -> list[Relation]:
    found = relations.neglected()
    if every:
        found = sorted(relations.everyone, key=lambda each: each.standing.badness)
    return [each for each in found if _is(owner, each.contact.owner) and _is(audience, each.contact.audience)]


def _is(asked: str, name: str) -> bool:
    """Whether a name is the one asked for, in full or by its first word; nothing asked for is any."""
    return asked.casefold() in ("", name.casefold(), name.partition(" ")[0].casefold())


def _check_known(what: str, asked: str, names: Iterable[str]) -> None:
    """Raises UsageError for a name that stands in no sheet: that nobody of it is neglected would be no comfort."""
    if asked and not any(_is(asked, name) for name in names):
        there = ", ".join(sorted(filter(None, names))) or "none"
        raise UsageError(f"Nobody in the sheets has the {what} “{asked}”.", cure=f"There are: {there}.")


def _show(title: str, relations: Iterable[Relation], zone: ZoneInfo) -> None:
    table(
        ["Who", "Owner", "How long", "Reason at hand", "We last wrote", "What matters"],
        [
            [
                each.contact.name or each.contact.address,
                each.contact.owner,
                each.standing,
                "; ".join(_cut(reason.what) for reason in each.reasons if not reason.what.startswith("memo:")),
                f"{each.last_mail.at.astimezone(zone):%Y-%m-%d} {_cut(each.last_mail.words)}" if each.last_mail else "",
                "; ".join(_cut(str(memo)) for memo in each.memos),
            ]
            for each in relations
        ],
        title=title,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - 1].rstrip() + "…"


def relation_json(each: Relation) -> dict[str, Any]:
    """How we stand with one person, as scripts may rely on it."""
    standing, mail = each.standing, each.last_mail
    return {
        "key": each.contact.key,
        "address": each.contact.address,
        "name": each.contact.name,
        "audience": each.contact.audience,
        "owner": each.contact.owner,
        "state": standing.state,
        "days": standing.days,
        "last_on": standing.last_on,
        "keep_in_touch": str(standing.cadence) if standing.cadence else None,
        "runs_out_on": standing.runs_out_on,
        "why": standing.why,
        "reasons": [{"what": r.what, "on": r.on, "template": r.template} for r in each.reasons],
        "last_mail": {"at": mail.at, "subject": mail.words, "account": mail.by} if mail else None,
        "memos": [memo.words for memo in each.memos],
    }


def tell_story(settings: Settings, who: str, *, as_json: bool) -> None:
    """Tell all that has been between us and one person."""
    from mailer.relations import story_of

    with settings.workspace() as workspace:
        told = story_of(workspace.ledger, _relations(workspace), who)
        zone = ZoneInfo(workspace.config.firm.timezone)
    if as_json:
        print_json(_story_json(told))
    else:
        _tell_who(told)
        _list("What matters", map(str, told.memos))
        _list("What has been", [_event_line(event, zone) for event in told.events])
        _list("What comes next", _coming(told, zone))


def _story_json(told: Story) -> dict[str, Any]:
    return {
        "relation": relation_json(told.relation) if told.relation else None,
        "addresses": told.addresses,
        "memos": [memo.words for memo in told.memos],
        "events": told.events,
        "coming": [{"id": e.id, "campaign": e.campaign, "status": e.status, "due_at": e.due_at} for e in told.coming],
        "suppressed": told.suppressed,
    }


def _tell_who(told: Story) -> None:
    relation = told.relation
    if relation is None:
        line(f"{', '.join(told.addresses)}: in no sheet any more.")
        return
    contact, standing = relation.contact, relation.standing
    known = f", known by {contact.owner}" if contact.owner else ""
    line(f"{contact.name or contact.address} <{contact.address}>: {contact.audience}{known} ({contact.source})")
    last = (
        f"last in touch {standing.last_on.day} {standing.last_on:%B %Y}"
        if standing.last_on
        else "never in touch so far"
    )
    promise = f", promised every {standing.cadence}" if standing.cadence else ", nothing promised"
    stands = f": {standing}" if standing.last_on or not standing.is_neglected else ""
    line(f"{last[0].upper()}{last[1:]}{promise}{stands}.")
    skipped = {"address", "name", "first_name", "last_name", "owner", "personal_line"}
    _list("Facts", [f"{name}: {shown}" for name, shown in contact.cells.items() if name not in skipped])


def _list(title: str, rows: Iterable[str]) -> None:
    rows = list(rows)
    if rows:
        line(f"\n{title}")
        for row in rows:
            line(f"  {row}")


def _event_line(event: Event, zone: ZoneInfo) -> str:
    about = f" ({event.campaign})" if event.campaign else ""
    by = f", {event.by}" if event.by else ""
    return f"{event.at.astimezone(zone):%Y-%m-%d}  {event.kind:<9}  {event.words}{about}{by}"


def _coming(told: Story, zone: ZoneInfo) -> Iterable[str]:
    for entry in told.coming:
        due = f", due {entry.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if entry.due_at else ""
        yield f"{entry.status} {entry.id} of {entry.campaign}: {entry.subject}{due}"
    if told.suppressed:
        yield f"no mail: {told.suppressed}"
    if told.relation:
        yield from (reason.what for reason in told.relation.reasons if not reason.what.startswith("memo:"))
        runs_out_on = told.relation.standing.runs_out_on
        if runs_out_on:
            verb = "ran" if told.relation.standing.is_neglected else "runs"
            yield f"the promise {verb} out on {runs_out_on.day} {runs_out_on:%B %Y}"


@click.command(short_help="Log a call, a visit, a letter.")
@click.argument("who", metavar="ADDRESS|KEY")
@click.option("--on", type=DAY, metavar="DAY", help="The day; today if not told.")
@click.option("--by", "way", metavar="WAY", default="", help="How: phone, visit, letter …")
@click.option("--note", "words", metavar="TEXT", default="", help="What was said; kept with the person, never mailed.")
@click.pass_obj
def heard(settings: Settings, who: str, on: date | None, way: str, words: str) -> None:
    """Note that you were in touch with somebody without a mail of ours: their clock starts again."""
    from mailer.relations import instant_of, log_contact, relation_of

    with settings.workspace() as workspace:
        at = instant_of(on, now=workspace.now, timezone=workspace.config.firm.timezone)
        relations = _relations(workspace)
        person = _person(workspace, who)
        for ledger, theirs in _everywhere(workspace, who, person):
            log_contact(ledger, theirs, way, words, at=at, who=workspace.who)
        before = relations.of(person)
        now = before and relation_of(workspace.ledger, workspace.config, before.contact, now=workspace.now).standing
    line(f"Noted: in touch with {who} on {at:%Y-%m-%d}." + (f" Now: {now}." if now else ""))


def _person(workspace: Workspace, who: str) -> int:
    """Whom an address or key names. UsageError for a stranger, and for two people."""
    from mailer.relations.story import person_of

    with workspace.ledger.read() as tx:
        return person_of(tx, who)


def _everywhere(workspace: Workspace, who: str, person: int) -> list[tuple[Ledger, int]]:
    """The ledgers that know that person, each with its number: what is noted in a rehearsal counts for real, too."""
    from mailer.ledger import people
    from mailer.relations import read_relations

    found = [(workspace.ledger, person)]
    for ledger in workspace.ledgers_of_people():
        if ledger is not workspace.ledger:
            read_relations(ledger, workspace.config, workspace.folder, now=workspace.now, unread=[])
            with ledger.read() as tx:
                found += [(ledger, theirs) for theirs in people.find(tx, who.strip())]
    return found


@click.command(short_help="Keep a memo: what matters to somebody.")
@click.argument("who", metavar="ADDRESS|KEY")
@click.argument("words", metavar="TEXT")
@click.pass_obj
def note(settings: Settings, who: str, words: str) -> None:
    """Keep what we know about somebody. It is shown beside their drafts, and never mailed."""
    from mailer.relations import keep_memo

    if not words.strip():
        raise UsageError("There is nothing to keep.", cure='Write it in quotes: "Her daughter starts university."')
    with settings.workspace() as workspace:
        _relations(workspace)  # who is in a sheet is known from here on
        for ledger, person in _everywhere(workspace, who, _person(workspace, who)):
            keep_memo(ledger, person, words, at=workspace.now, who=workspace.who)
    line(f"Kept with {who}.")


@click.command(short_help="Join two people who are one.")
@click.argument("old")
@click.argument("new")
@click.option("--yes", is_flag=True, help="Answer the question with yes.")
@click.pass_obj
def merge(settings: Settings, old: str, new: str, yes: bool) -> None:
    """Join OLD into NEW: mails, replies and memos of both are one story. Each is an address or a key."""
    from mailer.ledger import people

    with settings.workspace() as workspace:
        _relations(workspace)  # who is in a sheet is known from here on
        before, after = _person(workspace, old), _person(workspace, new)
        if before == after:
            raise UsageError(f"“{old}” and “{new}” are one person already.")
        if not ask(f"Join {old} into {new}? This cannot be undone.", yes=yes):
            tell("Nothing was changed.")
            return
        with workspace.ledger.begin() as tx:
            people.merge(tx, before, after)
    line(f"{old} and {new} are one person.")
