"""The desk keeps the schedule while it is open, and nobody keeps it twice."""

import threading
from datetime import timedelta
from itertools import count

import pytest

from mailer import campaigns
from mailer.desk import Keeper
from mailer.desk.keeping import Kept
from mailer.ledger import hand, listing
from mailer.model import Status
from mailer.scheduling.jobs import Done, Job
from mailer.scheduling.running import Runner
from mailer.workspace import Clock
from tests.desks import open_desk, prepare
from tests.factories import NOW
from tests.servers import ScriptedServer
from tests.workspaces import smtp_account


@pytest.fixture
def keepers(firm):
    """Makes keepers whose schedule has one job: to say that it is kept."""
    made = []

    def make():
        ticked = threading.Event()
        job = Job("tick", timedelta(minutes=1), lambda _: ticked.set() or Done())
        keeper = Keeper(lambda stop: Runner(firm.folder / "config.yaml", jobs=[job], stopping=stop), look=0.05)
        keeper.start()
        made.append(keeper)
        return keeper, ticked

    yield make
    for keeper in made:
        keeper.close()


def until(is_so):
    tick = threading.Event()
    assert any(is_so() or tick.wait(0.01) for _ in range(1000))


def test_an_open_desk_keeps_the_schedule_and_lets_it_go_when_it_is_closed(firm, keepers):
    keeper, ticked = keepers()
    assert ticked.wait(10)
    assert keeper.kept is Kept.HERE
    keeper.close()
    with firm.open() as workspace, workspace.sole_runner():
        pass


def test_who_keeps_it_already_is_left_alone_until_they_end(firm, keepers):
    with firm.open() as workspace:
        with workspace.sole_runner():
            keeper, ticked = keepers()
            until(lambda: keeper.kept is Kept.ELSEWHERE)
            assert not ticked.is_set()
        assert ticked.wait(10)


def test_of_two_desks_one_keeps_it_and_the_other_takes_over(keepers):
    first, ticked = keepers()
    assert ticked.wait(10)
    second, ticked = keepers()
    until(lambda: second.kept is Kept.ELSEWHERE)
    first.close()
    assert ticked.wait(10)
    assert second.kept is Kept.HERE


def test_a_broken_config_keeps_nothing_until_it_is_mended(firm, keepers):
    path = firm.folder / "config.yaml"
    right = path.read_text(encoding="utf-8")
    path.write_text("firm: {}\n", encoding="utf-8")
    keeper, ticked = keepers()
    until(lambda: keeper.kept is Kept.NOWHERE)
    path.write_text(right, encoding="utf-8")
    assert ticked.wait(10)


def turn(firm, minutes=0):
    """One pass of the schedule that a desk keeps."""
    reads = count()
    clock = Clock(now=lambda: NOW + timedelta(minutes=minutes, milliseconds=10 * next(reads)))
    runner = Runner(firm.folder / "config.yaml", clock=clock)
    runner.turn()
    runner.close()


def statuses(firm):
    with firm.open() as workspace, workspace.ledger.read() as tx:
        return [entry.status for entry in listing.entries(tx)]


def approve(firm, *ids):
    with firm.open() as workspace:
        campaigns.approve(workspace.ledger, ids, who="ada", now=workspace.now)


def test_what_is_sent_by_hand_waits_for_its_button(firm):
    prepare(firm)
    approve(firm, 1, 2, 3)
    turn(firm)
    assert firm.outbox == []
    desk = open_desk(firm)
    desk.post("/campaigns/thanks/send")
    desk.app.extensions["desk"].goings.of("thanks").wait()
    assert len(firm.outbox) == 3


def test_what_is_sent_by_hand_waits_for_the_command_whoever_keeps_the_schedule(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("run", "--once")
    assert firm.outbox == []
    firm.run("send", "thanks", "--yes", "--limit", "1", code=75)
    firm.run("run", "--once")
    assert len(firm.outbox) == 1
    firm.run("send", "thanks", "--yes")
    assert len(firm.outbox) == 3


def test_what_the_command_sent_and_a_server_put_off_goes_on_by_itself(firm):
    with ScriptedServer(lambda turn: "451 4.7.1 later" if turn.phase == "rcpt" else None) as server:
        firm.write_config(account=smtp_account(server.port))
        firm.run("campaigns", "prepare", "thanks")
        firm.run("drafts", "approve", "1", "--yes")
        firm.run("send", "thanks", "--yes", code=75)
    with firm.open() as workspace, workspace.ledger.read() as tx:
        assert hand.waiting(tx, ["thanks"]) == frozenset()


def test_what_was_let_go_and_put_off_goes_on_by_itself_and_a_later_yes_does_not(firm):
    with ScriptedServer(
        lambda turn: "451 4.7.1 later" if turn.phase == "rcpt" and turn.connection < 3 else None
    ) as server:
        firm.write_config(account=smtp_account(server.port))
        prepare(firm)
        approve(firm, 1)
        desk = open_desk(firm)
        desk.post("/campaigns/thanks/send")
        desk.app.extensions["desk"].goings.of("thanks").wait()
        turn(firm, minutes=60)
        turn(firm, minutes=120)
        assert statuses(firm) == [Status.SENT, Status.DRAFT, Status.DRAFT]
        with firm.open() as workspace:
            campaigns.approve(workspace.ledger, [2], who="ada", now=NOW + timedelta(minutes=130))
        turn(firm, minutes=140)
        assert statuses(firm) == [Status.SENT, Status.QUEUED, Status.DRAFT]
        assert len(server.accepted) == 1


def test_a_campaign_with_a_time_of_its_own_needs_no_button(firm):
    firm.write_config(campaign="when: {at: 2026-11-24 10:40}\n    review: none\n    late: send")
    turn(firm, minutes=5)
    assert len(firm.outbox) == 0
    turn(firm, minutes=15)
    assert len(firm.outbox) == 3


def test_what_a_person_stopped_does_not_go_on_by_itself(firm):
    desk = None

    def stop_at_the_first(turn):
        if turn.phase == "dot":
            desk.post("/campaigns/thanks/stop")

    with ScriptedServer(stop_at_the_first) as server:
        firm.write_config(account=smtp_account(server.port))
        prepare(firm)
        approve(firm, 1, 2, 3)
        desk = open_desk(firm)
        desk.post("/campaigns/thanks/send")
        desk.app.extensions["desk"].goings.of("thanks").wait()
        gone = len(server.accepted)
        assert gone < 3
        turn(firm, minutes=5)
        assert len(server.accepted) == gone
