"""Before a sending pass: what changed since it was rendered is rendered again, so that nobody sends stale words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailer.campaigns.choosing import AsItStands
from mailer.campaigns.preparing import Prepared, prepare
from mailer.campaigns.thanking import THANK
from mailer.campaigns.watching import is_stale
from mailer.config.models import Config
from mailer.errors import MailerError
from mailer.ledger import rounds
from mailer.ledger.opening import Ledger

#: The campaign of our own reminders to the firm, which no config describes.
REMINDERS = "reminders"
#: Campaigns that no config describes: their words are never rendered again.
OURS = frozenset({REMINDERS, THANK})


@dataclass(slots=True)
class Refreshed:
    """What a refresh found."""

    #: The rounds that were rendered again.
    prepared: list[Prepared] = field(default_factory=list)
    #: Campaign → why nothing of it may leave now.
    stopped: dict[str, str] = field(default_factory=dict)

    @property
    def voided(self) -> list[int]:
        """Ids of mails whose approval is void."""
        return [each for prepared in self.prepared for each in prepared.voided]


def refresh(
    ledger: Ledger, config: Config, folder: Path, *, now: datetime, campaigns: Sequence[str] | None = None
) -> Refreshed:
    """Render again every pending round whose words may be older than its files.

    A source that cannot be read stops its campaign.
    """
    result = Refreshed()
    with ledger.read() as tx:
        pending = rounds.pending_rounds(tx, campaigns)
        watched = {(each.id, step): rounds.watched_files(tx, each.id, step) for each, step in pending}
    for each, step in pending:
        if each.campaign in OURS:
            continue
        if each.campaign not in config.campaigns:
            result.stopped[each.campaign] = "it is no longer in config.yaml"
        elif is_stale(watched[each.id, step]):
            try:
                again = prepare(ledger, config, folder, each.campaign, AsItStands(each.name, step), now=now)
            except MailerError as error:
                result.stopped[each.campaign] = str(error)
            else:
                result.prepared.append(again)
    return result
