"""A desk for tests: its app asked directly, or a real server on a real port with a real browser before it."""

import contextlib
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from flask import Flask
from flask.testing import FlaskClient
from waitress import create_server

from mailer import campaigns
from mailer.desk import listen, make_app
from mailer.desk.door import Door
from mailer.workspace import Workspace
from tests.workspaces import Firm

PORT = 8025
HOME = f"http://127.0.0.1:{PORT}"


@dataclass(frozen=True)
class AskedDesk:
    """The app without a server, and a browser's cookie jar before it."""

    app: Flask
    door: Door
    client: FlaskClient

    def get(self, path: str, **options):
        return self.client.get(path, base_url=HOME, buffered=True, **options)

    def post(self, path: str, form: dict[str, object] | None = None, **options):
        """Send a form as the desk's own page does, with the token that stands in it."""
        with self.client.session_transaction(base_url=HOME) as session:
            filled = {"form_token": session["form_token"], **(form or {})}
        return self.client.post(path, base_url=HOME, data=filled, buffered=True, **options)


def closed_desk(firm: Firm) -> AskedDesk:
    """A desk whose link was not used yet."""
    app, door = make_app(firm.open, firm.folder / "config.yaml", PORT)
    firm.closing.callback(app.extensions["desk"].close)
    return AskedDesk(app, door, app.test_client())


def open_desk(firm: Firm) -> AskedDesk:
    """A desk whose link was used."""
    desk = closed_desk(firm)
    desk.get(desk.door.link.removeprefix(HOME))
    return desk


@contextmanager
def served_desk(firm: Firm) -> Iterator[str]:
    """A real desk on a real port, with the real clock; gives its link."""
    config_path = firm.folder / "config.yaml"
    with serving(lambda: Workspace(config_path), config_path) as link:
        yield link


@contextmanager
def serving(open_workspace: Callable[[], Workspace], config_path: Path) -> Iterator[str]:
    """A real desk on a real port; gives its link."""
    listening, port = listen()
    app, door = make_app(open_workspace, config_path, port)
    server = create_server(app, sockets=[listening], threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield door.link
    finally:
        server.trigger.pull_trigger(server.close)
        thread.join(timeout=10)
        app.extensions["desk"].close()


def prepare(firm: Firm, campaign: str = "thanks") -> None:
    """Make the drafts of a campaign."""
    with firm.open() as workspace:
        ledger = workspace.ledger_of(campaign)
        campaigns.prepare(ledger, workspace.config, workspace.folder, campaign, campaigns.ByHand(), now=workspace.now)


class Visitor:
    """A desk that was started as a command, and a browser without a screen before it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        link = re.search(r"http://127\.0\.0\.1:\d+/open/\S+", process.stdout.readline())[0]
        self.home, self.browser = link.partition("/open/")[0], build_opener(HTTPCookieProcessor())
        self.form_token = re.search(r'name="form_token" value="([^"]+)"', self.page("/campaigns/thanks", link))[1]

    def page(self, path: str, link: str = "") -> str:
        if link:
            self.browser.open(link, timeout=20).close()
        with self.browser.open(self.home + path, timeout=20) as answer:
            return answer.read().decode()

    def send(self) -> None:
        """Press Send; the desk may die before it has answered."""
        form = urlencode({"form_token": self.form_token}).encode()
        with contextlib.suppress(OSError):
            self.browser.open(f"{self.home}/campaigns/thanks/send", form, timeout=20).close()

    def wait(self) -> str:
        """The campaign's page when nothing is being sent any more."""
        while "data-poll" in (shown := self.page("/campaigns/thanks")):
            pass
        return shown
