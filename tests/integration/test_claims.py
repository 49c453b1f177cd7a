"""Mails claimed ahead: the disk is waited for once for many of them, and not even a power cut sends one twice."""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailer import campaigns
from mailer.errors import BusyError
from mailer.ledger import claims, listing, opening, schema
from mailer.model import Status
from mailer.sending import Order, send_due
from tests.factories import NOW
from tests.servers import ScriptedServer, Turn
from tests.workspaces import Firm, row, smtp_account

#: More than are claimed at a time.
MAILS = 150


@dataclass(frozen=True)
class Disk:
    """What is on the disk for good after a durable commit, and how many mails had left before the next one."""

    ledger: Path
    claimed: frozenset[int]
    left: int = 0


def waiting(firm: Firm, server: ScriptedServer, mails: int, **settings: object) -> None:
    """So many approved mails to a server."""
    firm.write_sheet([row(number) for number in range(mails)])
    firm.write_config(account=smtp_account(server.port, **settings))
    with firm.open() as workspace:
        campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", campaigns.ByHand(), now=NOW)
        with workspace.ledger.read() as tx:
            ids = [entry.id for entry in listing.entries(tx)]
        campaigns.approve(workspace.ledger, ids, who="ada", now=NOW)


def copied(ledger: Path, to: Path) -> Path:
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
    return to


class SteppingClock:
    """Takes a step whenever it is read."""

    def __init__(self, step: timedelta = timedelta(milliseconds=1)) -> None:
        self.step, self.at = step, NOW

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


def send(firm: Firm, server: ScriptedServer, clock: SteppingClock | None = None) -> list[Disk]:
    """One pass; the states of the disk that its durable commits made."""
    disks: list[Disk] = []
    place = Path(tempfile.mkdtemp(dir=firm.folder))

    def seen() -> None:
        if disks:
            disks[-1] = Disk(disks[-1].ledger, disks[-1].claimed, left=len(server.accepted))
        with workspace.ledger.read() as tx:
            claimed = frozenset(id_ for ids in tx.execute(schema.claims.select()) for id_ in ids.deliveries)
        disks.append(Disk(copied(workspace.ledger.path, place / f"{len(disks)}.db"), claimed))

    with firm.open() as workspace:
        send_due(
            workspace.ledger,
            "ada",
            workspace.config.accounts["ada"],
            lambda: workspace.transport("ada"),
            Order(committed=seen),
            now=clock or SteppingClock(),
        )
    assert not any(disk.claimed for disk in disks[-1:])
    return disks


