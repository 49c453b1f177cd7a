"""The same work on many batches, by several processes at once where that is sound, and by this one elsewhere.

The processes are forked from this one, so they know what it knows, and only batches and answers travel. Forking is
sound on Linux while a process has one thread; a desk, which has several, does all of its work itself.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from itertools import chain, cycle, islice, pairwise
from pathlib import Path
from typing import Generic, NoReturn, Self, TypeVar

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")

#: So many batches are worth the time that forking takes.
_WORTH = 3
#: So many batches are asked of each process at a time: it goes on with the next while its answer waits to be read.
_AHEAD = 2
#: How far they stand back where cores are few: whatever waits for the process that asks waits for it alone.
_NICE = 10
#: What Linux lets anybody's pipe hold.
_PIPE_BYTES = 1 << 20
_THREADS = Path("/proc/self/task")


class Crew(Generic[Batch, Answer]):
    """Does `work` on batches; it may depend only on its batch and on what was so when the crew was first needed.

    Where a process ends before its time its batches are worked on here, so an error of the work is raised here too.
    """

    def __init__(self, work: Callable[[Batch], Answer], *, most: int | None = None) -> None:
        self.work = work
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
            answer = self.work(first.pop(0))  # what it loads and remembers on the way, the others will know too
            with suppress(OSError):  # the system has no more processes or pipes to give
                for _ in range(_sound_count(self._most)):
                    self._members.append(_Member(self.work))
            yield answer
        batches = chain(first, batches)
        yield from self._shared(batches) if self._members else map(self.work, batches)

    def _shared(self, batches: Iterable[Batch]) -> Iterator[Answer]:
        asked: deque[_Member[Batch, Answer]] = deque()
        for batch, member in zip(batches, cycle(self._members), strict=False):
            packed = pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)
            most = len(self._members) * (_AHEAD if len(packed) <= member.room else 1)
            answered = [asked.popleft().answer() for _ in range(len(asked) - most + 1)]
            member.ask(batch, packed)
            asked.append(member)
            yield from answered
        while asked:
            yield asked.popleft().answer()


class _Member(Generic[Batch, Answer]):
    """A process that does the work on one batch after the other."""

    def __init__(self, work: Callable[[Batch], Answer]) -> None:
        self._work = work
        self._batches: deque[Batch] = deque()
        with ExitStack() as otherwise:
            asked, ask = _pipe(otherwise)
            told, tell = _pipe(otherwise)
            self._process = os.fork()
            otherwise.pop_all()
        if not self._process:
            _serve(work, asked, tell)
        os.close(asked)
        os.close(tell)
        self._ask, self._told = os.fdopen(ask, "wb"), os.fdopen(told, "rb")
        #: How many bytes can wait for it while it tells an answer that nobody reads yet.
        self.room = _room(ask)

    def ask(self, batch: Batch, packed: bytes) -> None:
        """Let it begin on a batch, once it has answered those before."""
        self._batches.append(batch)
        with suppress(OSError):
            self._ask.write(packed)
            self._ask.flush()

    def answer(self) -> Answer:
        """Wait for its next answer."""
        batch = self._batches.popleft()
        try:
            answer: Answer = pickle.load(self._told)  # noqa: S301 - our own child's words
        except (EOFError, OSError, pickle.PickleError):
            answer = self._work(batch)
        return answer

    def leave(self) -> None:
        """End the process."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._told.close()
        with suppress(OSError):  # what it was not asked any more
            self._ask.close()


def _serve(work: Callable[[Batch], Answer], asked: int, tell: int) -> NoReturn:
    """Answer until nobody asks any more, holding no file of the process it was forked from."""
    try:
        os.nice(_NICE)
        gc.freeze()  # what was there before stays; looking through it for garbage would copy it all
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who pressed Ctrl-C asked the other process
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # and only that one answers who stops the service
        _close_all_but(0, 1, 2, asked, tell)
        with os.fdopen(asked, "rb") as batches, os.fdopen(tell, "wb") as answers:
            while True:
                pickle.dump(work(pickle.load(batches)), answers, pickle.HIGHEST_PROTOCOL)  # noqa: S301
                answers.flush()
    finally:
        os._exit(0)  # whatever ended it: the process that asked does that batch itself, and meets the error


def _pipe(otherwise: ExitStack) -> tuple[int, int]:
    """Its two ends, closed by `otherwise`; most batches fit into it, so that who writes need not wait for a reader."""
    import fcntl  # there is none on Windows, where nothing is forked

    ends = os.pipe()
    for end in ends:
        otherwise.callback(os.close, end)
    with suppress(OSError):
        fcntl.fcntl(ends[0], fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return ends


def _room(pipe: int) -> int:
    import fcntl

    return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)


def _close_all_but(*kept: int) -> None:
    for before, after in pairwise((*sorted(kept), os.sysconf("SC_OPEN_MAX"))):
        os.closerange(before + 1, after)


def _sound_count(most: int | None) -> int:
    """How many processes may be forked and have a core."""
    if not _THREADS.is_dir() or len(list(_THREADS.iterdir())) > 1:
        return 0
    cores = len(os.sched_getaffinity(0))
    return 0 if cores == 1 else cores if most is None else min(cores, most)
