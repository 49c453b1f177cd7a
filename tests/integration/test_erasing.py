"""A person may know all that we hold, and be forgotten: then nothing names him, and he stays blocked."""

import json
from datetime import timedelta
from itertools import count

from sqlalchemy import select

from mailer.campaigns import discard, reconsider, resolve, retry
from mailer.config import Account
from mailer.ledger import drafts, erasing, heard, listing, overview, people, queue, rounds, suppressions
from mailer.ledger.moves import move
from mailer.ledger.schema import deliveries
from mailer.model import Outcome, Phase, Receipt, Status
from mailer.sending import Order, send_due
from mailer.transports.outbox import Outbox
from tests.factories import NOW, add_drafts, add_queued, contact, draft, due, rendering
from tests.inboxes import kept

BOB = "client0@client.example"


def sent(ledger, **changes):
    """A mail that went to Bob."""
    (delivery_id,) = add_queued(ledger, text="Dear Bob, about your secret project", **changes)
    with ledger.begin() as tx:
        move(tx, [delivery_id], Status.SENDING, at=NOW, who="mailer")
        move(tx, [delivery_id], Status.SENT, at=NOW, who="mailer", note=f"250 {BOB}", values={"sent_at": NOW})
        person = listing.entries(tx, ids=[delivery_id])[0].person
        heard.note(tx, person, "replied", "my secret answer", at=NOW, who="mailbox", delivery_id=delivery_id)
        heard.keep(
            tx, heard.Returned("ada", NOW, "reply", BOB, "Re: secret", "my secret answer", "", delivery_id), "<a@b>"
        )
    return delivery_id


def forget(ledger, address=BOB):
    with ledger.begin() as tx:
        emptied = erasing.forget(tx, address, at=NOW, who="ada")
    ledger.scrub()
    return emptied


def test_an_export_holds_all_that_is_known(ledger):
    sent(ledger)
    with ledger.read() as tx:
        found = erasing.everything_about(tx, BOB.upper())
    text = json.dumps(found, default=str)
    assert "my secret answer" in text
    assert found["mails"][0]["text"] == "Dear Bob, about your secret project"
    assert [event["to_status"] for event in found["mails"][0]["events"]][-1] == "sent"


def test_an_export_about_a_stranger_is_empty(ledger):
    with ledger.read() as tx:
        found = erasing.everything_about(tx, "eve@elsewhere.example")
    assert (found["mails"], found["history"], found["names"]) == ([], [], [])


def test_after_forgetting_no_byte_of_the_file_names_the_person(ledger):
    sent(ledger)
    add_drafts(ledger, campaign="year-end")
    assert forget(ledger) == 2
    content = ledger.path.read_bytes() + ledger.path.with_name(ledger.path.name + "-wal").read_bytes()
    for trace in (b"client0", b"secret", b"Bob"):
        assert trace not in content


def test_forgetting_takes_the_words_beneath_an_edit_too(ledger):
    (delivery_id,) = add_drafts(ledger)
    with ledger.begin() as tx:
        edited = rendering(draft(text="Dear Bob, as it was"), text="Dear Bob, by hand")
        drafts.rewrite(tx, {delivery_id: edited}, seen=1)
        assert listing.earlier_words_of(tx, delivery_id)[1] is not None
    forget(ledger)
    with ledger.read() as tx:
        row = tx.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one()
    assert (row.words, row.beneath_words, row.approved_words, row.edit) == (b"", None, None, None)


def test_a_forgotten_person_stays_blocked_when_imported_again(ledger):
    sent(ledger)
    forget(ledger)
    with ledger.begin() as tx:
        assert suppressions.among(tx, {BOB}) == {BOB: erasing.FORGOTTEN}
        (person,) = people.identify(tx, [contact(BOB)], at=NOW)
        opened = rounds.open_round(tx, "thank-you", "2", now=NOW)
        drafts.insert_new(tx, opened.id, [rendering(person=person, to=(BOB,))], seen=1)
        assert suppressions.among(tx, {BOB})


def test_forgetting_cancels_what_waits_and_keeps_outcomes(ledger):
    delivery_id = sent(ledger)
    (waiting,) = add_drafts(ledger, campaign="year-end")
    forget(ledger)
    with ledger.read() as tx:
        statuses = {entry.id: entry.status for entry in listing.entries(tx)}
    assert statuses == {delivery_id: Status.SENT, waiting: Status.CANCELLED}


def test_forgetting_one_leaves_the_others_alone(ledger):
    ids = add_drafts(ledger, 3)
    forget(ledger)
    with ledger.read() as tx:
        assert len(listing.words_of(tx, ids)) == 2


