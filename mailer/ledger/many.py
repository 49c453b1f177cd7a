"""One statement for many rows, turned into the driver's words once: it runs for every mail of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Update
from sqlalchemy.types import TypeEngine

from mailer.ledger.opening import driver
from mailer.ledger.schema import Instant


class Many:
    """A Core statement, run over rows that are mappings with the same names: an insert's columns, an update's binds.

    SQLAlchemy looks at every row anew, which takes longer than SQLite takes to write it. The columns' types still
    convert the values, and a column that no row gives has its default.
    """

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._statement = statement
        self._sql = ""
        #: The statement's own values, and the defaults.
        self._fixed: dict[str, Any] = {}
        #: The parameters in the statement's order, each with what makes the driver's value of it, if anything must.
        self._order: list[tuple[str, Callable[[Any], Any] | None]] = []

    def run(self, tx: Connection, rows: Sequence[Mapping[str, Any]], **shared: Any) -> int:
        """How many rows of the table it touched; `shared` are the values that all rows have in common."""
        if not rows:
            return 0
        if not self._sql:
            self._compile(tx.dialect, [*rows[0], *shared])
        columns = self._columns(rows, {**self._fixed, **shared})
        return driver(tx).executemany(self._sql, zip(*columns, strict=True)).rowcount

    def _columns(self, rows: Sequence[Mapping[str, Any]], common: Mapping[str, Any]) -> Iterator[list[Any]]:
        """The driver's values of each parameter, one for every row: twice as quick as row by row."""
        for name, convert in self._order:
            if name in common:
                yield [convert(common[name]) if convert else common[name]] * len(rows)
            else:
                values = [row[name] for row in rows]
                yield [convert(value) for value in values] if convert else values

    def _compile(self, dialect: Dialect, names: list[str]) -> None:
        keys = names if isinstance(self._statement, Insert) else None
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=keys)
        defaults = {column.key: column.default.arg for column in compiled.insert_prefetch}
        self._fixed = {name: value for name, value in compiled.params.items() if name not in names} | defaults
        self._order = [(name, _converter(compiled.binds[name].type, dialect)) for name in compiled.positiontup]
        self._sql = str(compiled)


def _converter(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(kind, Instant):
        return _instants(dialect)
    return kind.dialect_impl(dialect).bind_processor(dialect)


@lru_cache(maxsize=1)
def _instants(dialect: Dialect) -> Callable[[Any], Any]:
    # the rows of one turn share their instant, and an instant is written alike in whatever zone it was told
    convert: Any = Instant().dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=16)(convert)