def start_again(firm: Firm, disk: Disk, server: ScriptedServer) -> dict[str, str]:
    """After a power cut: the machine starts anew with what was on its disk, and sends; address → status."""
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (firm.folder / name).unlink(missing_ok=True)
    (firm.folder / "ledger.db").write_bytes(disk.ledger.read_bytes())
    with closing(sqlite3.connect(firm.folder / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE claims SET boot = 'the start before'")
    firm.write_config(account=smtp_account(server.port, connections=4))
    send(firm, server)
    with firm.open() as workspace, workspace.ledger.read() as tx:
        return {entry.address: entry.status.value for entry in listing.entries(tx)}


def recipients(server: ScriptedServer) -> list[str]:
    return [taken.rcpt_to[0] for taken in server.accepted]


def test_after_a_power_cut_nobody_gets_two_and_whoever_got_none_is_named(firm):
    with ScriptedServer() as before:
        waiting(firm, before, MAILS, connections=4)
        disks = send(firm, before)
    assert len(before.accepted) == MAILS
    claiming = [disk for disk in disks if disk.claimed]
    assert len(claiming) > 1
    for disk in (claiming[0], claiming[-1]):
        had = set(recipients(before)[: disk.left])
        with ScriptedServer() as after:
            status = start_again(firm, disk, after)
        assert had.isdisjoint(recipients(after))
        assert len(recipients(after)) == len(set(recipients(after)))
        assert set(status.values()) <= {"sent", "unconfirmed"}
        named = {address for address, now in status.items() if now == "unconfirmed"}
        assert status.keys() - had - set(recipients(after)) <= named
        assert len(named) <= claims.MOST + 2 * 4


def test_what_was_claimed_before_a_power_cut_is_named_before_anybody_can_change_it(firm):
    with ScriptedServer() as server:
        waiting(firm, server, 10)
        with firm.open() as workspace, workspace.ledger.begin() as tx:
            claims.put(tx, "ada", [2, 3])
            tx.execute(schema.claims.update().values(boot="the start before"))
        with firm.open() as workspace, workspace.ledger.read() as tx:
            found = listing.entries(tx, statuses=[Status.UNCONFIRMED])
            assert tx.execute(schema.claims.select()).all() == []
    assert [(entry.id, entry.attempts, entry.sent_at is not None) for entry in found] == [(2, 1, True), (3, 1, True)]
    assert "the machine stopped" in found[0].last_reply


def test_nobody_is_handed_a_ledger_whose_claims_could_not_be_settled_yet(firm, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0)
    with ScriptedServer() as server:
        waiting(firm, server, 3)
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        claims.put(tx, "ada", [2])
        tx.execute(schema.claims.update().values(boot="the start before"))
    with firm.open() as workspace:
        with closing(sqlite3.connect(firm.folder / "ledger.db")) as blocker:
            blocker.execute("BEGIN IMMEDIATE")
            for _ in range(2):
                with pytest.raises(BusyError):
                    _ = workspace.ledger
        with workspace.ledger.read() as tx:
            assert [entry.id for entry in listing.entries(tx, statuses=[Status.UNCONFIRMED])] == [2]


def test_what_a_killed_pass_had_claimed_and_not_begun_is_sent_by_the_next(firm):
    with ScriptedServer() as server:
        waiting(firm, server, 10)
        with firm.open() as workspace, workspace.ledger.begin() as tx:
            claims.put(tx, "ada", [2, 3])
        send(firm, server)
    assert len(set(recipients(server))) == len(server.accepted) == 10


def test_a_fast_account_waits_for_the_disk_once_for_many_mails(firm):
    with ScriptedServer() as server:
        waiting(firm, server, 30, connections=2)
        disks = send(firm, server)
    assert len(disks) < 30 / 4


def test_where_no_more_leave_in_a_second_than_in_a_turn_nothing_is_claimed_ahead(firm):
    with ScriptedServer() as server:
        waiting(firm, server, 10)
        disks = send(firm, server, SteppingClock(timedelta(seconds=1)))
    assert {disk.claimed for disk in disks} == {frozenset()}


def test_a_server_that_becomes_slow_ends_the_claims_within_a_second(firm):
    def slow_down(turn: Turn) -> None:
        if turn.is_at("dot") and turn.mail == 20:
            clock.step = timedelta(seconds=1)

    clock = SteppingClock()
    with ScriptedServer(slow_down) as server:
        waiting(firm, server, 40, connections=2)
        disks = send(firm, server, clock)
    assert disks[0].claimed
    assert len([disk for disk in disks if disk.claimed == frozenset()]) > 5


def test_where_the_system_does_not_tell_of_its_start_nothing_is_claimed_ahead(firm, monkeypatch):
    monkeypatch.setattr(claims, "_BOOT", Path("/nowhere"))
    claims.this_boot.cache_clear()
    with ScriptedServer() as server:
        waiting(firm, server, 30, connections=2)
        disks = send(firm, server)
    claims.this_boot.cache_clear()
    assert {disk.claimed for disk in disks} == {frozenset()}


def test_a_writer_waits_for_the_disk_unless_it_need_not(ledger):
    def synchronous(tx):
        return tx.exec_driver_sql("PRAGMA synchronous").scalar()

    with ledger.writer() as writer:
        with writer.begin() as tx:
            assert synchronous(tx) == 2
        with writer.begin(durable=False) as tx:
            assert synchronous(tx) == 1
    with ledger.writer() as writer, writer.begin() as tx:
        assert synchronous(tx) == 2
    with ledger.begin() as tx:
        assert synchronous(tx) == 2
