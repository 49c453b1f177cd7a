"""The drafts of a campaign, grouped by the conditions they met: what one yes may be said to, its odd ones seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from mailer.desk.looked_at import LookedAt
from mailer.desk.sheets import Sheets, at_its_place
from mailer.ledger import listing, overview
from mailer.ledger.listing import Entry
from mailer.model import Contact, Draft, Status
from mailer.preview import Odd, Shown, grouped, odd_ones
from mailer.workspace import Workspace


@dataclass(frozen=True)
class Alike:
    """One group of drafts, and the odd ones among them."""

    branches: tuple[str, ...]
    drafts: tuple[Shown, ...]
    odd: tuple[Odd, ...]

    @cached_property
    def ready(self) -> dict[int, str]:
        """Id → digest of those that nothing holds."""
        return {shown.id: shown.draft.digest for shown in self.drafts if not shown.is_held}

    @cached_property
    def mark(self) -> str:
        """What a page shows of the group as a whole: other words, or another member, and it is another mark."""
        return hashlib.blake2b(repr(sorted(self.ready.items())).encode(), digest_size=16).hexdigest()

    def to_look_at(self, looked_at: LookedAt) -> list[Shown]:
        """Those to look at before one yes is said to all: the odd ones, and at least one that is not."""
        odd = [each.shown for each in self.odd if not each.shown.is_held]
        odd_ids = {shown.id for shown in odd}
        usual = [shown for shown in self.drafts if not shown.is_held and shown.id not in odd_ids]
        unseen = [shown for shown in odd if not looked_at.words(shown.draft.digest)]
        if usual and not any(looked_at.words(shown.draft.digest) for shown in usual):
            unseen.append(usual[0])
        return unseen


class Grouping:
    """Groups a campaign's drafts, again only when one of them changed."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self._kept: dict[str, tuple[Mapping[int, str], list[Alike]]] = {}

    def of(self, workspace: Workspace, campaign: str) -> list[Alike]:
        """The groups, the largest first."""
        with workspace.ledger_of(campaign).read() as tx:
            digests = overview.digests(tx, campaign)
            kept = self._kept.get(campaign)
            if kept and kept[0] == digests:
                return kept[1]
            entries = listing.entries(tx, campaign=campaign, statuses=[Status.DRAFT])
            words = listing.words_of(tx, digests)
        places = self._sheets.places(workspace, campaign)
        groups = _grouped([_shown(entry, words[entry.id], at_its_place(entry, places)) for entry in entries])
        self._kept[campaign] = (digests, groups)
        return groups


def _shown(entry: Entry, words: Draft, contact: Contact | None) -> Shown:
    facts = {name: field.shown for name, field in contact.fields.items()} if contact else {}
    return Shown(words, entry.id, entry.name or entry.address, entry.status, entry.problems, facts=facts)


def _grouped(shown: list[Shown]) -> list[Alike]:
    odd = {each.shown.id: each for each in odd_ones(shown)}
    return [Alike(group.branches, group.drafts, _among(odd, group.drafts)) for group in grouped(shown)]


def _among(odd: Mapping[int, Odd], members: Iterable[Shown]) -> tuple[Odd, ...]:
    return tuple(odd[shown.id] for shown in members if shown.id in odd)
