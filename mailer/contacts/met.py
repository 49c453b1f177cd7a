"""What a reading has met, and where first: kept on disk, so that a million rows take no more memory than a thousand."""

from __future__ import annotations

import sqlite3

from mailer.errors import ContactsError
from mailer.model import Source

_TABLE = """
    CREATE TABLE met (kind TEXT, what BLOB, said BLOB, file TEXT, sheet TEXT, row INTEGER, PRIMARY KEY (kind, what))
    WITHOUT ROWID
"""


class Met:
    """Where each key and each mailbox of a reading stood first."""

    def __init__(self) -> None:
        # a file without a name, which goes away by itself and is written only when it grows past its cache of 2 MB
        self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for words in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", _TABLE, "BEGIN"):
            self._file.execute(words)

    def before(self, kind: str, what: str, said: str, source: Source) -> tuple[str, Source] | None:
        """What was said and where, when this was met before; else None, and from now on it was."""
        row = (kind, _bytes(what), _bytes(said), source.file, source.sheet, source.row)
        try:
            if self._file.execute("INSERT INTO met VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row).rowcount:
                return None
            query = "SELECT said, file, sheet, row FROM met WHERE kind = ? AND what = ?"
            first, *place = self._file.execute(query, row[:2]).fetchone()
        except sqlite3.OperationalError as error:
            raise ContactsError(
                f"Rows met twice cannot be found: {error}.", cure="Make room in the folder of temporary files."
            ) from error
        return first.decode("utf-8", "surrogatepass"), Source(*place)

    def close(self) -> None:
        """Forget everything."""
        self._file.close()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a cell may hold half a character
