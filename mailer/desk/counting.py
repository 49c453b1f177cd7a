"""The figures behind Today, the schedule and the report: the same as the command line's, kept while they hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

from mailer.desk.kept import PATIENCE, Counted, Kept
from mailer.ledger import overview
from mailer.ledger.opening import Ledger
from mailer.relations import Relation, Relations, read_relations
from mailer.relations.figures import Report
from mailer.scheduling.occasions import Ahead, occasions_between
from mailer.scheduling.outlook import Outlook, outlook
from mailer.workspace.reporting import report

if TYPE_CHECKING:
    from mailer.desk.desk import Desk

#: Who knows more people than this does not wait for a count: the last one is shown until the new one is there.
LARGE = 1_000
#: The outlook depends on the hour, too: it is counted again after so many seconds.
OUTLOOK_HOLDS = 3600


class Counting:
    """Counts of one desk, behind its pages where they take long."""

    def __init__(self, desk: Desk, pool: ThreadPoolExecutor) -> None:
        self._desk = desk
        self._relations = Kept[Relations](pool)
        self._neglected = Kept[list[Relation]](pool)
        self._outlooks = Kept[Outlook](pool)
        self._occasions = Kept[list[Ahead]](pool)
        self._reports = Kept[Report](pool)

    def relations(self, ledger: Ledger) -> Counted[Relations] | None:
        """How we stand with everybody. Raises ContactsError for a sheet that cannot be used."""
        workspace = self._desk.workspace
        return self._relations.of(
            ledger.path.name,
            self._stamp(ledger),
            lambda: read_relations(ledger, workspace.config, workspace.folder, now=workspace.now),
            patience=self._patience,
        )

    def neglected(self) -> Counted[list[Relation]] | None:
        """Who has not heard from us for too long, the worst first. Raises ContactsError like `relations`."""
        known = self.relations(self._desk.workspace.ledger)
        if known is None:
            return None
        return self._neglected.of("", known.stamp, lambda: known.value.neglected(soon=False), patience=self._patience)

    def outlook(self, days: int) -> Counted[Outlook] | None:
        """What goes out when, so many days ahead. Raises ContactsError for a sheet that cannot be used."""
        workspace = self._desk.workspace
        stamp: list[object] = [self._desk.stamp, int(workspace.now.timestamp()) // OUTLOOK_HOLDS]
        for ledger in workspace.ledgers():
            with ledger.read() as tx:
                stamp.append(overview.mark_of_moves(tx))
        return self._outlooks.of(str(days), stamp, lambda: outlook(workspace, days), patience=self._patience)

    def occasions(self, first: date, last: date) -> Counted[list[Ahead]] | None:
        """Whose day is when. Raises ContactsError for a sheet that cannot be used."""
        config = self._desk.workspace.config
        known = self.relations(self._desk.workspace.ledger)
        if known is None:
            return None
        return self._occasions.of(
            str(first),
            known.stamp,
            lambda: occasions_between(known.value, config, first, last),
            patience=self._patience,
        )

    def report(self, campaign: str, since: date | None) -> Counted[Report] | None:
        """What came of it, of one campaign or of all (""). Raises ContactsError for a sheet that cannot be used."""
        workspace = self._desk.workspace
        ledger = workspace.ledger_of(campaign) if campaign else workspace.ledger
        with ledger.read() as tx:
            stamp = (self._stamp(ledger), overview.mark_of_moves(tx))
        name = f"{campaign} {since}"
        return self._reports.of(name, stamp, lambda: report(workspace, campaign, since)[0], patience=self._patience)

    def _stamp(self, ledger: Ledger) -> object:
        with ledger.read() as tx:
            return (self._desk.stamp, overview.mark_of_touches(tx))

    @property
    def _patience(self) -> float:
        with self._desk.workspace.ledger.read() as tx:
            return 0 if overview.people_count(tx) > LARGE else PATIENCE
