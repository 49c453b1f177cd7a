"""The installed command reads a real mailbox, single files, and keeps what a person may ask of us."""

import os
import re

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests import mails
from tests.dovecot import PROGRAM, Dovecot
from tests.workspaces import TEMPLATE, Firm, row, smtp_account

CLIENT = "client1@client.example"
needs_dovecot = pytest.mark.skipif(
    not PROGRAM and os.environ.get("CI") != "true", reason="Dovecot is not installed (dovecot-imapd)"
)


@pytest.fixture
def dovecot():
    server = Dovecot()
    yield server
    server.stop()


def real_account(dovecot):
    return (
        "server: 127.0.0.1:9\n    security: none\n    username: ada\n    password: env:TEST_PASSWORD\n"
        f"    mailbox: {{server: '127.0.0.1:{dovecot.port}', security: none}}"
    )


@needs_dovecot
def test_a_wish_to_leave_in_the_mailbox_cancels_what_waits(firm, dovecot):
    firm.write_config(account=real_account(dovecot))
    firm.run("campaigns", "prepare", "thanks")
    dovecot.deliver(
        mails.mail("", sender=CLIENT, subject="unsubscribe"),
        mails.mail("x", sender="eve@x.example", Message_ID="<e@x>"),
    )
    told = firm.run("mailbox", "check", "--json").json
    (account,) = told["accounts"]
    assert (account["read"], account["counts"]) == (2, {"unsubscribe": 1, "other": 1})
    assert told["news"][0]["note"] == "suppressed everywhere; 1 waiting mail cancelled"
    assert [entry["what"] for entry in firm.run("suppress", "list", "--json").json] == [CLIENT]
    assert "0 new mails" in firm.run("mailbox", "check", "ada").out


@needs_dovecot
def test_a_mailbox_that_refuses_the_login_is_told_with_the_code_of_servers(firm, dovecot):
    firm.write_config(account=real_account(dovecot).replace("env:TEST_PASSWORD", "env:HOME"))
    ran = firm.run("mailbox", "check", code=69)
    assert "refuses the login" in ran.err


def test_an_account_without_a_mailbox_is_told_what_to_write(firm):
    assert "`mailbox:`" in firm.run("mailbox", "check", code=2).err


def test_single_files_are_read_without_a_workspace(firm, tmp_path):
    (tmp_path / "notice.eml").write_bytes(mails.failed("5.1.1", "550 5.1.1 User unknown"))
    (tmp_path / "away.eml").write_bytes(mails.mail("I am out of the office.", subject="Automatic reply"))
    (firm.folder / "config.yaml").unlink()
    notice, away = firm.run("mailbox", "read", tmp_path / "notice.eml", tmp_path / "away.eml", "--json").json
    assert (notice["kind"], away["kind"]) == ("notice", "automatic")
    (said,) = notice["notices"]
    assert (said["recipient"], said["is_hard"], said["status"], said["words"]) == (
        mails.BOB,
        True,
        "5.1.1",
        "nobody has this address",
    )
    assert "failed: nobody has this address" in firm.run("mailbox", "read", tmp_path / "notice.eml").out


