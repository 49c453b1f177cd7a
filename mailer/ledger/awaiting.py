"""What a yes looks at: asked of every draft that is approved, so only that is read, and as SQLite keeps it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from mailer.ledger.schema import deliveries, instant
from mailer.ledger.words import problems_from_json
from mailer.model import Problem


class Awaiting(NamedTuple):
    """A draft that may await a yes."""

    id: int
    status: str
    held: int
    problems_json: str
    digest: str
    due_text: str | None
    message_id: str | None
    words: bytes

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found in it."""
        return problems_from_json(json.loads(self.problems_json))

    @property
    def due_at(self) -> datetime | None:
        """When it is due, where a rule says so."""
        return instant(self.due_text) if self.due_text else None


_COLUMNS = [
    deliveries.c[name] for name in ("id", "status", "held", "problems", "digest", "due_at", "message_id", "words")
]


def awaiting(tx: Connection, ids: Sequence[int]) -> dict[int, Awaiting]:
    """Those drafts by id, as many as there are."""
    cursor: Any = tx.execute(select(*_COLUMNS).where(deliveries.c.id.in_(ids)).order_by(deliveries.c.id)).cursor
    return {row[0]: Awaiting(*row) for row in cursor.fetchall()}
