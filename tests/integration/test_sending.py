"""The sending pass against a real server: each mail once, every answer recorded, nothing sent blindly twice."""

from datetime import timedelta
from itertools import pairwise

import pytest

from mailer import campaigns
from mailer.config import Account
from mailer.errors import BusyError, MailerError
from mailer.ledger import listing, moves, queue
from mailer.model import Status
from mailer.sending import Order, send_due
from mailer.transports.outbox import Outbox
from mailer.workspace import passes
from tests import factories
from tests.factories import NOW, add_queued
from tests.servers import Cut, ScriptedServer
from tests.workspaces import row, smtp_account


def approved(workspace):
    """Prepare and approve the campaign; the ids."""
    campaigns.prepare(
        workspace.ledger, workspace.config, workspace.folder, "thanks", campaigns.ByHand(), now=workspace.now
    )
    with workspace.ledger.read() as tx:
        ids = [entry.id for entry in listing.entries(tx)]
    return campaigns.approve(workspace.ledger, ids, who="ada", now=NOW).done


def statuses(workspace):
    with workspace.ledger.read() as tx:
        return [entry.status.value for entry in listing.entries(tx)]


@pytest.fixture
def sending(firm):
    """Send the firm's approved mails to a server that follows a script; give the tally and the statuses."""

    def send(server, *, rows=5, order=None, **settings):
        firm.write_sheet([row(number) for number in range(1, rows + 1)])
        firm.write_config(account=smtp_account(server.port, **settings))
        workspace = firm.open()
        if not (firm.folder / "ledger.db").exists():
            approved(workspace)
        with workspace:
            passed = passes.send(workspace, workspace.ledger, order or Order())
            return passed, statuses(workspace)

    return send


def recipients(server):
    return [taken.rcpt_to[0] for taken in server.accepted]


@pytest.mark.parametrize("connections", [1, 3])
def test_each_mail_arrives_once_in_the_words_that_were_approved(sending, connections):
    with ScriptedServer() as server:
        passed, found = sending(server, rows=20, connections=connections)
    assert passed.tally.sent == 20
    assert found == ["sent"] * 20
    assert sorted(recipients(server)) == sorted(f"client{number}@client.example" for number in range(1, 21))
    assert b"thank you for 101." in next(t.content for t in server.accepted if "client1@" in t.rcpt_to[0])


def test_one_connection_serves_many_mails_in_order(sending):
    with ScriptedServer() as server:
        sending(server, rows=10)
    assert server.connections == 1
    assert recipients(server) == [f"client{number}@client.example" for number in range(1, 11)]


def test_a_second_pass_sends_nothing(sending):
    with ScriptedServer() as server:
        sending(server)
        passed, _ = sending(server)
    assert (passed.tally.sent, len(server.accepted)) == (0, 5)


def test_a_line_cut_before_the_answer_is_unconfirmed_and_never_repeated(sending):
    with ScriptedServer(lambda turn: Cut() if turn.is_at("dot") and turn.mail == 2 else None) as server:
        passed, found = sending(server)
        again, _ = sending(server)
    assert (passed.tally.sent, passed.tally.unconfirmed) == (4, 1)
    assert found.count("unconfirmed") == 1
    assert (again.tally.sent, len(server.accepted)) == (0, 5)


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
def test_a_line_cut_before_the_content_gives_one_copy_in_the_end(sending, phase):
    with ScriptedServer(lambda turn: Cut() if turn.is_at(phase) and turn.mail == 2 else None) as server:
        passed, found = sending(server)
    assert passed.tally.unconfirmed == 0
    assert sorted(recipients(server)) == sorted(set(recipients(server)))
    assert len(server.accepted) == found.count("sent") == 5 - found.count("queued")


@pytest.mark.parametrize(
    ("phase", "reply"), [("rcpt", "450 4.2.0 busy"), ("dot", "452 4.3.1 no space"), ("rcpt", "451 4.3.0 later")]
)
def test_a_deferred_mail_waits_and_the_others_go_in_order(sending, phase, reply):
    with ScriptedServer(lambda turn: reply if turn.is_at(phase) and turn.mail == 2 else None) as server:
        passed, found = sending(server)
    assert (passed.tally.sent, passed.tally.deferred, passed.tally.remaining) == (4, 1, 1)
    assert found == ["sent", "queued", "sent", "sent", "sent"]
    assert recipients(server) == [f"client{number}@client.example" for number in (1, 3, 4, 5)]


