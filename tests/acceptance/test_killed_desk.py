"""`kill -9` of the desk in the middle of a send: nobody gets two, nobody is forgotten, what is in doubt is named."""

import os
import signal
from collections import Counter

from tests.desks import Visitor
from tests.servers import ScriptedServer
from tests.workspaces import row, smtp_account

MAILS = 20


def test_killed_while_it_sends_and_started_again_each_contact_gets_one_email_or_is_named(firm):
    desk, dots = None, 0

    def kill_at_the_seventh(turn):
        nonlocal dots
        dots += turn.phase == "dot"
        if turn.phase == "dot" and dots == 7:
            os.kill(desk.process.pid, signal.SIGKILL)

    with ScriptedServer(kill_at_the_seventh) as server:
        firm.write_sheet([row(number) for number in range(MAILS)])
        firm.write_config(account=smtp_account(server.port))
        firm.run("campaigns", "prepare", "thanks")
        firm.run("drafts", "approve", "thanks", "--all", "--yes")
        desk = Visitor(firm.start("desk", "--no-browser"))
        desk.send()
        assert desk.process.wait(timeout=30) == -signal.SIGKILL
        desk.process.communicate()
        desk = Visitor(firm.start("desk", "--no-browser"))
        desk.send()
        server.wait_for(lambda: len(server.accepted) >= MAILS - 1)
        desk.wait()
        assert "perhaps sent" in desk.page("/")
        desk.process.send_signal(signal.SIGINT)
        _, said = desk.process.communicate(timeout=30)
        assert "Traceback" not in said
    rows = firm.run("deliveries", "list", "thanks", "--json").json
    status = Counter(each["status"] for each in rows)
    received = Counter(address for taken in server.accepted for address in taken.rcpt_to)
    assert status == {"sent": MAILS - 1, "unconfirmed": 1}
    assert max(received.values()) == 1
    assert len(received) >= MAILS - 1
