"""What leaves next is composed ahead, and is then exactly what would have been composed in its turn."""

from email import message_from_bytes

import pytest

from mailer.crew import Crew
from mailer.errors import MailerError
from mailer.ledger import drafts
from mailer.ledger.upcoming import BATCH, Upcoming
from mailer.model import Attachment
from mailer.outgoing import FRESH, Composer, Outgoing, composed_ahead, uncomposed
from tests.factories import NOW, add_queued


class Clock:
    """Stands until it is moved on."""

    def __init__(self):
        self.time = NOW

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def composer(ledger, clock):
    return Composer(
        ledger, eight_bit=True, way_out=lambda _delivery: "", signed=lambda message, _date: message, now=clock
    )


def upcoming(ledger):
    return Upcoming(ledger, "ada", now=NOW)


def first_ahead(ledger, composer):
    return next(composed_ahead(upcoming(ledger), Crew(composer.ahead)))


def test_all_that_is_due_comes_once_and_in_order(ledger, composer):
    ids = add_queued(ledger, BATCH + 1)
    outgoing = Outgoing(composed_ahead(upcoming(ledger), Crew(composer.ahead)))
    assert outgoing.ids(3) == ids[:3]
    taken = []
    while outbound := outgoing.take():
        taken.append(outbound.row.id)
    assert taken == ids
    assert outgoing.ids(3) == []


def test_composed_ahead_is_composed_alike(ledger, composer):
    add_queued(ledger, 2)
    ahead = [composer.message_of(outbound) for outbound in first_ahead(ledger, composer)]
    (in_turn,) = uncomposed(upcoming(ledger))
    assert ahead == [composer.message_of(outbound) for outbound in in_turn]


def test_a_message_that_waited_is_composed_again_with_its_new_date(ledger, composer, clock):
    add_queued(ledger)
    (outbound,) = first_ahead(ledger, composer)
    clock.time += FRESH
    message = message_from_bytes(composer.message_of(outbound).content)
    assert message["Date"] == "Tue, 24 Nov 2026 09:30:05 +0000"
    assert "thank you" in message.get_payload(0).get_payload()


def test_a_file_is_fetched_from_the_ledger_in_its_turn(ledger, composer):
    file = Attachment("terms.txt", "d1", 5, "text/plain")
    with ledger.begin() as tx:
        drafts.keep_attachments(tx, {"d1": b"Terms"})
    add_queued(ledger, attachments=(file,))
    (outbound,) = first_ahead(ledger, composer)
    assert outbound.message is None
    assert b"terms.txt" in composer.message_of(outbound).content


def test_what_cannot_be_composed_stops_nobody_else(ledger, composer):
    add_queued(ledger, reply_to=("no address",))
    add_queued(ledger, campaign="others")
    broken, sound = first_ahead(ledger, composer)
    with pytest.raises(MailerError, match="is not an address"):
        composer.message_of(broken)
    assert composer.message_of(sound).rcpt_to == ("client0@client.example",)
