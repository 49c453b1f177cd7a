"""A book read in a process of its own, so that no file can take down or hold up the one who asks.

The process is given up after 25 seconds without an answer; it limits its own memory (see `worker`).
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

from mailer.contacts.package import MEND
from mailer.contacts.rows import Area, Outline, Row
from mailer.errors import ContactsError

#: Seconds without an answer after which a file is given up, so that whoever waits knows within half a minute.
PATIENCE = 25.0


class ChildBook:
    """A book that is opened and read by a child process; raises ContactsError as the book itself would."""

    def __init__(self, path: Path, language: str, country: str, *, patience: float = PATIENCE) -> None:
        self._name = path.name
        self._patience = patience
        self._was_given_up = False
        self._asked = 0
        #: Question → its answer, where it came before it was waited for.
        self._early: dict[int, Any] = {}
        # -P: a file of the user's called csv.py must not stand in for Python's.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-P", "-m", "mailer.contacts.worker", str(path.absolute()), language, country],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._outline: Outline = self._ask("outline", "")
        except BaseException:
            self.close()
            raise

    @property
    def outline(self) -> Outline:
        """Its sheets and tables."""
        return self._outline

    def rows(self, sheet: str) -> Iterator[Row]:
        """Stream the rows of one sheet in order; the child reads on while these are used."""
        number = self._send("start", sheet)
        while batch := self._receive(number):
            number = self._send("more", sheet)
            yield from batch

    def merged(self, sheet: str) -> tuple[Area, ...]:
        """List the merged areas of one sheet."""
        areas: tuple[Area, ...] = self._ask("merged", sheet)
        return areas

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    continue

    def _ask(self, verb: str, sheet: str) -> Any:
        return self._receive(self._send(verb, sheet))

    def _send(self, verb: str, sheet: str) -> int:
        assert self._process.stdin
        self._asked += 1
        try:
            pickle.dump((self._asked, verb, sheet), self._process.stdin)
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error
        return self._asked

    def _receive(self, number: int) -> Any:
        """Wait for the answer to one question; answers to others are kept for those who wait for them."""
        assert self._process.stdout
        timer = Timer(self._patience, self._give_up)
        timer.start()
        try:
            while number not in self._early:
                answered, answer = pickle.load(self._process.stdout)  # noqa: S301 - our own child's words
                self._early[answered] = answer
        except (EOFError, OSError, pickle.UnpicklingError, ValueError) as error:
            raise self._ended() from error
        finally:
            timer.cancel()
            timer.join()  # no thread stays behind: only a process of one thread may fork (see `mailer.crew`)
        answer = self._early.pop(number)
        if isinstance(answer, ContactsError):
            raise answer
        return answer

    def _give_up(self) -> None:
        self._was_given_up = True
        self._process.kill()

    def _ended(self) -> ContactsError:
        if self._was_given_up:
            return ContactsError(f"{self._name} was given up: no progress in {self._patience:.0f} seconds.", cure=MEND)
        return ContactsError(f"{self._name} is damaged, or far larger in memory than a list of contacts.", cure=MEND)
