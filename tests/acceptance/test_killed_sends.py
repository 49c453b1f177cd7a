"""`kill -9` at any moment of a send: nobody gets two, nobody is forgotten, what is in doubt is named."""

import contextlib
import itertools
import os
import random
import signal
import threading
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.servers import ScriptedServer, Turn
from tests.workspaces import Firm, row, smtp_account

#: So many that they are composed by another process.
MAILS = 300
#: Where in the conversation the process dies, again and again, each time a few mails further on.
PHASES = ("greeting", "mail", "rcpt", "data", "content", "dot", "dot", "content", "quit")


@dataclass
class Killer:
    """Kills the running send at a chosen moment, from within the server's side of the conversation."""

    plan: list[tuple[str, int]]
    pid: int = 0
    seen: int = 0
    fired: list[str] = field(default_factory=list)

    def __call__(self, turn: Turn) -> None:
        self.seen += turn.phase == "dot"
        if self.plan and self.pid and turn.phase == self.plan[0][0] and self.seen >= self.plan[0][1]:
            self.fired.append(self.plan.pop(0)[0])
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.pid = 0

    def run(self, firm: Firm) -> int:
        """One send, to its end or its death; the return code."""
        process = firm.start("send", "thanks", "--yes")
        self.pid = process.pid
        process.communicate(timeout=60)
        return process.returncode


def copies(server: ScriptedServer) -> Counter[str]:
    return Counter(address for taken in server.accepted for address in taken.rcpt_to)


def judge(firm: Firm, server: ScriptedServer, kills: int, connections: int) -> int:
    """The promise, after one more send to the end; how many mails are in doubt."""
    firm.run("send", "thanks", "--yes", code=None)
    rows = firm.run("deliveries", "list", "thanks", "--json").json
    status = {each["address"]: each["status"] for each in rows}
    assert len(status) == MAILS
    assert set(status.values()) <= {"sent", "unconfirmed"}
    received = copies(server)
    assert max(received.values()) == 1
    assert [address for address, now in status.items() if now == "sent" and received[address] != 1] == []
    doubtful = sum(now == "unconfirmed" for now in status.values())
    assert doubtful <= kills * connections
    return doubtful


@pytest.fixture
def sender(firm):
    """Prepare and approve so many mails to a server."""

    def make(server: ScriptedServer, connections: int) -> Firm:
        firm.write_sheet([row(number) for number in range(MAILS)])
        firm.write_config(account=smtp_account(server.port, connections=connections))
        firm.run("campaigns", "prepare", "thanks")
        firm.run("drafts", "approve", "thanks", "--all", "--yes")
        return firm

    return make


@pytest.mark.parametrize("connections", [1, 10])
def test_killed_in_every_phase_of_the_conversation_each_contact_gets_one_mail_or_is_named(sender, connections):
    steps = range(0, MAILS - 20, MAILS // len(PHASES))
    killer = Killer(list(zip(PHASES, steps, strict=False)))
    with ScriptedServer(killer) as server:
        firm = sender(server, connections)
        kills = 0
        while killer.plan and kills < len(PHASES):
            kills += killer.run(firm) == -signal.SIGKILL
            if len(server.accepted) >= MAILS - connections:
                break
        assert kills >= len(PHASES) // 2  # a slow machine may send on for a while before it dies
        judge(firm, server, kills, connections)


def test_killed_at_random_moments_each_contact_gets_one_mail_or_is_named(sender, record_property):
    moments = random.Random(20261121)
    with ScriptedServer(lambda turn: time_to_die.wait(0.002) and None) as server:
        time_to_die = threading.Event()
        firm = sender(server, 2)
        kills = 0
        for _ in itertools.repeat(None, 6):
            process = firm.start("send", "thanks", "--yes")
            with contextlib.suppress(Exception):
                process.wait(timeout=moments.uniform(0.2, 1.6))
            if process.poll() is None:
                process.kill()
                kills += 1
            process.communicate()
        doubtful = judge(firm, server, kills, 2)
    record_property("kills", kills)
    record_property("unconfirmed", doubtful)
