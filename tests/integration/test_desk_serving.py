"""The desk as it is started: the installed command, a real port, and a real browser before it."""

import os
import re
import signal
import socket
import subprocess
from urllib.request import HTTPCookieProcessor, build_opener

from mailer.desk import listen
from tests.desks import Visitor, prepare
from tests.workspaces import COMMAND, smtp_account


def test_the_command_prints_an_address_that_opens_the_desk(firm):
    prepare(firm)
    running = firm.start("desk", "--no-browser")
    try:
        link = re.search(r"http://127\.0\.0\.1:\d+/open/\S+", running.stdout.readline())[0]
        with build_opener(HTTPCookieProcessor()).open(link, timeout=20) as answer:
            assert "To review" in answer.read().decode()
    finally:
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert running.returncode == 0, said
    assert "Traceback" not in said


def test_two_desks_on_one_workspace_do_not_mind_each_other(firm):
    prepare(firm)
    first, second = (firm.start("desk", "--no-browser") for _ in range(2))
    try:
        assert len({Visitor(each).home for each in (first, second)}) == 2
    finally:
        for each in (first, second):
            each.send_signal(signal.SIGINT)
            each.communicate(timeout=20)


def test_the_port_is_open_on_this_machine_only():
    listening, port = listen()
    with listening:
        assert listening.getsockname() == ("127.0.0.1", port)
        assert listening.family == socket.AF_INET


def test_a_desk_started_in_a_terminal_asks_nothing_there_that_nobody_would_see(firm):
    firm.write_config(account=smtp_account(9, username="ada", password="prompt"))
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    terminal, inside = os.openpty()
    command, settings = [COMMAND, "desk", "--no-browser"], {"cwd": firm.folder, "env": firm.environment(), "text": True}
    with subprocess.Popen(command, stdin=inside, stderr=inside, stdout=subprocess.PIPE, **settings) as process:
        desk = Visitor(process)
        desk.send()
        assert "asks for its password on a terminal, and there is none" in desk.wait()
        process.send_signal(signal.SIGINT)
    for each in (terminal, inside):
        os.close(each)
