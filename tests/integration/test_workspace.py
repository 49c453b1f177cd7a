"""The folder one works in: which ledger is used, and when nothing may be sent."""

import shutil
import sys
from datetime import timedelta
from io import StringIO

import pytest

from mailer import campaigns
from mailer.errors import LedgerError, MailerError
from mailer.ledger import listing, mirror
from mailer.model import Status
from mailer.sending import Order
from mailer.workspace.mailboxes import own_addresses
from mailer.workspace.passes import plan, send, try_logins
from tests.factories import NOW
from tests.servers import ScriptedServer
from tests.workspaces import smtp_account


def approve_all(workspace):
    ledger = workspace.ledger
    campaigns.prepare(ledger, workspace.config, workspace.folder, "thanks", campaigns.ByHand(), now=workspace.now)
    with ledger.read() as tx:
        ids = [entry.id for entry in listing.entries(tx)]
    campaigns.approve(ledger, ids, who="ada", now=workspace.now)


@pytest.fixture
def real(firm):
    """A firm with a real account; its server is never called."""
    firm.write_config(account=smtp_account(2525))
    return firm


def test_a_rehearsal_lives_in_a_ledger_of_its_own(firm):
    with firm.open() as workspace:
        assert workspace.ledger.path.name == "rehearsal.db"


def test_a_real_campaign_is_rehearsed_on_request(real):
    with real.open(rehearse=True) as workspace:
        assert workspace.ledger_of("thanks").path.name == "rehearsal.db"
    with real.open() as workspace:
        assert workspace.ledger_of("thanks").path.name == "ledger.db"


def test_a_login_that_is_no_address_is_nobodys_own_address(firm):
    firm.write_config(account=smtp_account(2525, username="ada"))
    with firm.open() as workspace:
        assert own_addresses(workspace) == {"ada@harbourvale.example"}


def test_what_was_approved_as_a_rehearsal_never_leaves_for_real(firm):
    with firm.open() as workspace:
        approve_all(workspace)
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port))
        with firm.open(NOW + timedelta(hours=1)) as workspace:
            (rehearsal,) = workspace.existing_ledgers()
            assert plan(workspace, rehearsal, Order()) == []
            passed = send(workspace, rehearsal, Order())
    assert (passed.tally.sent, server.connections) == (0, 0)


def test_what_was_approved_for_real_is_not_written_into_an_outbox(real):
    with real.open() as workspace:
        approve_all(workspace)
    ben = "ben: {from: Ben Vale <ben@harbourvale.example>, server: '127.0.0.1:25', security: none}"
    real.write_config(account=f"outbox: outbox/\n  {ben}")
    with real.open(NOW + timedelta(hours=1)) as workspace:
        assert plan(workspace, workspace.ledger, Order()) == []
        send(workspace, workspace.ledger, Order())
    assert real.outbox == []


def test_a_folder_may_have_any_name(real):
    named = real.folder.with_name("Who? 100% #1")
    real.folder.rename(named)
    with type(real)(named).open() as workspace:
        workspace.trust_ledger()
        assert workspace.ledger.path.is_file()


def test_a_new_ledger_is_trusted(real):
    with real.open() as workspace:
        workspace.trust_ledger()


def test_a_moved_folder_is_noticed_and_accepted_by_a_person(real, tmp_path):
    with real.open() as workspace:
        workspace.trust_ledger()
    moved = tmp_path / "elsewhere"
    shutil.move(real.folder, moved)
    with type(real)(moved).open() as workspace:
        with pytest.raises(LedgerError, match="moved or copied"):
            workspace.trust_ledger()
        workspace.accept_ledger()
        workspace.trust_ledger()


def test_a_ledger_from_another_machine_is_noticed(real, monkeypatch, tmp_path):
    with real.open() as workspace:
        workspace.trust_ledger()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another-machine"))
    with real.open() as workspace, pytest.raises(LedgerError, match="another machine"):
        workspace.trust_ledger()


