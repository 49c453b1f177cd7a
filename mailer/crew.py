"""The same work on many batches, by several processes at once where that is sound, and by this one elsewhere.

The processes are forked from this one, so they know what it knows, and only batches and answers travel. Forking is
sound on Linux while a process has one thread; a desk, which has several, does all of its work itself.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from pickle import PickleError
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")

#: So many batches are worth the time that forking takes.
_WORTH = 3
_THREADS = Path("/proc/self/task")


class Crew(Generic[Batch, Answer]):
    """Does `work` on batches; it may depend only on its batch and on what was so when the crew was first needed.

    Where a process ends before its time its batches are worked on here, so an error of the work is raised here too.
    """

    def __init__(self, work: Callable[[Batch], Answer], *, most: int | None = None) -> None:
        self._work = work
        self._most = most
        self._members: list[_Member[Batch, Answer]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for member in self._members:
            member.leave()
        self._members.clear()

    def answers(self, batches: Iterable[Batch]) -> Iterator[Answer]:
        """The answer to each batch, in order; a few batches are taken ahead of their answers."""
        batches = iter(batches)
        first = list(islice(batches, _WORTH))
        if len(first) == _WORTH and not self._members:
            self._members += [_Member(self._work) for _ in range(_sound_count(self._most))]
        batches = chain(first, batches)
        return self._shared(batches) if self._members else map(self._work, batches)

    def _shared(self, batches: Iterable[Batch]) -> Iterator[Answer]:
        idle = list(self._members)
        busy: deque[_Member[Batch, Answer]] = deque()
        for batch in batches:
            answered = []
            if not idle:
                idle.append(busy.popleft())
                answered.append(idle[0].answer())
            busy.append(idle.pop())
            busy[-1].ask(batch)
            yield from answered
        while busy:
            yield busy.popleft().answer()


class _Member(Generic[Batch, Answer]):
    """A process that does the work on one batch at a time."""

    def __init__(self, work: Callable[[Batch], Answer]) -> None:
        from multiprocessing import get_context

        self._work = work
        self._batch: Batch
        context = get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(work, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, batch: Batch) -> None:
        """Begin on a batch."""
        self._batch = batch
        with suppress(OSError):
            self._pipe.send(batch)

    def answer(self) -> Answer:
        """Wait for the answer to that batch."""
        try:
            answer: Answer = self._pipe.recv()
        except (EOFError, OSError, PickleError):
            answer = self._work(self._batch)
        return answer

    def leave(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.kill()
        self._process.join()


def _serve(work: Callable[[Batch], Answer], pipe: Connection) -> None:
    """Answer until nobody asks any more, holding no file of the process it was forked from."""
    gc.freeze()  # what was there before stays; looking through it for garbage would copy it all
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who pressed Ctrl-C asked the other process
    os.closerange(3, pipe.fileno())
    os.closerange(pipe.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
    try:
        while True:
            pipe.send(work(pipe.recv()))
    except BaseException:  # noqa: BLE001  the process that asked does that batch itself, and meets the error
        os._exit(1)


def _sound_count(most: int | None) -> int:
    """How many processes may be forked and have a core."""
    if not _THREADS.is_dir() or len(list(_THREADS.iterdir())) > 1:
        return 0
    cores = len(os.sched_getaffinity(0))
    return 0 if cores == 1 else min(cores, most or cores)
