"""The child process that reads one file: answers questions on stdin with pickles on stdout, within bounded memory.

`python -m mailer.contacts.worker PATH LANGUAGE COUNTRY`; questions are (number, verb, sheet).
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from mailer.contacts.formats import place_of
from mailer.contacts.memory import limit_memory
from mailer.contacts.opening import open_here
from mailer.contacts.rows import Book, Row
from mailer.errors import ContactsError

#: Rows in one answer.
BATCH = 500


class Worker:
    """Answers the questions about one book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rows: dict[str, Iterator[Row]] = {}

    def answer(self, verb: str, sheet: str) -> object:
        """Answer one question."""
        if verb == "outline":
            return self._book.outline
        if verb == "merged":
            return self._book.merged(sheet)
        if verb == "start":
            self._rows[sheet] = self._book.rows(sheet)
        return list(islice(self._rows[sheet], BATCH))


def serve(path: Path, language: str, country: str, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks any more."""
    worker: Worker | None = None
    while True:
        try:
            number, verb, sheet = pickle.load(questions)  # noqa: S301 - our own parent's words
        except EOFError:
            return
        answer: object
        try:
            worker = worker or Worker(open_here(path, place_of(language, country)))
            answer = worker.answer(verb, sheet)
        except ContactsError as error:
            answer = error
        except MemoryError:
            answer = ContactsError(f"{path.name} needs more than a gigabyte of memory and was given up.")
        pickle.dump((number, answer), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    limit_memory()
    serve(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.stdin.buffer, sys.stdout.buffer)