def test_somebody_never_seen_can_be_forgotten_too_and_is_blocked(ledger):
    assert forget(ledger, "eve@elsewhere.example") == 0
    with ledger.read() as tx:
        assert suppressions.among(tx, {"Eve@Elsewhere.example"})


def test_who_is_forgotten_or_suppressed_by_an_international_domain_is_blocked_as_their_mail_is_addressed(ledger):
    assert forget(ledger, "jörg@bücher.example") == 0
    with ledger.begin() as tx:
        suppressions.add(tx, "straße.example", reason="asked", who="ada", at=NOW)
        blocked = {"jörg@xn--bcher-kva.example", "bob@xn--strae-oqa.example"}
        assert suppressions.among(tx, {*blocked, BOB}).keys() == blocked
        assert suppressions.remove(tx, "Straße.example")


def test_old_words_are_purged_and_outcomes_stay(ledger):
    delivery_id = sent(ledger)
    with ledger.begin() as tx:
        assert erasing.purge(tx, NOW - timedelta(days=1)) == 0
        assert erasing.purge(tx, NOW + timedelta(days=1)) == 1
        (entry,) = listing.entries(tx, ids=[delivery_id])
        assert (entry.status, listing.words_of(tx, [delivery_id])) == (Status.SENT, {})
    assert [each.words for each in kept(ledger)] == [""]


def test_words_that_were_dropped_by_hand_are_purged_too(ledger):
    ids = add_drafts(ledger)
    with ledger.begin() as tx:
        move(tx, ids, Status.DISCARDED, at=NOW, who="ada")
        assert erasing.purge(tx, NOW - timedelta(days=1)) == 0
        assert erasing.purge(tx, NOW + timedelta(days=1)) == 1
        assert listing.words_of(tx, ids) == {}


def test_words_of_mail_that_still_waits_are_never_purged(ledger):
    ids = add_queued(ledger)
    with ledger.begin() as tx:
        assert erasing.purge(tx, NOW + timedelta(days=900)) == 0
        assert set(listing.words_of(tx, ids)) == set(ids)


DECIDED = {"who": "ada", "now": NOW}
GONE = {1: "its words are no longer kept"}


def leaving(ledger, *ids):
    """Mails whose content is on its way."""
    with ledger.begin() as tx:
        move(tx, ids, Status.SENDING, at=NOW, who="mailer")


def test_a_refused_mail_whose_words_were_purged_is_not_tried_again_and_needs_no_decision(ledger):
    leaving(ledger, *add_queued(ledger))
    with ledger.begin() as tx:
        move(tx, [1], Status.FAILED, at=NOW, who="mailer")
        assert [entry.id for entry in overview.undecided(tx, limit=9)] == [1]
        erasing.purge(tx, NOW + timedelta(days=1))
        assert not overview.undecided(tx, limit=9)
    assert retry(ledger, [1], **DECIDED).refused == GONE


def test_a_discarded_mail_whose_words_were_purged_is_no_draft_again(ledger):
    discard(ledger, add_drafts(ledger), **DECIDED)
    with ledger.begin() as tx:
        erasing.purge(tx, NOW + timedelta(days=1))
    assert reconsider(ledger, [1], **DECIDED).refused == GONE


def test_a_mail_that_was_forgotten_while_it_was_leaving_holds_up_nobody(ledger, tmp_path):
    leaving(ledger, add_queued(ledger, 2)[0])
    forget(ledger)
    seconds = count()
    passed = send_due(
        ledger,
        "ada",
        Account(outbox="outbox/"),
        lambda: Outbox(tmp_path / "outbox"),
        Order(),
        now=lambda: NOW + timedelta(seconds=next(seconds)),
    )
    assert (passed.unconfirmed, passed.sent) == (1, 1)
    assert resolve(ledger, [1], Status.QUEUED, **DECIDED).refused == GONE
    assert resolve(ledger, [1], Status.CANCELLED, **DECIDED).done == (1,)


def test_a_mail_that_was_forgotten_while_it_was_leaving_and_was_put_off_never_goes(ledger):
    add_queued(ledger)
    with ledger.begin() as tx:
        (row,) = due(tx)
    leaving(ledger, 1)
    forget(ledger)
    with ledger.begin() as tx:
        queue.record(tx, [queue.Settled(row, Receipt(Outcome.DEFERRED, Phase.CONTENT, 451), NOW)], at=NOW)
        assert listing.entries(tx, ids=[1])[0].status is Status.QUEUED
        assert not due(tx)
