"""Rows and a template become drafts in the ledger: made, or rewritten where the words changed.

An approval whose words changed is void, and a draft whose row is gone is held; both keep what was approved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.campaigns import deciding, writing
from mailer.campaigns.choosing import Choice, open_chosen, template_of
from mailer.campaigns.rendering import Rendered, Renderer, Row
from mailer.campaigns.watching import Watched
from mailer.config.models import Campaign, Config, ContactSource
from mailer.config.when import OnDate
from mailer.crew import Crew
from mailer.ledger import drafts, moves, rounds
from mailer.ledger.drafts import Due
from mailer.ledger.opening import Ledger
from mailer.ledger.rounds import Round
from mailer.model import Contact, Problem

# Reading sheets and rendering are imported where they are needed: most passes find that nothing changed.
if TYPE_CHECKING:
    from mailer.templates import Template


@dataclass(slots=True)
class Prepared:
    """What a preparation did."""

    campaign: str
    round: str
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Ids whose approval is void: their words changed, or their row is gone.
    voided: list[int] = field(default_factory=list)
    #: Drafts whose row is gone, hidden, or excluded.
    gone: int = 0
    #: Rows that were passed over, by why: hidden, blank, excluded …
    skipped: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_news(self) -> bool:
        """Whether the ledger is another than before."""
        return bool(self.made or self.changed or self.gone or self.voided)

    def skip(self, why: str, count: int = 1) -> None:
        """Count rows that were passed over."""
        self.skipped[why] = self.skipped.get(why, 0) + count


@dataclass(frozen=True, slots=True)
class Bench:
    """All that a preparation works with."""

    ledger: Ledger
    config: Config
    folder: Path
    campaign: Campaign
    template: Template
    round: Round
    now: datetime
    #: The number of this preparation of the round.
    seen: int
    result: Prepared
    #: The files that have a part in it, missing ones too.
    files: Watched
    #: Only this person is rendered again; None for everyone.
    only: int | None = None
    #: Person → when their mail is due, for those a scheduled round newly takes in.
    due: Mapping[int, Due] = field(default_factory=dict)
    #: 0 for the first mail, 1… for follow-ups.
    step: int = 0

    def takes(self, person: int, *, kept: bool) -> bool:
        """Whether this preparation is about that person; a scheduled round takes in only those who are due."""
        if self.only is not None:
            return person == self.only
        by_hand = self.round.due_at is None and self.round.cancelled_at is None and self.step == 0
        return kept or person in self.due or by_hand


def prepare(
    ledger: Ledger,
    config: Config,
    folder: Path,
    name: str,
    choice: Choice,
    *,
    now: datetime,
    only: int | None = None,
) -> Prepared:
    """Render a campaign's contacts into the round that `choice` says; who is in it already is rendered again.

    With `only`, just that person. Raises UsageError for a round that may not be opened, ContactsError or TemplateError
    when a source cannot be used at all; what was prepared before stays.
    """
    from mailer import templates

    campaign, files = config.campaign(name), Watched(folder)
    template = templates.load(template_of(name, campaign, choice.step), folder, firm=config.firm)
    files.add(template.files)
    with ledger.begin() as tx:
        rounds.see_campaign(tx, name, at=now)
        current = open_chosen(tx, name, campaign, choice, now=now)
        seen = drafts.next_seen(tx, current.id)
    result = Prepared(name, current.name)
    bench = Bench(
        ledger, config, folder, campaign, template, current, now, seen, result, files, only, choice.due, choice.step
    )
    with Crew(Renderer(bench)) as crew:
        _render_all(bench, crew)
    if only is None:
        _finish(bench)
    return result


def _render_all(bench: Bench, crew: Crew[Sequence[Row], Rendered]) -> None:
    """Every contact in, source by source."""
    from mailer import contacts

    for source in bench.campaign.contacts:
        settings, firm, own_day = bench.config.contacts[source], bench.config.firm, bench.campaign.own_day
        bench.files.add([bench.folder / settings.file])
        reading = contacts.read(source, settings, bench.folder, firm=firm, today=_today(bench), own_day=own_day)
        writing.write(bench, _included(bench, reading, settings), crew)
        bench.result.problems += reading.problems
        for why, count in reading.skipped.items():
            bench.result.skip(why, count)


def _today(bench: Bench) -> date:
    """The day of the round: preparing again tomorrow takes the same people and says the same words.

    A round of birthdays is a year long; there the day of preparation counts.
    """
    at = bench.now if isinstance(bench.campaign.when, OnDate) else bench.round.now_at
    return bench.config.firm.local(at).date()


def _included(bench: Bench, reading: Iterable[Contact], source: ContactSource) -> Iterator[Contact]:
    """The contacts, and of grouped ones the rows, for which `where:` is true."""
    if not bench.campaign.where:
        yield from reading
        return
    from mailer.contacts.joining import meant
    from mailer.expressions import compile_expression

    expression, today = compile_expression(bench.campaign.where, bench.round.campaign), _today(bench)
    for contact in reading:
        found = meant(contact, lambda row: bool(expression(row.fields, today)), source)
        if found is not contact:
            bench.result.skip("excluded", _rows_of(contact) - (_rows_of(found) if found else 0))
        if found:
            yield found


def _rows_of(contact: Contact) -> int:
    return len(contact.members) or 1


def _finish(bench: Bench) -> None:
    """What can be said only when every row was met."""
    writing.hold_gone(bench)
    if bench.round.due_at is None and not bench.step:
        writing.note_renames(bench)
    with bench.ledger.begin() as tx:
        rounds.mark_prepared(
            tx,
            bench.round.id,
            bench.files.stamps,
            at=bench.now,
            step=bench.step,
        )
    approve_unreviewed(bench.ledger, bench.campaign, bench.round.campaign, now=bench.now)


def approve_unreviewed(ledger: Ledger, campaign: Campaign, name: str, *, now: datetime) -> None:
    """Queue the drafts that nobody needs to look at (`review: none`), also those a crash left behind."""
    steps = {step for step in range(len(campaign.follow_up) + 1) if _review(campaign, step) == "none"}
    with ledger.read() as tx:
        ready = drafts.unreviewed(tx, name, steps=steps) if steps else ()
    for start in range(0, len(ready), moves.BATCH):
        deciding.approve(ledger, ready[start : start + moves.BATCH], who="review: none", now=now, late=False)


def _review(campaign: Campaign, step: int) -> str:
    return (campaign.follow_up[step - 1].review if step else None) or campaign.review
