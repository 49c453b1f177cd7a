"""The main job with the installed command: from a spreadsheet to mails, with wrong input answered in one sentence."""

import email
import email.policy
import os
import pty
import signal
import subprocess

import pytest

from tests.servers import Cut, ScriptedServer
from tests.workspaces import COMMAND, TEMPLATE, row, smtp_account

#: What a cell may hold to break out of its place.
HOSTILE = [
    "Bob\r\nBcc: victim@evil.example",
    "Bob\nBcc: victim@evil.example",
    "Bob\u0085Bcc: victim@evil.example",
    "Bob\u2028Bcc: victim@evil.example",
    "Bob =?utf-8?q?=0ABcc:_victim@evil.example?=",
    "Bob\u202egnp.exe",
    "{{ 7 * 7 }}",
    "{% include 'config.yaml' %}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "O'Brien & Söhne",
    "محمد",
]


def read_mail(path):
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def send_all(firm, *options, code=0):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    return firm.run("send", "thanks", "--yes", *options, code=code)


def test_a_workbook_becomes_mails_in_the_outbox(firm):
    done = send_all(firm, "--json")
    assert done.json == {"sent": 3, "deferred": 0, "failed": 0, "unconfirmed": 0, "remaining": 0}
    mail = read_mail(firm.outbox[0])
    assert mail["Subject"] == "Thank you, Bob1"
    assert mail.get_body(("plain",)).get_content().startswith("Dear Bob1,")
    assert "Dear Bob1" in mail.get_body(("html",)).get_content()


def test_the_same_send_again_sends_nothing_and_says_so(firm):
    send_all(firm)
    again = firm.run("send", "thanks", "--yes")
    assert (again.out.strip(), len(firm.outbox)) == ("0 sent.", 3)
    assert "Nothing that was approved waits to be sent." in again.err


def test_sending_approves_nothing(firm):
    done = firm.run("send", "thanks", "--yes")
    assert done.out.strip() == "0 sent."
    assert "3 drafts of thanks to say yes to" in done.err
    assert firm.outbox == []