def test_a_deferred_mail_is_tried_again_five_minutes_later_at_the_earliest(firm, sending):
    with ScriptedServer(lambda turn: "450 4.2.0 busy" if turn.is_at("rcpt") else None) as server:
        sending(server, rows=1)
    with firm.open() as workspace, workspace.ledger.read() as tx:
        (entry,) = listing.entries(tx)
    assert entry.due_at >= NOW + timedelta(minutes=5)
    assert (entry.attempts, entry.last_reply) == (1, "450 4.2.0 busy")


def test_one_refused_address_fails_alone(sending):
    with ScriptedServer(lambda turn: "550 5.1.1 no such user" if turn.is_at("rcpt", "client7@") else None) as server:
        passed, found = sending(server, rows=20)
    assert (passed.tally.sent, passed.tally.failed) == (19, 1)
    assert found[6] == "failed"


def test_a_spent_quota_stops_the_account_for_a_day(firm, sending):
    script = lambda turn: "550 5.4.5 Daily quota exceeded" if turn.mail > 3 and turn.is_at("dot") else None  # noqa: E731
    with ScriptedServer(script) as server:
        passed, _ = sending(server, rows=10)
        again, _ = sending(server, rows=10)
    assert (passed.tally.sent, passed.tally.remaining) == (3, 7)
    assert (again.tally.sent, len(server.accepted)) == (0, 3)
    with firm.open() as workspace, workspace.ledger.read() as tx:
        until = queue.stopped(tx, now=NOW)["ada"].until
    assert timedelta(0) <= until - NOW - timedelta(hours=24) < timedelta(minutes=1)


def test_a_refused_login_is_not_repeated(sending, monkeypatch):
    monkeypatch.setenv("TEST_PASSWORD", "wrong")
    settings = {"username": "ada", "password": "env:TEST_PASSWORD"}
    with ScriptedServer(username="ada", password="secret") as server:
        passed, _ = sending(server, **settings)
        again, _ = sending(server, **settings)
        assert server.connections == 1
    assert "refused the login" in str(passed.errors["ada"])
    assert again.tally.stopped


def test_the_pace_and_the_quota_of_the_account_are_kept(sending):
    with ScriptedServer() as server:
        passed, _ = sending(server, rows=6, per_day=4)
    assert (passed.tally.sent, passed.tally.remaining) == (4, 2)


def test_a_limit_sends_no_more(sending):
    with ScriptedServer() as server:
        passed, _ = sending(server, order=Order(limit=2))
    assert (passed.tally.sent, passed.tally.remaining) == (2, 3)


def test_a_wish_to_stop_finishes_the_mail_in_hand(sending):
    heard = []
    order = Order(stopping=lambda: bool(heard), told=lambda delivery, receipt: heard.append(delivery.id))
    with ScriptedServer() as server:
        passed, found = sending(server, rows=10, order=order)
    assert passed.tally.sent == len(server.accepted) < 4
    assert set(found) == {"sent", "queued"}


def test_two_passes_of_one_account_at_once_are_refused(firm, sending):
    with ScriptedServer() as server, firm.open() as other, other.sole_sender("ada"):
        passed, found = sending(server)
    assert isinstance(passed.errors["ada"], BusyError)
    assert "already sending (process" in str(passed.errors["ada"])
    assert (server.accepted, set(found)) == ([], {"queued"})


def test_what_a_person_takes_back_during_the_pass_does_not_leave(firm, sending):
    def take_back(turn):
        if turn.is_at("rcpt") and turn.mail == 1:
            with firm.open() as workspace:
                campaigns.cancel(workspace.ledger, who="ada", now=NOW, address="client3@client.example")

    with ScriptedServer(take_back) as server:
        passed, found = sending(server)
    assert (passed.tally.sent, found[2]) == (4, "cancelled")
    assert "client3@client.example" not in recipients(server)


