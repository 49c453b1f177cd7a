"""The ledger: allowed moves, claims, receipts, and what is refused."""

import traceback
from datetime import timedelta

import pytest

from mailer.campaigns import cancel, retry
from mailer.errors import LedgerError
from mailer.ledger import drafts, listing, moves, queue, schema, suppressions
from mailer.ledger.moves import move
from mailer.model import MOVES, Outcome, Phase, Receipt, Status
from tests import factories
from tests.factories import NOW, add_drafts, add_queued, now_due, rendering, status_of

ACCEPTED = Receipt(Outcome.ACCEPTED, Phase.CONTENT, 250, "2.0.0", "queued")


def test_one_person_cannot_have_two_mails_in_one_round(ledger):
    add_drafts(ledger)
    with pytest.raises(LedgerError, match="UNIQUE"), ledger.begin() as tx:
        drafts.insert_new(tx, 1, [rendering(person=1)], seen=1)


def test_what_the_ledger_refuses_puts_no_words_and_no_address_into_a_log(ledger):
    blocked = {"what": "bob@client.example", "reason": "asked us to stop", "who": "ada", "at": NOW}
    with pytest.raises(LedgerError) as refused, ledger.begin() as tx:
        tx.execute(schema.suppressions.insert(), blocked)
        tx.execute(schema.suppressions.insert(), blocked)
    told = "".join(traceback.format_exception(refused.value))
    assert "INSERT INTO suppressions" in told
    assert not any(words in told for words in ("client.example", "asked us"))


def test_whom_a_newer_preparation_met_is_not_gone_where_an_older_one_meets_them_later(ledger):
    met, rewritten, gone = add_drafts(ledger, 3)
    with ledger.begin() as tx:
        drafts.mark_seen(tx, [met, rewritten], seen=3)
        drafts.mark_seen(tx, [met], seen=2)
        drafts.rewrite(tx, {rewritten: rendering(person=2, to=("client1@client.example",))}, seen=2)
        assert drafts.unseen(tx, 1, seen=3) == [gone]


@pytest.mark.parametrize("to", Status)
@pytest.mark.parametrize("was", Status)
def test_only_allowed_moves_happen(ledger, was, to):
    (delivery_id,) = add_drafts(ledger)
    with ledger.begin() as tx:
        tx.exec_driver_sql("UPDATE deliveries SET status = ?", (was.value,))
        moved = move(tx, [delivery_id], to, at=NOW, who="test")
    assert bool(moved) == (to in MOVES[was])


def test_every_move_leaves_an_event(ledger):
    (delivery_id,) = add_queued(ledger)
    with ledger.begin() as tx:
        queue.begin(tx, factories.due(tx, limit=1), at=NOW)
    with ledger.read() as tx:
        steps = [(event.from_status, event.to_status) for event in moves.history_of(tx, delivery_id)]
    assert steps == [("draft", "queued"), ("queued", "sending")]


def test_the_words_come_back_as_they_were_put_in(ledger):
    (delivery_id,) = add_drafts(ledger, subject="Grüße", cc=("a@x.example",), branches=("if amount",))
    with ledger.read() as tx:
        words = listing.words_of(tx, [delivery_id])[delivery_id]
    assert (words.subject, words.cc, words.branches) == ("Grüße", ("a@x.example",), ("if amount",))


def test_what_is_due_comes_in_order_and_not_before_its_time(ledger):
    late = add_queued(ledger, 2, due_at=NOW + timedelta(hours=1), campaign="later")
    early = add_queued(ledger, 2, campaign="now")
    assert [each.id for each in now_due(ledger)] == early
    assert late


def test_a_draft_whose_words_are_not_the_approved_ones_is_never_due(ledger):
    (delivery_id,) = add_queued(ledger)
    with ledger.begin() as tx:
        drafts.rewrite(tx, {delivery_id: rendering(subject="Other words")}, seen=2)
    assert now_due(ledger) == []


