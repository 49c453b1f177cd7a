"""The ledger as a file: whole and durable transactions, migrations, and what is told when it cannot be used."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event

import mailer.ledger
from mailer.errors import LedgerError
from mailer.ledger import moves, opening, queue, schema
from mailer.ledger.moves import move
from mailer.model import Outcome, Phase, Receipt, Status
from tests.factories import NOW, add_drafts, add_queued, now_due, status_of


def test_a_transaction_that_raises_leaves_nothing(ledger):
    (delivery_id,) = add_drafts(ledger)
    with pytest.raises(RuntimeError), ledger.begin() as tx:
        move(tx, [delivery_id], Status.DISCARDED, at=NOW, who="ada")
        raise RuntimeError
    assert status_of(ledger, delivery_id) is Status.DRAFT


def test_the_ledger_is_durable_at_every_commit(ledger):
    with ledger.read() as tx:
        pragmas = [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_a_newer_ledger_is_refused(ledger):
    with ledger.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    ledger.close()
    with pytest.raises(LedgerError, match="newer mailer"):
        opening.open_ledger(ledger.path, now=NOW)


def test_the_backup_before_a_migration_holds_what_is_not_in_the_file_yet(ledger, monkeypatch):
    add_drafts(ledger, 3)
    monkeypatch.setattr(opening, "HEAD", "9999")
    opening.open_ledger(ledger.path, now=NOW).close()
    with closing(sqlite3.connect(f"{ledger.path}.backup")) as backup:
        assert backup.execute("SELECT count(*) FROM deliveries").fetchone() == (3,)


def test_the_program_knows_the_newest_migration():
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(mailer.ledger.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(settings).get_current_head() == opening.HEAD


def test_whoever_opens_a_new_ledger_together_with_others_finds_it_made(tmp_path):
    together = Barrier(4)

    def opened(_):
        together.wait()
        opening.open_ledger(tmp_path / "ledger.db", now=NOW).close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opened, range(4))) == [None] * 4


def test_a_file_that_is_no_ledger_is_named(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"PK\x03\x04 not a database at all" * 100)
    with pytest.raises(LedgerError, match="damaged"):
        opening.open_ledger(path, now=NOW)


def test_a_ledger_that_cannot_be_opened_is_named_with_the_cure(tmp_path):
    with pytest.raises(LedgerError, match="cannot be opened") as refused:
        opening.open_ledger(tmp_path, now=NOW)
    assert "read and write" in refused.value.cure


def test_a_locked_ledger_is_busy_and_nothing_is_half_done(ledger, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0)
    second = opening.open_ledger(ledger.path, now=NOW)
    blocker = sqlite3.connect(ledger.path)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(opening.BusyError, match="in use"), second.begin():
        pass
    blocker.close()
    second.close()


def test_a_ledger_that_cannot_be_written_is_named_with_the_cure(ledger):
    with pytest.raises(LedgerError, match="cannot be written") as refused, ledger.begin() as tx:
        tx.exec_driver_sql("PRAGMA query_only = ON")
        moves.move(tx, [], Status.SENT, at=NOW, who="ada")
        tx.exec_driver_sql("DELETE FROM stops")
    assert "writable" in refused.value.cure


@pytest.mark.parametrize(
    ("refusing", "told"), [("query_only = ON", "cannot be written"), ("max_page_count = 1", "disk .* is full")]
)
def test_what_the_disk_does_not_take_in_a_turn_of_a_pass_is_told_and_nothing_of_that_turn_is_kept(
    ledger, refusing, told
):
    (delivery_id,) = add_queued(ledger)
    (delivery,) = now_due(ledger)
    long = Receipt(Outcome.ACCEPTED, Phase.CONTENT, 250, text="queued " * 10_000)
    with ledger.writer() as writer, pytest.raises(LedgerError, match=told), writer.begin() as tx:
        queue.begin(tx, [delivery], at=NOW)
        tx.exec_driver_sql(f"PRAGMA {refusing}")
        queue.record(tx, [queue.Settled(delivery, long)], at=NOW)
    assert status_of(ledger, delivery_id) is Status.QUEUED


def test_a_page_that_is_damaged_is_told_by_the_statement_that_meets_it(ledger):
    add_queued(ledger)
    wanted = now_due(ledger)
    with ledger.read() as tx:
        page = tx.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'deliveries'").scalar()
    ledger.close()
    with ledger.path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with ledger.writer() as writer, pytest.raises(LedgerError, match="damaged"), writer.begin() as tx:
        queue.begin(tx, wanted, at=NOW)


def test_a_turn_of_a_pass_waits_for_no_other_writer_longer_than_is_allowed(ledger, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0)
    second = opening.open_ledger(ledger.path, now=NOW)
    with second.writer() as writer, writer.begin():
        pass
    with second.writer() as writer, ledger.begin(), pytest.raises(opening.BusyError, match="in use"), writer.begin():
        pass
    second.close()


def test_a_turn_of_a_pass_is_kept_or_undone_as_a_whole(ledger):
    (delivery_id,) = add_queued(ledger)
    wanted = now_due(ledger)

    def stop_and_begin(tx):
        queue.stop(tx, "ada", at=NOW, until=None, reason="quota")
        queue.begin(tx, wanted, at=NOW)

    def found():
        with ledger.read() as tx:
            return bool(queue.stopped(tx, now=NOW)), status_of(ledger, delivery_id)

    with ledger.writer() as writer:
        with pytest.raises(RuntimeError), writer.begin() as tx:
            stop_and_begin(tx)
            raise RuntimeError
        assert found() == (False, Status.QUEUED)
        with writer.begin() as tx:
            stop_and_begin(tx)
        assert found() == (True, Status.SENDING)


def shape(tx):
    """Every table with its columns, foreign keys and indexes, as SQLite tells them."""

    def told(what, name, of):
        return sorted((tuple(row[of:]) for row in tx.exec_driver_sql(f"PRAGMA {what}({name})")), key=repr)

    names = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
    return {
        name: (
            told("table_xinfo", name, 1),
            told("foreign_key_list", name, 2),
            sorted((kind, told("index_xinfo", index, 2)) for index, *kind in told("index_list", name, 1)),
        )
        for name in set(names) - {"alembic_version"}
    }


def test_the_migrations_make_the_very_tables_that_the_code_knows(ledger, tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    event.listen(engine, "begin", lambda tx: tx.exec_driver_sql("BEGIN"))
    opening.migrate(engine)
    with ledger.read() as made, engine.connect() as migrated:
        assert compare_metadata(MigrationContext.configure(migrated), schema.metadata) == []
        assert shape(migrated) == shape(made)
    engine.dispose()
