"""The drafts that were shown on this desk, by the digest of their words.

Only a memory of what stood on the screen; it decides nothing that the ledger decides.
"""

from __future__ import annotations

from collections import OrderedDict

from mailer.model import Draft

#: How many are remembered; the oldest go first.
KEPT = 2000


class LookedAt:
    """Digest → the words as they were shown."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, Draft] = OrderedDict()

    def add(self, draft: Draft) -> None:
        """Note that these words were shown."""
        self._shown[draft.digest] = draft
        self._shown.move_to_end(draft.digest)
        while len(self._shown) > KEPT:
            self._shown.popitem(last=False)

    def words(self, digest: str) -> Draft | None:
        """The words of that digest, if they were shown."""
        return self._shown.get(digest)
