"""`mailer accounts` against a real mail server with a real certificate, and a real keyring in a file."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailer.ledger import queue
from mailer.workspace import Workspace as Opened
from tests.factories import NOW
from tests.servers import ScriptedServer, certificates

MAILER = str(Path(sys.executable).parent / "mailer")
LOGIN = {"username": "ada@harbourvale.example", "password": "correct horse"}


@dataclass(frozen=True)
class Workspace:
    folder: Path
    environment: dict[str, str]

    def mailer(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MAILER, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def write_config(self, server: ScriptedServer, *, password: str = "keyring") -> None:
        (self.folder / "config.yaml").write_text(
            f"""\
firm: {{name: Harbour & Vale}}
accounts:
  rehearsal: {{outbox: outbox/}}
  ada:
    from: Ada Obi <ada@harbourvale.example>
    server: {server.address}
    username: ada@harbourvale.example
    password: {password}
    ca_file: authority.pem
"""
        )


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    keyring = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring", "XDG_DATA_HOME": str(tmp_path / "data")}
    return Workspace(tmp_path, {**os.environ, **keyring})


@pytest.fixture
def server(workspace):
    with ScriptedServer(tls=certificates(workspace.folder).context, **LOGIN) as server:
        workspace.write_config(server)
        yield server


def test_a_password_is_tried_stored_used_and_forgotten(workspace, server):
    done = workspace.mailer("accounts", "login", "ada", "--stdin", stdin="correct horse\n")
    assert done.stdout == f"{server.address} lets ada@harbourvale.example in; the password is in the keyring.\n"
    tried = workspace.mailer("accounts", "test", "ada")
    assert (tried.returncode, tried.stdout) == (0, f"ada: {server.address} lets ada@harbourvale.example in\n")
    assert workspace.mailer("accounts", "login", "ada", "--forget").stdout == "ada: the password is forgotten.\n"
    assert workspace.mailer("accounts", "test", "ada").returncode == 69
    assert len(server.said("AUTH")) == 2


def test_a_wrong_password_is_refused_in_one_sentence_and_not_stored(workspace, server):
    done = workspace.mailer("accounts", "login", "ada@harbourvale.example", "--stdin", stdin="hunter2\n")
    assert done.returncode == 69
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert "The keyring has no password" in workspace.mailer("accounts", "test", "ada").stderr
    assert len(server.said("AUTH PLAIN")) == 1


def test_one_account_that_fails_does_not_keep_the_others_from_being_tried(workspace, server):
    done = workspace.mailer("accounts", "test")
    assert done.returncode == 69
    assert "rehearsal rehearses: its mail is written into outbox/" in done.stdout
    assert "ada: The keyring has no password" in done.stderr


def test_an_account_that_was_stopped_goes_on_once_it_is_let_in(workspace, server):
    with Opened(workspace.folder / "config.yaml") as opened, opened.ledger_for("ada").begin() as tx:
        queue.stop(tx, "ada", at=NOW, until=None, reason="535 The password was refused.")
    done = workspace.mailer("accounts", "login", "ada", "--stdin", stdin="correct horse\n")
    assert "ada was stopped, and goes on." in done.stdout
    assert "goes on" not in workspace.mailer("accounts", "test", "ada").stdout
    with Opened(workspace.folder / "config.yaml") as opened, opened.ledger_for("ada").read() as tx:
        assert queue.stopped(tx, now=NOW) == {}


def test_a_password_from_the_environment_is_tried_and_needs_no_login(workspace, server):
    workspace.write_config(server, password="env:ADA_PASSWORD")
    workspace.environment["ADA_PASSWORD"] = "correct horse"
    assert workspace.mailer("accounts", "test", "ada").returncode == 0
    refused = workspace.mailer("accounts", "login", "ada")
    assert refused.returncode == 2
    assert "has its password elsewhere (`password: env:ADA_PASSWORD`)" in refused.stderr


def test_a_certificate_of_nobody_we_know_is_refused_before_the_password_leaves(workspace, server):
    config = workspace.folder / "config.yaml"
    config.write_text(config.read_text().replace("    ca_file: authority.pem\n", ""))
    done = workspace.mailer("accounts", "login", "ada", "--stdin", stdin="correct horse\n")
    assert done.returncode == 69
    assert server.said("AUTH") == []


def test_a_machine_without_a_keyring_is_told_before_a_password_is_typed(workspace, server):
    workspace.environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    done = workspace.mailer("accounts", "login", "ada")
    assert done.returncode == 69
    assert "This system has no keyring to keep passwords in." in done.stderr
    assert "env:NAME" in done.stderr


def test_without_a_terminal_a_password_is_not_asked_for(workspace, server):
    done = workspace.mailer("accounts", "login", "ada")
    assert done.returncode == 2
    assert "--stdin reads it from a pipe" in done.stderr


def test_on_a_terminal_the_password_is_asked_for_and_not_shown(workspace, server):
    ours, theirs = pty.openpty()
    typing = subprocess.Popen(
        [MAILER, "accounts", "login", "ada"],
        cwd=workspace.folder,
        env=workspace.environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"it is not shown" not in shown:
        shown += os.read(ours, 1024)
    os.write(ours, b"correct horse\n")
    while b"keyring." not in shown:
        shown += os.read(ours, 1024)
    os.close(ours)
    assert typing.wait(10) == 0
    assert b"correct horse" not in shown


def test_an_address_that_config_does_not_know_is_told_what_its_provider_wants(workspace, server):
    done = workspace.mailer("accounts", "login", "ada@gmail.com")
    assert "https://myaccount.google.com/apppasswords" in done.stderr
    assert "Limits, as read in 20" in done.stderr


def test_a_provider_that_wants_oauth_is_named_plainly(workspace, server):
    done = workspace.mailer("accounts", "login", "ada@hotmail.com")
    assert done.returncode == 2
    assert "Only OAuth works." in done.stderr


def test_microsoft_365_tells_the_end_of_passwords(workspace, server):
    done = workspace.mailer("accounts", "login", "ada@harbour.example", "--provider", "microsoft365")
    assert "end of December 2026" in done.stderr


def test_an_address_of_ones_own_domain_asks_for_the_provider(workspace, server):
    done = workspace.mailer("accounts", "login", "hello@elsewhere.example")
    assert done.returncode == 2
    assert "--provider google|microsoft365" in done.stderr


def test_the_list_shows_no_password_and_has_a_json_shape(workspace, server):
    [rehearsal, ada] = json.loads(workspace.mailer("accounts", "list", "--json").stdout)
    assert rehearsal["outbox"] == "outbox/"
    assert (ada["name"], ada["server"], ada["password"]) == ("ada", server.address, "keyring")
    assert "smtp" not in workspace.mailer("accounts", "list").stderr


def test_the_shell_completes_the_names_of_accounts(workspace, server):
    workspace.environment.update(COMP_WORDS="mailer accounts test re", COMP_CWORD="3", _MAILER_COMPLETE="bash_complete")
    assert workspace.mailer().stdout == "plain,rehearsal\n"
