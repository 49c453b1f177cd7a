"""The drafts of a campaign, grouped by the conditions they met: what one yes may be said to, its odd ones seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

from mailer.desk.kept import PATIENCE, Counted, Kept
from mailer.desk.looked_at import LookedAt
from mailer.desk.sheets import Sheets, at_its_place
from mailer.ledger import listing
from mailer.ledger.listing import Entry
from mailer.ledger.moves import batches
from mailer.ledger.opening import Transaction
from mailer.model import Contact, Draft, Source
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

    @cached_property
    def _usual(self) -> tuple[Shown, ...]:
        """Those that nothing holds, and that are like most."""
        odd_ids = {each.shown.id for each in self.odd}
        return tuple(shown for shown in self.drafts if shown.id not in odd_ids and not shown.is_held)

    def to_look_at(self, looked_at: LookedAt) -> list[Shown]:
        """Those to look at before one yes is said to all: the odd ones, and at least one that is not."""
        odd = [each.shown for each in self.odd if not each.shown.is_held]
        unseen = [shown for shown in odd if not looked_at.words(shown.draft.digest)]
        if self._usual and not any(looked_at.words(shown.draft.digest) for shown in self._usual):
            unseen.append(self._usual[0])
        return unseen


@dataclass(frozen=True, slots=True)
class _Read:
    """A draft as it was read, as long as its digest is the same."""

    entry: Entry
    #: Without the HTML, which takes most of the memory and tells nothing here.
    words: Draft


class Grouping:
    """Groups a campaign's drafts again when one of them changed, and reads again only those that did."""

    def __init__(self, sheets: Sheets, pool: ThreadPoolExecutor) -> None:
        self._sheets = sheets
        self._groups = Kept[list[Alike]](pool)
        self._read: dict[str, dict[int, _Read]] = {}

    def of(
        self, workspace: Workspace, campaign: str, digests: Mapping[int, str], *, patience: float = PATIENCE
    ) -> Counted[list[Alike]] | None:
        """The groups of these drafts, the largest first; as `Kept.of` gives them."""
        stamp = (digests, self._sheets.stamp(workspace))
        return self._groups.of(campaign, stamp, lambda: self._group(workspace, campaign, digests), patience=patience)

    def _group(self, workspace: Workspace, campaign: str, digests: Mapping[int, str]) -> list[Alike]:
        known = self._read.get(campaign, {})
        read = {each: known[each] for each, digest in digests.items() if _is_of(known.get(each), digest)}
        with workspace.ledger_of(campaign).read() as tx:
            read |= _read(tx, [each for each in digests if each not in read])
        self._read[campaign] = read
        places = self._sheets.places(workspace, campaign)
        return _grouped([_shown(read[each], places) for each in digests if each in read])


def _is_of(known: _Read | None, digest: str) -> bool:
    return known is not None and known.words.digest == digest


def _read(tx: Transaction, ids: Iterable[int]) -> dict[int, _Read]:
    found: dict[int, _Read] = {}
    for batch in batches(ids):
        words = listing.words_of(tx, batch)
        for entry in listing.entries(tx, ids=batch):
            if entry.id in words:
                found[entry.id] = _Read(entry, replace(words[entry.id], html=""))
    return found


def _shown(read: _Read, places: dict[Source, Contact]) -> Shown:
    entry, contact = read.entry, at_its_place(read.entry, places)
    facts = {name: field.shown for name, field in contact.fields.items()} if contact else {}
    return Shown(read.words, entry.id, entry.name or entry.address, entry.status, entry.problems, facts=facts)


def _grouped(shown: list[Shown]) -> list[Alike]:
    odd = {each.shown.id: each for each in odd_ones(shown)}
    return [Alike(group.branches, group.drafts, _among(odd, group.drafts)) for group in grouped(shown)]


def _among(odd: Mapping[int, Odd], members: Iterable[Shown]) -> tuple[Odd, ...]:
    return tuple(odd[shown.id] for shown in members if shown.id in odd)