def test_what_waits_is_counted_for_the_campaigns_asked_for_now_and_by_its_time(ledger):
    add_queued(ledger, 2)
    add_queued(ledger, 3, campaign="year-end")
    later = NOW + timedelta(hours=1)
    add_queued(ledger, 4, campaign="news", due_at=later)
    with ledger.read() as tx:
        assert queue.waiting(tx, "ada", now=NOW) == (5, {later: 4})
        assert queue.waiting(tx, "ada", now=NOW, excluded=["thank-you"]) == (3, {later: 4})
        assert queue.waiting(tx, "ada", now=NOW, campaigns_only=["year-end"]) == (3, {})
        assert queue.waiting(tx, "ada", now=later) == (9, {})
        assert queue.waiting(tx, "ben", now=later) == (0, {})


def test_a_claim_takes_only_what_is_still_queued(ledger):
    first, second = add_queued(ledger, 2)
    wanted = now_due(ledger)
    with ledger.begin() as tx:
        move(tx, [first], Status.CANCELLED, at=NOW, who="ada")
    with ledger.begin() as tx:
        assert queue.begin(tx, wanted, at=NOW) == {second}


def test_a_suppressed_address_is_cancelled_in_the_claim(ledger):
    (delivery_id,) = add_queued(ledger)
    wanted = now_due(ledger)
    with ledger.begin() as tx:
        suppressions.add(tx, "client.example", reason="asked us to stop", who="ada", at=NOW)
    with ledger.begin() as tx:
        assert queue.begin(tx, wanted, at=NOW) == set()
    assert status_of(ledger, delivery_id) is Status.CANCELLED


@pytest.mark.parametrize("entry", ["Client0@client.example", "client.example", "@CLIENT.example"])
def test_an_address_is_suppressed_by_itself_or_by_its_domain(ledger, entry):
    with ledger.begin() as tx:
        suppressions.add(tx, entry, reason="asked", who="ada", at=NOW)
        assert suppressions.among(tx, ["client0@client.example", "x@other.example"]) == {
            "client0@client.example": "asked"
        }


def test_who_may_be_written_to_again_is_the_only_one(ledger):
    with ledger.begin() as tx:
        for entry in ("bob@client.example", "eve@client.example"):
            suppressions.add(tx, entry, reason="asked", who="ada", at=NOW)
        assert suppressions.remove(tx, "Bob@client.example")
        assert not suppressions.remove(tx, "bob@client.example")
        assert [entry.what for entry in suppressions.entries(tx)] == ["eve@client.example"]


def test_the_reason_told_is_that_of_the_address_before_that_of_its_domain(ledger):
    with ledger.begin() as tx:
        for entry, reason in (("client.example", "moved away"), ("bob@client.example", "asked")):
            suppressions.add(tx, entry, reason=reason, who="ada", at=NOW)
        found = suppressions.among(tx, ["bob@client.example", "eve@client.example"])
    assert found == {"bob@client.example": "asked", "eve@client.example": "moved away"}


@pytest.mark.parametrize(
    ("outcome", "due_at", "status"),
    [
        (Outcome.ACCEPTED, None, Status.SENT),
        (Outcome.REFUSED, None, Status.FAILED),
        (Outcome.UNCONFIRMED, None, Status.UNCONFIRMED),
        (Outcome.DEFERRED, NOW + timedelta(minutes=5), Status.QUEUED),
        (Outcome.DEFERRED, None, Status.FAILED),
        (Outcome.STOPPED, None, Status.QUEUED),
    ],
)
def test_a_receipt_settles_a_delivery(ledger, outcome, due_at, status):
    (delivery_id,) = add_queued(ledger)
    (delivery,) = now_due(ledger)
    with ledger.begin() as tx:
        queue.begin(tx, [delivery], at=NOW)
        queue.record(tx, [queue.Settled(delivery, Receipt(outcome, Phase.CONTENT, 0), due_at)], at=NOW)
    assert status_of(ledger, delivery_id) is status


