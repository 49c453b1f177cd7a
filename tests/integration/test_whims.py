"""A server that says what it pleases: nobody gets two, nobody is forgotten, and what it may have taken is named."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest

from mailer import campaigns
from mailer.campaigns import ByHand
from mailer.ledger import listing
from mailer.model import Status
from mailer.sending import Order
from mailer.workspace.passes import send
from tests.factories import NOW
from tests.servers import Action, Cut, ScriptedServer, Turn
from tests.workspaces import row, smtp_account

MAILS = 60
#: Phase → how often a whim comes over it, and what it says then.
WHIMS = {
    "greeting": (0.1, ["421 4.3.2 busy", "554 5.7.1 no", "hello?", Cut()]),
    "ehlo": (0.05, ["502 5.5.2 what?", Cut(hard=True)]),
    "mail": (0.05, ["451 4.3.0 later", "550 5.7.1 not you", "452 4.3.1 full", "no", Cut(), Cut("421 4.3.2 bye")]),
    "rcpt": (0.1, ["450 4.2.1 later", "550 5.1.1 nobody", "552 5.2.2 full", "25", Cut("250 2.1.5 ok")]),
    "data": (0.04, ["451 4.3.0 later", "554 5.5.1 no", "250 what?", Cut(hard=True)]),
    "content": (0.04, [Cut(after_bytes=90), Cut("421 4.3.2 bye", after_bytes=30), Cut(hard=True)]),
    "dot": (0.1, ["451 4.3.0 later", "554 5.7.1 spam", "999 what?", "25", Cut(), Cut("250 2.0.0 taken"), Cut("2")]),
}


@dataclass(frozen=True)
class Whimsical:
    """Does the same at the same turn, however often it is asked."""

    seed: int

    def __call__(self, turn: Turn) -> Action:
        dice = random.Random(f"{self.seed} {turn}")
        often, says = WHIMS.get(turn.phase, (0, [None]))
        return dice.choice(says) if dice.random() < often else None


def mails_after(firm, passes: int) -> list[listing.Entry]:
    """All of the campaign's mails after so many passes, a few hours apart."""
    with firm.open() as workspace:
        campaigns.prepare(workspace.ledger, workspace.config, firm.folder, "thanks", ByHand(), now=workspace.now)
    for number in range(passes):
        with firm.open(NOW + timedelta(hours=3 * number)) as workspace:
            send(workspace, workspace.ledger, Order())
            with workspace.ledger.read() as tx:
                entries = listing.entries(tx)
    return entries


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
@pytest.mark.parametrize("connections", [1, 5])
def test_whatever_a_server_says_each_contact_gets_one_mail_or_is_named(firm, connections, extensions):
    with ScriptedServer(Whimsical(connections), extensions=extensions) as server:
        firm.write_sheet([row(number) for number in range(MAILS)])
        firm.write_config(account=smtp_account(server.port, connections=connections), campaign="review: none")
        now = {entry.address: entry.status for entry in mails_after(firm, 8)}
    received = Counter(address for taken in server.accepted for address in taken.rcpt_to)
    assert len(now) == MAILS
    assert set(received.values()) == {1}
    assert [address for address, status in now.items() if status is Status.SENT and not received[address]] == []
    assert {now[address] for address in received} <= {Status.SENT, Status.UNCONFIRMED}