def test_a_ledger_in_a_synchronised_folder_sends_only_when_accepted(real, tmp_path):
    shared = tmp_path / "Dropbox" / "firm"
    shutil.copytree(real.folder, shared)
    with type(real)(shared).open() as workspace:
        with pytest.raises(LedgerError, match="synchronised folder"):
            workspace.trust_ledger()
        workspace.accept_ledger()
        workspace.trust_ledger()


def test_a_folder_that_only_sounds_like_a_synchronised_one_is_trusted(ledger, tmp_path):
    assert mirror.doubt(ledger, tmp_path / "state") == ""


def test_a_full_disk_records_nothing_by_halves(real):
    with real.open() as workspace:
        ledger = workspace.ledger
        with ledger.begin() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar()
        with pytest.raises(MailerError, match="full"), ledger.begin() as tx:
            tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for _ in range(500):
                tx.exec_driver_sql("INSERT INTO people (name, first_seen_at) VALUES (?, '2026-01-01')", ("x" * 900,))
        with ledger.read() as tx:
            assert tx.exec_driver_sql("SELECT count(*) FROM people").scalar() == 0


class Terminal(StringIO):
    """Somebody sits there."""

    def isatty(self):
        return True


@pytest.fixture
def typing(monkeypatch):
    """Somebody sits at the terminal and types these passwords, one after the other."""

    def begin(*passwords):
        waiting = list(passwords)
        monkeypatch.setattr("sys.stdin", Terminal())
        monkeypatch.setattr("sys.stderr", Terminal())
        monkeypatch.setattr("mailer.transports.passwords.getpass", lambda _question, **_: waiting.pop(0))
        return waiting

    return begin


def test_a_password_that_is_typed_is_asked_for_once(firm, typing):
    typing("secret")
    firm.write_config(account=smtp_account(2525, username="ada", password="prompt"))
    with firm.open() as workspace:
        for _ in range(2):
            workspace.transport("ada").close()


def test_a_typed_password_is_not_asked_for_again_because_the_server_has_a_bad_moment(firm, typing):
    typing("secret")

    def busy(turn):
        return "454 4.7.0 later" if turn.is_at("auth") and turn.connection == 1 else None

    with ScriptedServer(busy, username="ada", password="secret") as server:
        firm.write_config(account=smtp_account(server.port, username="ada", password="prompt"))
        with firm.open() as workspace:
            put_off, let_in = (try_logins(workspace, workspace.ledger, ["ada"]) for _ in range(2))
    assert (set(put_off), set(let_in)) == ({"ada"}, set())


def test_a_typed_password_that_was_refused_is_asked_for_again(firm, typing):
    typing("wrong", "secret")
    with ScriptedServer(username="ada", password="secret") as server:
        firm.write_config(account=smtp_account(server.port, username="ada", password="prompt"))
        with firm.open() as workspace:
            refused, let_in = (try_logins(workspace, workspace.ledger, ["ada"]) for _ in range(2))
    assert (set(refused), set(let_in)) == ({"ada"}, set())


DKIM = "dkim: {key_file: dkim.pem}"
EVE = f"\n  eve:\n    from: Eve <eve@harbourvale.example>\n    server: 127.0.0.1:2525\n    security: none\n    {DKIM}"


def test_a_key_that_cannot_sign_holds_back_no_other_account(firm):
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port) + EVE)
        with firm.open() as workspace:
            approve_all(workspace)
            assert send(workspace, workspace.ledger, Order()).tally.remaining == 0
    assert server.accepted


def test_a_key_that_cannot_sign_holds_back_its_own_account(firm):
    with ScriptedServer() as server:
        firm.write_config(account=f"{smtp_account(server.port)}\n    {DKIM}")
        with firm.open() as workspace:
            approve_all(workspace)
            passed = send(workspace, workspace.ledger, Order())
            assert "DKIM key" in str(passed.errors["ada"])
            with workspace.ledger.read() as tx:
                assert {entry.status for entry in listing.entries(tx)} == {Status.QUEUED}
    assert not server.accepted


def test_who_has_no_name_on_this_machine_is_somebody(firm, monkeypatch):
    """On Windows without its usual variables Python looks for a module that is only elsewhere."""
    monkeypatch.setitem(sys.modules, "pwd", None)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    with firm.open() as workspace:
        assert workspace.who == "somebody"
