"""What takes long to count in a large firm: kept until what it was counted from changes, and then counted behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

Count = TypeVar("Count")

#: Seconds a page waits for a fresh count, where it is not said otherwise.
PATIENCE = 10.0
#: How many counts of one kind are kept; the oldest go first.
KEPT = 24


@dataclass(frozen=True, slots=True)
class Counted(Generic[Count]):
    """A count, and what it was counted from."""

    value: Count
    stamp: object
    #: Whether something has changed since; a newer count is on its way.
    is_old: bool = False


class Kept(Generic[Count]):
    """Counts of one kind, by name, made one at a time in a thread of their own."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._known: dict[str, Counted[Count]] = {}
        self._running: dict[str, Future[Counted[Count]]] = {}

    def of(
        self, name: str, stamp: object, count: Callable[[], Count], *, patience: float = PATIENCE
    ) -> Counted[Count] | None:
        """The count as it stands; the last one while a new one takes longer than that; None while the first one does.

        Raises what `count` raises, if it does so while the page waits.
        """
        with self._lock:
            known = self._known.get(name)
            if known and known.stamp == stamp:
                return known
            running = self._running.get(name)
            if running is None or running.done():
                running = self._running[name] = self._pool.submit(self._count, name, stamp, count)
        newest = running.result() if wait([running], patience).done else known
        return replace(newest, is_old=newest.stamp != stamp) if newest else None

    def _count(self, name: str, stamp: object, count: Callable[[], Count]) -> Counted[Count]:
        counted = Counted(count(), stamp)
        with self._lock:
            self._known.pop(name, None)
            self._known[name] = counted
            for oldest in list(self._known)[:-KEPT]:
                del self._known[oldest]
        return counted