def test_without_a_terminal_and_without_yes_nothing_is_sent(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    refused = firm.run("send", "thanks", code=2)
    assert "--yes" in refused.err
    assert firm.outbox == []


def test_a_dry_run_tells_the_plan_and_sends_nothing(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    assert firm.run("send", "thanks", "--dry-run", "--json").json["remaining"] == 3
    assert firm.outbox == []


def test_hostile_cells_change_no_header_and_run_nothing(firm):
    firm.write_sheet(
        [row(0, first_name="Bob"), *(row(number, first_name=name) for number, name in enumerate(HOSTILE, 1))]
    )
    send_all(firm)
    mails = {read_mail(path)["To"].addresses[0].addr_spec: read_mail(path) for path in firm.outbox}
    usual = mails.pop("client0@client.example")
    for address, mail in mails.items():
        assert mail.keys() == usual.keys()
        assert [one.addr_spec for one in mail["To"].addresses] == [address]
        assert not mail.defects
        html = mail.get_body(("html",)).get_content()
        assert "<script" not in html
        assert "<img src=x" not in html
        assert "49" not in mail.get_body(("plain",)).get_content()
    held = [draft["address"] for draft in firm.run("drafts", "list", "thanks", "--json").json]
    assert len(mails) + len(held) == len(HOSTILE)
    assert "<script>alert(1)</script>" in mails["client9@client.example"].get_body(("plain",)).get_content()


def test_json_of_drafts_has_what_scripts_rely_on(firm):
    firm.run("campaigns", "prepare", "thanks")
    (draft, *_) = firm.run("drafts", "list", "thanks", "--json").json
    wanted = {"id", "campaign", "round", "address", "name", "subject", "text", "html", "status", "digest", "problems"}
    assert wanted <= set(draft)
    assert firm.run("drafts", "show", draft["id"], "--json").json == {**draft, "memos": []}


def test_json_of_deliveries_has_what_scripts_rely_on(firm):
    send_all(firm)
    (delivery, *_) = firm.run("deliveries", "list", "thanks", "--json").json
    wanted = {"id", "campaign", "round", "address", "status", "message_id", "due_at", "attempts", "last_reply"}
    assert wanted <= set(delivery)
    history = firm.run("deliveries", "show", delivery["id"], "--json").json["history"]
    assert [step["to"] for step in history] == ["queued", "sending", "sent"]


def test_a_changed_sheet_after_approval_waits_for_a_new_yes(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.edit_sheet(lambda sheet: sheet.cell(3, 6, 5000))
    done = firm.run("send", "thanks", "--yes", "--json")
    assert done.json["sent"] == 2
    assert "1 mail changed after approval" in done.err
    assert "+thank you for 5000." in firm.run("drafts", "diff", 2).out


def test_an_edit_by_hand_is_sent_as_written(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "edit", 1, "--personal-line", "The boat was a joy.", "--subject", "Dear old Bob")
    firm.run("drafts", "approve", 1)
    firm.run("send", "thanks", "--yes")
    (mail,) = map(read_mail, firm.outbox)
    assert mail["Subject"] == "Dear old Bob"
    assert "The boat was a joy." in mail.get_body(("plain",)).get_content()


def test_an_unconfirmed_mail_is_named_with_exit_code_1(firm):
    with ScriptedServer(lambda turn: Cut() if turn.is_at("dot", "") and turn.mail == 2 else None) as server:
        firm.write_config(account=smtp_account(server.port))
        done = send_all(firm, "--json", code=1)
    assert done.json["unconfirmed"] == 1
    assert "client2@client.example" in done.err
    assert "mailer deliveries resolve" in done.err
    listed = firm.run("deliveries", "list").out.splitlines()
    assert not any("250" in line for line in listed if " sent " in line)
    assert "may have arrived." in next(line for line in listed if " unconfirmed " in line)
    assert firm.run("deliveries", "resolve", 2, "--sent").out.strip() == "1 now counted as sent."


def test_a_server_that_is_not_there_is_one_sentence_and_exit_code_69(firm):
    with ScriptedServer() as server:
        port = server.port
    firm.write_config(account=smtp_account(port))
    done = send_all(firm, code=69)
    assert "cannot be reached" in done.err
    assert {each["status"] for each in firm.run("deliveries", "list", "--json").json} == {"queued"}


def test_ctrl_c_finishes_the_mail_in_hand_and_leaves_the_rest(firm):
    firm.write_sheet([row(number) for number in range(60)])
    holder: list[subprocess.Popen[str]] = []

    def interrupt(turn):
        if turn.is_at("dot") and turn.mail == 5 and holder:
            holder.pop().send_signal(signal.SIGINT)

    with ScriptedServer(interrupt) as server:
        firm.write_config(account=smtp_account(server.port))
        firm.run("campaigns", "prepare", "thanks")
        firm.run("drafts", "approve", "thanks", "--all", "--yes")
        process = firm.start("send", "thanks", "--yes", "--json")
        holder.append(process)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 75, err
    assert '"unconfirmed": 0' in out
    assert 5 <= len(server.accepted) < 60
    assert "Finishing the mails in hand" in err


def test_a_test_mail_goes_to_oneself_only_and_counts_as_contact_with_nobody(firm):
    firm.write_template(TEMPLATE.replace("---\nDear", "cc: boss@client.example\nbcc: [spy@client.example]\n---\nDear"))
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port))
        firm.run("test", "thanks", "--to", "me@harbourvale.example")
    assert {taken.rcpt_to for taken in server.accepted} == {("me@harbourvale.example",)}
    assert firm.run("deliveries", "list", "--json").json == []


def test_a_rehearsal_of_a_real_campaign_touches_no_server_and_no_real_round(firm):
    with ScriptedServer() as server:
        firm.write_config(account=smtp_account(server.port))
        firm.run("--rehearse", "campaigns", "prepare", "thanks")
        approved = firm.run("--rehearse", "drafts", "approve", "thanks", "--all", "--yes")
        assert "→ Send: mailer --rehearse send thanks" in approved.out
        firm.run("--rehearse", "send", "thanks", "--yes")
        done = firm.run("--rehearse", "campaigns", "status", "thanks")
    assert "nobody got them" in done.err
    assert (len(firm.outbox), server.connections) == (3, 0)
    assert firm.run("deliveries", "list", "--json").json == []


def approve_on_a_terminal(firm, keys):
    """What the review of the drafts prints to somebody who types these keys."""
    keyboard, terminal = pty.openpty()
    os.write(keyboard, keys)
    command = [COMMAND, "drafts", "approve", "thanks"]
    done = subprocess.run(
        command, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, text=True,
        cwd=firm.folder, env=firm.environment(), check=True, timeout=60,
    )  # fmt: skip
    os.close(keyboard)
    os.close(terminal)
    return done.stdout


def test_drafts_are_approved_one_by_one_on_a_terminal(firm):
    firm.run("campaigns", "prepare", "thanks")
    told = approve_on_a_terminal(firm, b"p\nThe boat was a joy.\nY\nn\nq\n")
    assert told.count("The boat was a joy.") == 1
    assert told.endswith("→ Send: mailer send thanks\n")
    assert [each["status"] for each in firm.run("drafts", "list", "--all", "--json").json] == [
        "queued",
        "discarded",
        "draft",
    ]


def test_approving_where_nothing_waits_says_so(firm):
    assert approve_on_a_terminal(firm, b"") == "No draft waits for your yes.\n"


def test_a_draft_that_is_held_is_listed_as_such_with_its_reason(firm):
    firm.write_sheet([row(1), row(2, first_name=None)])
    firm.run("campaigns", "prepare", "thanks")
    sound, held = (line for line in firm.run("drafts", "list", "thanks").out.splitlines() if "@" in line)
    assert "held" not in sound
    assert "draft, held" in held


def test_a_yes_is_taken_back_before_a_no(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    assert (
        "→ Take your yes back first: mailer drafts discard --undo 1 2"
        in firm.run("drafts", "discard", 1, 2, code=1).err
    )
    firm.run("drafts", "discard", "--undo", 1, 2)
    firm.run("drafts", "discard", 1)
    assert [each["status"] for each in firm.run("drafts", "list", "--all", "--json").json] == [
        "discarded",
        "draft",
        "queued",
    ]


def test_a_suppressed_domain_gets_nothing(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    assert "3 waiting mails cancelled" in firm.run("suppress", "add", "client.example").out
    assert firm.run("send", "thanks", "--yes").out.strip() == "0 sent."
    assert firm.run("suppress", "list", "--json").json[0]["what"] == "@client.example"


def test_whom_nobody_may_write_to_is_imported_from_a_text_or_a_table(firm):
    (firm.folder / "a.txt").write_text("bob@x.example\nnot an address\nexample.org\n")
    (firm.folder / "b.csv").write_text("Email;Name\nann@x.example;Ann\n")
    firm.run("suppress", "import", "b.csv")
    assert "a.txt, line 2: “not an address”" in firm.run("suppress", "import", "a.txt", code=1).err
    assert firm.run("suppress", "import", "clients.xlsx").out == "3 suppressed, 0 were already.\n"
    stopped = {each["what"] for each in firm.run("suppress", "list", "--json").json}
    assert stopped == {
        "ann@x.example",
        "bob@x.example",
        "@example.org",
        *(f"client{n}@client.example" for n in (1, 2, 3)),
    }


def test_check_finds_what_stands_in_the_way_without_touching_the_ledger(firm):
    firm.write_sheet([row(1), row(2, first_name=None), row(3, e_mail="nobody")])
    found = firm.run("check", "--json").json["problems"]
    assert {problem["severity"] for problem in found} >= {"hold"}
    assert firm.run("drafts", "list", "--json").json == []


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        (("send", "thank"), 2, "There is no campaign “thank”"),
        (("campaigns", "cancel", "thank", "--yes"), 2, "There is no campaign “thank”"),
        (("campaigns", "let-go", "thank"), 2, "There is no campaign “thank”"),
        (("drafts", "show", "99"), 2, "There is no draft 99"),
        (("drafts", "approve", "99"), 2, "There is no draft 99"),
        (("deliveries", "show", "99"), 2, "There is no delivery 99"),
        (("deliveries", "show", "9" * 20), 2, f"“{'9' * 20}” is not the number of a mail"),
        (("drafts", "discard", "9" * 20), 2, f"“{'9' * 20}” is not the number of a mail"),
        (("contacts", "new", ""), 2, "mailer contacts new clients.xlsx"),
        (("deliveries", "resolve", "1"), 2, "Say what became of it"),
        (("suppress", "add", "bob at home"), 2, "neither an address nor a domain"),
        (("test", "thanks", "--to", "me"), 2, "is not an address"),
        (("drafts", "approve", "thanks"), 2, "needs a terminal"),
        (("--config", "nowhere/config.yaml", "send"), 78, "config.yaml"),
    ],
)
def test_wrong_input_is_one_sentence_and_what_to_do_next(firm, wrong, code, said):
    refused = firm.run(*wrong, code=code)
    assert said in refused.err


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("clients.xlsx", b"PK not really", 65),
        ("templates/thanks.md", b"---\nsubject: Hi\n---\n{% if %}", 65),
        ("templates/thanks.md", b"---\nsubject: {{\n---\nHi", 65),
        ("config.yaml", b"firm: [", 78),
        ("ledger.db", b"not a database" * 100, 74),
    ],
)
def test_a_broken_file_is_named_with_the_right_exit_code(firm, file, content, code):
    if file == "ledger.db":
        firm.write_config(account=smtp_account(2525))
    (firm.folder / file).write_bytes(content)
    refused = firm.run("campaigns", "prepare", "thanks", code=code)
    assert file.rpartition("/")[2] in refused.err


def test_a_missing_column_is_named_with_the_nearest_one(firm):
    firm.write_template(TEMPLATE.replace("amount", "amuont"))
    firm.run("campaigns", "prepare", "thanks")
    (problem, *_) = firm.run("drafts", "list", "--json").json[0]["problems"]
    assert problem["severity"] == "hold"
    assert "amount" in problem["what"] + problem["cure"]


def test_who_leaves_at_the_question_is_told_that_nothing_was_sent(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    keyboard, terminal = pty.openpty()
    os.write(keyboard, b"\x04")
    done = subprocess.run(
        [COMMAND, "send", "thanks"], stdin=terminal, stderr=terminal, cwd=firm.folder, check=False, timeout=60
    )
    assert done.returncode == 130
    assert "Nothing was sent." in os.read(keyboard, 65_536).decode()
    os.close(keyboard)
    os.close(terminal)
    assert firm.outbox == []