def test_a_person_is_shown_all_that_is_held_and_then_forgotten_for_good(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("export", CLIENT, "--out", "held.html")
    assert "Bob1" in (firm.folder / "held.html").read_text(encoding="utf-8")
    firm.run("forget", CLIENT, "--yes")
    assert firm.run("export", CLIENT, "--json").json["rehearsal.db"]["mails"] == []
    firm.run("drafts", "discard", "2", "3")
    firm.run("campaigns", "prepare", "thanks", "--again")
    addresses = [draft["address"] for draft in firm.run("drafts", "list", "thanks", "--json").json]
    assert CLIENT not in addresses
    assert b"client1" not in (firm.folder / "rehearsal.db").read_bytes()


def test_forgetting_leaves_what_was_rehearsed_for_another_whose_address_ends_alike(firm):
    firm.write_sheet([row(1), row(2, e_mail=f"jim{CLIENT}"), row(3, e_mail=f"{CLIENT}.au")])
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("send", "thanks", "--yes")
    assert "1 rehearsed removed" in firm.run("forget", CLIENT, "--yes").out
    assert len(list((firm.folder / "outbox").glob("**/*.eml"))) == 2


def test_who_is_forgotten_by_the_key_of_the_sheet_leaves_no_rehearsal_and_who_wrote_it_keeps_theirs(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("send", "thanks", "--yes")
    assert "0 rehearsed removed" in firm.run("forget", "ada@harbourvale.example", "--yes").out
    assert "1 rehearsed removed" in firm.run("forget", "C0001", "--yes").out


def test_forgetting_takes_what_was_rehearsed_of_a_real_campaign_too(firm):
    firm.write_config(account=smtp_account(9))
    firm.run("--rehearse", "campaigns", "prepare", "thanks")
    firm.run("--rehearse", "drafts", "approve", "thanks", "--all", "--yes")
    firm.run("--rehearse", "send", "thanks", "--yes")
    assert "1 rehearsed removed" in firm.run("forget", CLIENT, "--yes").out


def test_what_is_no_address_and_names_nobody_is_not_called_forgotten(firm):
    refused = firm.run("forget", "Bob Stone", "--yes", code=2)
    assert "“Bob Stone” is no address, and nobody is known by it." in refused.err


def test_forgetting_asks_first(firm):
    assert "--yes" in firm.run("forget", CLIENT, code=2).err


def test_a_marketing_mail_carries_its_one_click_address_and_the_firms_signature(firm):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (firm.folder / "dkim.pem").write_bytes(pem)
    firm.write_config(account="outbox: outbox/\n    dkim: {key_file: dkim.pem}")
    config = (firm.folder / "config.yaml").read_text()
    head = "name: Harbour & Vale LLP\n  postal_address: 12 Quay Street\n  unsubscribe_at: https://leave.harbourvale.example"
    (firm.folder / "config.yaml").write_text(config.replace("name: Harbour & Vale LLP", head))
    firm.write_template(TEMPLATE.replace("---\nDear", "kind: marketing\n---\nDear") + "\n{{ unsubscribe }}\n")
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("send", "thanks", "--yes")
    mail = firm.outbox[0].read_bytes()
    assert re.search(rb"List-Unsubscribe: <https://leave.harbourvale.example/[\w.-]+>, <mailto:", mail)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mail
    assert mail.startswith(b"DKIM-Signature:")
    assert dkim.DKIM(mail).domain is None


def test_a_personal_campaign_that_starts_to_say_how_to_leave_is_looked_at_again(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.write_config(campaign="review: each\n    unsubscribe: true")
    firm.run("send", "thanks", "--yes", code=None)
    assert firm.outbox == []
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("send", "thanks", "--yes")
    mail = firm.outbox[0].read_text()
    assert "List-Unsubscribe: <mailto:ada@harbourvale.example?subject=unsubscribe>" in mail
    assert "If you would rather not hear from us this way" in mail


@needs_dovecot
def test_the_schedule_reads_the_mailbox_before_it_sends(firm, dovecot):
    firm.write_config(account=real_account(dovecot))
    firm.run("campaigns", "prepare", "thanks")
    dovecot.deliver(mails.mail("", sender=CLIENT, subject="unsubscribe"))
    firm.run("run", "--once", code=None)
    assert [entry["what"] for entry in firm.run("suppress", "list", "--json").json] == [CLIENT]


@needs_dovecot
def test_approved_mails_are_laid_into_the_drafts_of_their_account(firm, dovecot):
    firm.write_config(account=real_account(dovecot))
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    assert firm.run("mailbox", "drafts", "thanks", "--json").json == {"ada": 3}
    assert "3 mails put into its own drafts" in firm.run("mailbox", "drafts", "thanks").out
    statuses = {each["status"] for each in firm.run("deliveries", "list", "thanks", "--json").json}
    assert statuses == {"unconfirmed"}


@needs_dovecot
def test_nothing_is_laid_into_drafts_where_one_account_of_the_campaign_has_no_mailbox(firm, dovecot):
    ben = "\n  ben: {from: Ben Vale <ben@harbourvale.example>, owners: [Ben], server: '127.0.0.1:9', security: none}"
    firm.write_config(account=real_account(dovecot) + ben, campaign="doubled: allow")
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text().replace("from: ada", "from: {field: owner}"))
    firm.edit_sheet(lambda sheet: sheet.cell(2, 5, "Ben"))
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    assert "Account ben has no `mailbox:`" in firm.run("mailbox", "drafts", "thanks", code=2).err
    statuses = {each["status"] for each in firm.run("deliveries", "list", "thanks", "--json").json}
    assert statuses == {"queued"}


@needs_dovecot
def test_what_changed_since_the_yes_is_not_laid_into_drafts(firm, dovecot):
    firm.write_config(account=real_account(dovecot))
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.edit_sheet(lambda sheet: sheet.cell(2, 3, "Robert"))
    ran = firm.run("mailbox", "drafts", "thanks", "--json")
    assert ran.json == {"ada": 2}
    assert "1 mail changed after approval" in ran.err


def test_a_ledger_in_doubt_lays_nothing_into_drafts(firm):
    firm.write_config(account=smtp_account(9))
    firm.run("check", code=None)
    firm.folder.rename(firm.folder.with_name("moved"))
    moved = Firm(firm.folder.with_name("moved"))
    assert "moved or copied" in moved.run("mailbox", "drafts", "thanks", code=74).err
