"""A mail costs the ledger the same in a list of any length: told in steps of SQLite's, as many in every run."""

import shutil
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, event

from mailer import campaigns
from mailer.ledger import heard
from mailer.ledger.moves import move
from mailer.ledger.opening import open_ledger
from mailer.ledger.touches import touches
from mailer.model import Status
from mailer.sending import Order
from mailer.workspace.passes import send
from tests.factories import NOW, add_queued
from tests.preparing import prepare
from tests.servers import ScriptedServer
from tests.workspaces import Firm, row, smtp_account

FEW, MANY = 400, 1600
#: Steps between two calls of who counts.
STEPS = 10


@contextmanager
def counted():
    """How often SQLite took so many steps in this process, as a counter that says how often it was asked."""
    calls = count()

    def listen(connection, _record):
        connection.set_progress_handler(lambda: next(calls) < 0, STEPS)

    event.listen(Engine, "connect", listen)
    try:
        yield calls
    finally:
        event.remove(Engine, "connect", listen)


def steps_a_mail(firm, mails):
    """What is done with a campaign that nobody reviews, and with its next round → how often it was counted, a mail.

    Every mail is to two people of one address.
    """
    found = {}
    with ScriptedServer() as server, counted() as calls:
        firm.write_sheet([row(number, e_mail=f"house{number // 2}@client.example") for number in range(2 * mails)])
        firm.write_config(account=smtp_account(server.port), campaign="review: none")
        config = firm.folder / "config.yaml"
        config.write_text(config.read_text().replace("key: Client no", "key: Client no\n    together: household"))

        def note(what, done):
            assert done == mails
            found[what] = next(calls) - sum(found.values())

        with firm.open() as workspace:
            note("prepared", prepare(workspace).made)
            note("prepared once more", prepare(workspace).unchanged)
            note("sent", send(workspace, workspace.ledger, Order()).tally.sent)
            note("prepared again", prepare(workspace, again=True).made)
            note("called back", len(campaigns.cancel(workspace.ledger, who="ada", now=NOW, campaign="thanks").done))
            with workspace.ledger.read() as tx:
                note("told", len(touches(tx, range(1, 2 * mails + 1))) // 2)
    return {what: calls / mails for what, calls in found.items()}


def test_a_mail_of_a_long_list_costs_no_more_than_one_of_a_short_list(firm, tmp_path):
    long = Firm(shutil.copytree(firm.folder, tmp_path / "long"))
    few, many = steps_a_mail(firm, FEW), steps_a_mail(long, MANY)
    # the slower the machine, the fewer receipts share a turn, and the more claims run out
    assert many.pop("sent") < few.pop("sent") * 1.3
    assert many == pytest.approx(few, rel=0.03)


def test_the_mail_that_an_answer_is_about_is_found_among_many_as_among_few(tmp_path):
    steps = []
    with counted() as calls:
        for mails in (FEW, MANY):
            ledger = open_ledger(tmp_path / f"{mails}.db", now=NOW)
            ids = add_queued(ledger, mails)
            with ledger.begin() as tx:
                move(tx, ids, Status.SENDING, at=NOW, who="mailer")
                move(tx, ids, Status.SENT, at=NOW, who="mailer", values={"sent_at": NOW})
                before = next(calls)
                assert "client99@client.example" in heard.WrittenTo(tx, NOW - timedelta(days=1))
                found = heard.entry_of(tx, [], "client99@client.example", NOW - timedelta(days=1))
                steps.append(next(calls) - before)
            assert found.address == "client99@client.example"
            ledger.close()
    few, many = steps
    assert many <= few + 2