def test_a_receipt_for_a_delivery_that_is_not_ours_is_not_recorded(ledger):
    add_queued(ledger)
    (delivery,) = now_due(ledger)
    with pytest.raises(LedgerError), ledger.begin() as tx:
        queue.record(tx, [queue.Settled(delivery, ACCEPTED)], at=NOW)


def test_an_envelope_refused_after_a_person_took_the_mail_back_changes_nothing(ledger):
    (delivery_id,) = add_queued(ledger)
    (delivery,) = now_due(ledger)
    with ledger.begin() as tx:
        move(tx, [delivery_id], Status.CANCELLED, at=NOW, who="ada")
        refused = Receipt(Outcome.REFUSED, Phase.RCPT, 550)
        queue.record(tx, [queue.Settled(delivery, refused, begun=False)], at=NOW)
    assert status_of(ledger, delivery_id) is Status.CANCELLED


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.STOPPED])
def test_a_mail_that_was_leaving_when_its_campaign_was_cancelled_and_was_put_off_never_goes(ledger, outcome):
    add_queued(ledger)
    second, (row,) = timedelta(seconds=1), now_due(ledger)
    with ledger.begin() as tx:
        queue.begin(tx, [row], at=NOW)
    cancel(ledger, who="ada", now=NOW + second, campaign="thank-you")
    put_off = queue.Settled(row, Receipt(outcome, Phase.CONTENT, 451), NOW)
    with ledger.begin() as tx:
        queue.record(tx, [put_off], at=NOW + 2 * second)
        assert listing.entries(tx)[0].status is Status.CANCELLED


def test_what_a_person_sends_again_after_its_campaign_was_cancelled_may_be_put_off(ledger):
    add_queued(ledger)
    second, (row,) = timedelta(seconds=1), now_due(ledger)
    with ledger.begin() as tx:
        queue.begin(tx, [row], at=NOW)
        queue.record(tx, [queue.Settled(row, Receipt(Outcome.REFUSED, Phase.CONTENT, 550))], at=NOW)
    cancel(ledger, who="ada", now=NOW + second, campaign="thank-you")
    retry(ledger, [1], who="ada", now=NOW + 2 * second)
    with ledger.begin() as tx:
        queue.begin(tx, [row], at=NOW + 3 * second)
        put_off = queue.Settled(row, Receipt(Outcome.DEFERRED, Phase.CONTENT, 451), NOW)
        queue.record(tx, [put_off], at=NOW + 4 * second)
        assert listing.entries(tx)[0].status is Status.QUEUED


def test_what_a_crash_left_in_sending_is_unconfirmed(ledger):
    (delivery_id,) = add_queued(ledger)
    with ledger.begin() as tx:
        queue.begin(tx, factories.due(tx, limit=1), at=NOW)
    with ledger.begin() as tx:
        assert queue.leftovers(tx, "ben", at=NOW) == []
        assert queue.leftovers(tx, "ada", at=NOW) == [delivery_id]
    assert status_of(ledger, delivery_id) is Status.UNCONFIRMED


def test_the_quota_counts_what_may_have_left_in_the_last_24_hours(ledger):
    add_queued(ledger, 3)
    sent, unsure, refused = now_due(ledger)
    with ledger.begin() as tx:
        queue.begin(tx, [sent, unsure, refused], at=NOW)
        outcomes = {sent: Outcome.ACCEPTED, unsure: Outcome.UNCONFIRMED, refused: Outcome.REFUSED}
        settled = [queue.Settled(each, Receipt(what, Phase.CONTENT)) for each, what in outcomes.items()]
        queue.record(tx, settled, at=NOW)
        assert queue.sent_since(tx, "ada", NOW - timedelta(hours=24)) == 2
        assert queue.sent_since(tx, "ada", NOW) == 0


def test_a_stopped_account_goes_on_when_its_time_has_come(ledger):
    with ledger.begin() as tx:
        queue.stop(tx, "ada", at=NOW, until=NOW + timedelta(hours=24), reason="quota")
        assert list(queue.stopped(tx, now=NOW)) == ["ada"]
        assert queue.stopped(tx, now=NOW + timedelta(hours=25)) == {}