def test_a_mail_left_half_done_by_a_crash_is_named_and_not_sent_again(firm, sending):
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port))
        with firm.open() as workspace:
            approved(workspace)
            with workspace.ledger.begin() as tx:
                queue.begin(tx, factories.due(tx, limit=1), at=NOW)
            passed = passes.send(workspace, workspace.ledger, Order())
    assert (passed.tally.sent, passed.tally.unconfirmed) == (2, 1)
    assert [delivery.id for delivery, _ in passed.tally.troubles] == [1]


def test_a_mail_whose_account_was_stopped_before_its_content_left_was_never_tried(firm, sending):
    with ScriptedServer(lambda turn: "550 5.7.60 not from here" if turn.is_at("mail") else None) as server:
        passed, found = sending(server, rows=2)
    assert (found, passed.tally.deferred, passed.tally.remaining) == (["queued"] * 2, 0, 2)
    with firm.open() as workspace, workspace.ledger.read() as tx:
        assert [(entry.attempts, entry.last_reply) for entry in listing.entries(tx)] == [(0, "")] * 2


def test_every_answer_of_the_server_is_in_the_history(firm, sending):
    with ScriptedServer(lambda turn: "250 2.0.0 queued as 4711" if turn.is_at("dot") else None) as server:
        sending(server, rows=1)
    with firm.open() as workspace, workspace.ledger.read() as tx:
        notes = [(event.to_status, event.note) for event in moves.history_of(tx, 1)]
    assert notes[-2:] == [("sending", ""), ("sent", "250 2.0.0 queued as 4711")]


def test_a_restored_ledger_sends_nothing_until_a_person_accepts_it(firm, sending):
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port))
        with firm.open() as workspace:
            approved(workspace)
            workspace.trust_ledger()
        backup = (firm.folder / "ledger.db").read_bytes()
        sending(server, rows=3)
        (firm.folder / "ledger.db").write_bytes(backup)
        with firm.open() as workspace, pytest.raises(MailerError, match="restored backup"):
            passes.send(workspace, workspace.ledger, Order())
        assert len(server.accepted) == 3
        with firm.open() as workspace:
            workspace.accept_ledger()
            workspace.trust_ledger()


@pytest.mark.parametrize("is_used", [True, False])
def test_a_restored_ledger_that_lives_on_sends_nothing_either(firm, sending, is_used):
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port))
        with firm.open() as workspace:
            approved(workspace)
            if is_used:
                workspace.trust_ledger()
        backup = (firm.folder / "ledger.db").read_bytes()
        sending(server, rows=3)
        (firm.folder / "ledger.db").write_bytes(backup)
        firm.write_sheet([row(number) for number in range(1, 30)])
        with firm.open(NOW + timedelta(hours=1)) as workspace:
            approved(workspace)  # more happens than had happened since
            workspace.reflect(always=True)  # as a schedule does that is kept meanwhile
            with pytest.raises(MailerError, match="restored backup"):
                passes.send(workspace, workspace.ledger, Order())
        assert len(server.accepted) == 3


def test_unconfirmed_is_resolved_by_a_person(firm, sending):
    with ScriptedServer(lambda turn: Cut() if turn.is_at("dot") else None) as server:
        sending(server, rows=2)
    with firm.open() as workspace:
        decide = {"who": "ada", "now": NOW}
        unsure = [number for number, status in enumerate(statuses(workspace), 1) if status == "unconfirmed"]
        assert campaigns.resolve(workspace.ledger, unsure[:1], Status.SENT, **decide).done == tuple(unsure[:1])
        assert "sent" in statuses(workspace)


@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1)])
def test_a_pace_is_kept_whatever_the_clock_does_meanwhile(ledger, tmp_path, jump):
    """A laptop sleeps, or its clock is set back: no rush afterwards, and no standing still."""
    add_queued(ledger, 12)
    at, times = NOW, []

    def now():
        nonlocal at
        at += timedelta(milliseconds=50)
        return at

    def told(_row, _receipt):
        nonlocal at
        times.append(at)
        if len(times) == 4:
            at += jump

    account = Account(outbox="outbox/", per_minute=20)
    passed = send_due(ledger, "ada", account, lambda: Outbox(tmp_path / "outbox"), Order(told=told), now=now)
    assert passed.sent == 12
    gaps = [(after - before).total_seconds() for before, after in pairwise([times[3] + jump, *times[4:]])]
    assert gaps[0] < 4
    assert all(2 < gap < 4 for gap in gaps[2:]), gaps
