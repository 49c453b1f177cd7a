"""Opening a ledger: one SQLite file, durable settings, migrations, and foreign errors said in our words.

This is the one place that knows it is SQLite.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    Connection,
    Engine,
    NullPool,
    Select,
    bindparam,
    create_engine,
    event,
    exc,
    func,
    select,
    text,
)

from mailer.errors import BusyError, LedgerError
from mailer.ledger import schema

#: The newest migration this program knows (a test holds it to the migrations folder).
HEAD = "0005"

#: What the functions beside this module are handed.
Transaction = Connection

#: How long a writer waits for another before it gives up.
BUSY_SECONDS = 30

#: So many pages may wait in SQLite's journal (16 MB) until it brings them home, which waits for the disk twice.
CHECKPOINT_PAGES = 4000


class Ledger:
    """An open ledger: transactions to hand to the functions beside this module."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self.path = path
        #: Whether nothing can be written to it: then it is read as it lies.
        self.is_read_only = _is_read_only(path)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that may write: durable when the block ends, undone when it raises. LedgerError."""
        with translated(self.path), self._engine.connect() as connection:
            tx = connection.execution_options(begin="IMMEDIATE")
            with tx.begin():
                yield tx

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        """A connection of one's own for many short transactions in a row. LedgerError."""
        with translated(self.path), self._engine.connect() as connection:
            writer = Writer(connection, self.path)
            try:
                yield writer
            finally:
                writer.be_durable()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads one consistent state, beside any writer. LedgerError."""
        with translated(self.path), self._engine.connect() as tx:
            tx.begin()  # at once, for those who ask the `driver`
            yield tx

    def scrub(self) -> None:
        """Write the file anew, so that nothing deleted can be read from it, and remove the backup beside it."""
        with translated(self.path):
            raw = self._engine.raw_connection()
            try:
                raw.cursor().execute("VACUUM")
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()
        self.path.with_name(self.path.name + ".backup").unlink(missing_ok=True)

    def close(self) -> None:
        """Let the file go."""
        self._engine.dispose()


class Writer:
    """One connection, kept for transactions that follow each other closely, as a sending pass's do."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self._connection = connection
        self._driver = driver(connection)
        self._path = path
        self._is_durable = True

    @contextmanager
    def begin(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction that may write. LedgerError.

        One that is not durable survives the end of the program, however it ends, but not that of the machine; the
        next durable one, of whatever connection, makes it durable too.
        """
        with translated(self._path):
            self.be_durable(durable=durable)
            self._driver.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.commit()
                self._driver.commit()  # SQLAlchemy knows of no transaction where only `driver` was asked
            except BaseException:
                self._connection.rollback()
                self._driver.rollback()
                raise

    def be_durable(self, *, durable: bool = True) -> None:
        """Let a commit wait for the disk, or not."""
        if durable != self._is_durable:
            self._driver.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._is_durable = durable


def driver(tx: Connection) -> sqlite3.Connection:
    """SQLite's own connection, in the same transaction: for the few statements that run for every mail.

    SQLAlchemy's way there takes two or three times as long as SQLite takes to run them.
    """
    beneath: Any = tx.connection.driver_connection
    connection: sqlite3.Connection = beneath
    return connection


def listed(name: str) -> Select[Any]:
    """The values of the list that a statement is given under this name, to be put into an `in_`.

    They travel as one value, so the statement is made once for any number of them, and has no most.
    """
    return select(func.json_each(bindparam(name, type_=JSON)).table_valued("value").c.value)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Every error of the database, as one sentence that names the file."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _in_our_words(str(error.orig), path) from error
    except sqlite3.Error as error:
        raise _in_our_words(str(error), path) from error


def _in_our_words(said: str, path: Path) -> LedgerError | BusyError:
    if "locked" in said or "busy" in said:
        return BusyError(f"{path} is in use by another mailer.", cure="Wait until it has finished; try again.")
    if "readonly" in said or "read-only" in said:
        return LedgerError(f"{path} cannot be written.", cure="Make the file and its folder writable.")
    if "unable to open" in said:
        return _not_opened(path)
    if "full" in said:
        return LedgerError(f"The disk that holds {path} is full.", cure="Free some space; run the same again.")
    if "malformed" in said or "not a database" in said:
        return LedgerError(f"{path} is damaged.", cure=f"Put a backup in its place, such as {path.name}.backup.")
    return LedgerError(f"{path}: {said}")


def _not_opened(path: Path) -> LedgerError:
    if path.exists():
        return LedgerError(f"{path} cannot be opened.", cure="Make it a file that you may read and write.")
    return LedgerError(f"{path} cannot be made.", cure="Make its folder writable.")


def open_ledger(path: Path, *, now: datetime) -> Ledger:
    """Open the ledger at `path`, made or migrated when needed. A newer ledger is refused with LedgerError."""
    engine = _engine(path)
    with translated(path):
        try:
            _bring_up_to_date(engine, path, now)
        except BaseException:
            engine.dispose()
            raise
    return Ledger(engine, path)


def _is_read_only(path: Path) -> bool:
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _engine(path: Path) -> Engine:
    if _is_read_only(path):
        engine = create_engine("sqlite://", creator=lambda: _as_it_lies(path), poolclass=NullPool)
    else:
        # every account's pass keeps a connection and needs others beside it, so none may have to wait for one
        engine = create_engine(
            URL.create("sqlite", database=str(path)),
            connect_args={"timeout": BUSY_SECONDS},
            max_overflow=-1,
            hide_parameters=True,  # words and addresses stay out of every log
        )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _as_it_lies(path: Path) -> sqlite3.Connection:
    """A connection that only reads.

    SQLite makes a journal even to read, which may be impossible here, or would bar the way to who may write later. A
    ledger without one is at rest and needs none; each connection looks again.
    """
    at_rest = not path.with_name(f"{path.name}-wal").exists()
    how = "immutable=1" if at_rest else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS)


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    checkpoint = f"wal_autocheckpoint={CHECKPOINT_PAGES}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", checkpoint):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    if driver(connection).in_transaction:
        return  # a Writer has begun it already
    kind = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


def _bring_up_to_date(engine: Engine, path: Path, now: datetime) -> None:
    with engine.connect() as tx:
        version = _version(tx)
    if version == HEAD:
        return
    if version is None:
        _make(engine, now)
        return
    _refuse_newer(version, path)
    _back_up(engine, path.with_name(path.name + ".backup"))
    migrate(engine)


def _back_up(engine: Engine, to: Path) -> None:
    """As the ledger is, with what a killed program left in SQLite's journal beside the file."""
    to.unlink(missing_ok=True)
    with engine.connect() as tx, closing(sqlite3.connect(to)) as copy:
        driver(tx).backup(copy)


def _make(engine: Engine, now: datetime) -> None:
    """A new ledger, as all migrations together would make it, without the time it takes to load them."""
    with engine.connect() as connection:
        tx = connection.execution_options(begin="IMMEDIATE")
        with tx.begin():
            if _version(tx):
                return  # another mailer was quicker
            schema.metadata.create_all(tx, checkfirst=False)
            tx.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            tx.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
            tx.execute(schema.identity.insert().values(id=uuid.uuid4().hex, created_at=now))


def _version(tx: Connection) -> str | None:
    found = tx.execute(text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")).first()
    return tx.execute(text("SELECT version_num FROM alembic_version")).scalar() if found else None


def _refuse_newer(version: str, path: Path) -> None:
    if version > HEAD:
        raise LedgerError(
            f"{path} was written by a newer mailer (version {version}, this one knows {HEAD}).",
            cure="Update this mailer; nothing was changed.",
        )


def migrate(engine: Engine) -> None:
    """Bring the tables of an older ledger, or of none, to what this program knows."""
    from alembic import command
    from alembic.config import Config as AlembicConfig

    settings = AlembicConfig()
    folder = Path(__file__).parent / "migrations"
    settings.set_main_option("script_location", str(folder).replace("%", "%%"))
    with engine.connect() as tx:
        settings.attributes["connection"] = tx.execution_options(begin="IMMEDIATE")
        with tx.begin():
            command.upgrade(settings, "head")


def last_event(tx: Connection) -> int:
    """The number of the newest event: how far this ledger has lived. 0 for a new one."""
    newest: int = tx.execute(select(func.coalesce(func.max(schema.events.c.id), 0))).scalar_one()
    return newest
