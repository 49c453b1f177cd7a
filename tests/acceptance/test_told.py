"""What a person is told when something did not go as asked: why, and what to type next."""

import re
import shlex

import pytest

from tests.workspaces import HEADER, TEMPLATE, row, smtp_account


@pytest.fixture
def prepared(firm):
    """A firm with three drafts."""
    firm.run("campaigns", "prepare", "thanks")
    return firm


def test_a_yes_to_what_was_given_up_is_told_how_to_take_that_back(prepared):
    prepared.run("drafts", "discard", 1)
    refused = prepared.run("drafts", "approve", 1, 2, code=1)
    assert "1 not: it is discarded, not a draft." in refused.err
    assert "→ Make them drafts again first: mailer drafts discard --undo 1\n" in refused.err
    assert "1 approved." in refused.out


def test_a_no_is_said_to_drafts_by_number_never_to_a_whole_campaign(prepared):
    assert "→ `mailer drafts list` shows them" in prepared.run("drafts", "discard", "thanks", code=2).err
    assert len(prepared.run("drafts", "list", "--json").json) == 3


def test_what_cannot_be_decided_any_more_is_told_by_what_it_is(prepared):
    prepared.run("drafts", "approve", 1)
    assert "1 not: it is queued already." in prepared.run("deliveries", "retry", 1, code=1).err
    assert "1 not: it is queued, not unconfirmed." in prepared.run("deliveries", "resolve", 1, "--sent", code=1).err
    assert "1 not: it is queued and cannot be discarded." in prepared.run("drafts", "discard", 1, code=1).err


def test_what_holds_the_new_drafts_is_told_once_when_they_are_made(firm):
    firm.write_template(TEMPLATE.replace("{{ first_name }}", "{{ frist_name }}"))
    done = firm.run("campaigns", "prepare", "thanks")
    assert "did you mean “first_name”?" in done.out
    assert "The subject is empty" not in done.out
    listed = firm.run("drafts", "list").out
    assert "did you mean “first_name”? And 2 more." in listed


def test_the_list_of_campaigns_shows_which_are_paused(firm):
    firm.run("campaigns", "pause", "thanks")
    assert "paused; else when you send it" in firm.run("campaigns", "list").out
    assert firm.run("campaigns", "list", "--json").json[0]["paused"] is True


def test_numbers_of_rehearsed_mails_are_told_from_those_of_real_ones(firm):
    config = firm.folder / "config.yaml"
    firm.write_config(account=smtp_account(1) + "\n  mock: {outbox: outbox/, from: Mo <mo@harbourvale.example>}")
    real = config.read_text(encoding="utf-8")
    config.write_text(f"{real}  tried: {{contacts: clients, template: thanks, from: mock}}\n", encoding="utf-8")
    firm.run("campaigns", "prepare", "tried")
    assert "mailer --rehearse drafts …" in firm.run("drafts", "list", "tried").err
    assert "not among them: mailer --rehearse drafts list" in firm.run("drafts", "list").err
    assert firm.run("drafts", "list", "thanks").err == ""


def test_a_demo_never_touches_a_workspace_that_is_there(firm):
    firm.write_template(name="thank-you.md")
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("  thanks:", "  thank-you:"), encoding="utf-8")
    for options in ([], ["--schedule"]):
        refused = firm.run("demo", ".", *options, code=2)
        assert "already has a config.yaml" in refused.err
        assert refused.out == ""
    assert firm.outbox == []


def test_nothing_that_is_sent_by_hand_is_late(prepared):
    prepared.run("drafts", "approve", 1)
    prepared.run("drafts", "discard", "--undo", 1)
    prepared.run("drafts", "approve", 1)
    prepared.run("send", "thanks", "--yes")
    assert "1 not: it is sent, not a draft." in prepared.run("drafts", "approve", 1, 2, code=1).err


def test_a_check_looks_at_a_campaign_in_turn_too(firm):
    firm.write_config(campaign="review: each\n    when: {every: month, on: first monday}\n    in_turn: true")
    assert "1 campaign checked" in firm.run("check", "--offline", code=None).out


def test_a_number_that_a_real_and_a_rehearsed_mail_share_is_refused_until_it_is_said_which(firm):
    firm.write_config(account=smtp_account(1))
    for ledger in ("--rehearse", "--real"):
        firm.run(ledger, "campaigns", "prepare", "thanks")
    for command in ("drafts approve", "drafts discard", "drafts show", "drafts diff", "deliveries retry"):
        assert "There are two mails 1" in firm.run(*command.split(), 1, code=2).err
    firm.run("--real", "drafts", "discard", 1)
    firm.run("--rehearse", "drafts", "approve", 1)
    assert firm.run("--rehearse", "--real", "drafts", "list", code=2).out == ""
    assert [each["status"] for each in firm.run("drafts", "list", "--all", "--json").json] == [
        "discarded",
        *2 * ["draft"],
    ]
    firm.run("--rehearse", "campaigns", "cancel", "thanks", "--yes")
    firm.run("drafts", "approve", 2)


def test_a_misspelt_column_in_the_config_is_told_with_the_nearest(firm):
    firm.write_config(campaign="when: {date: brthday}")
    text = (firm.folder / "config.yaml").read_text("utf-8")
    text = text.replace("    from: ada\n", "    from: {field: ownr, otherwise: ada}\n")
    (firm.folder / "config.yaml").write_text(text, encoding="utf-8")
    firm.write_sheet([[*row(1), "6 December"]], header=[*HEADER, "Birthday"])
    said = firm.run("check", "--offline").out
    assert "no column “brthday” for the `when:` of thanks; did you mean `birthday`?" in said
    assert "no column “ownr” that would name the account, so this leaves from ada; did you mean `owner`?" in said
    assert "no column “brthday”" in firm.run("schedule").out
    (firm.folder / "config.yaml").write_text(text.replace(", otherwise: ada", ""), encoding="utf-8")
    assert "no column “ownr” that would name the account; did you mean `owner`?" in firm.run("check").out


def test_what_cannot_be_done_is_never_passed_over_in_silence(firm):
    assert "There is no campaign “nope”" in firm.run("contacts", "status", "nope", code=2).err
    assert "There is nothing to keep." in firm.run("contacts", "note", "C0001", " ", code=2).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("drafts list thanks", "No drafts. Make some: mailer campaigns prepare thanks\n"),
        ("drafts list thanks --status failed", "No such drafts.\n"),
        ("deliveries list thank", "No such mails.\n"),
        ("deliveries list", "No such mails.\n"),
        ("campaigns status", "Nothing is prepared yet.\n"),
        ("suppress list", "Nobody is suppressed.\n"),
    ],
)
def test_a_list_of_nothing_says_so(firm, words, said):
    assert firm.run(*words.split()).out == said


def test_a_condition_that_is_none_names_its_campaign(firm):
    firm.write_config(campaign="where: 'amount >= ('")
    for words in (("campaigns", "prepare", "thanks"), ("check",)):
        assert "config.yaml, `where:` of thanks: `amount >= (` is not an expression" in firm.run(*words, code=78).err
    firm.write_config(campaign="where: 'amount >= ('\n    when: {every: day}")
    assert "config.yaml, `where:` of thanks: " in firm.run("schedule", code=78).err


def test_check_finds_what_is_wrong_with_the_words_of_a_follow_up_too(firm):
    follow_up = "follow_up: [{after: 2 days, template: again}, {after: 3 days, template: nowhere}]"
    firm.write_config(campaign=follow_up)
    firm.write_template(TEMPLATE.replace("{{ amount }}", "{{ shoe_size }}"), "again.md")
    said = [problem["what"] for problem in firm.run("check", "thanks", "--json", code=65).json["problems"]]
    assert any("no column gives “shoe_size”" in what for what in said)
    assert any("no template “nowhere”" in what for what in said)


def test_mails_of_an_account_that_is_gone_keep_no_other_mail_back_and_are_told(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    config = firm.folder / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("  ada:", "  bea:").replace(": ada", ": bea")
    config.write_text(text.replace("  thanks:", "  others:"), encoding="utf-8")
    firm.run("campaigns", "prepare", "others")
    firm.run("drafts", "approve", "others", "--all", "--yes")
    assert firm.run("send", "others", "--yes", "--json", code=None).json["sent"] == 3
    assert "no longer in config.yaml" in firm.run("send", "--yes", code=75).err


def test_a_test_of_mails_whose_account_is_gone_is_refused_in_a_sentence(firm):
    firm.run("campaigns", "prepare", "thanks")
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("send", "thanks", "--yes")
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text().replace("  ada:", "  bea:").replace(": ada", ": bea"), encoding="utf-8")
    refused = firm.run("test", "thanks", "--to", "me@harbourvale.example", code=78)
    assert "account “ada”, which is no longer in config.yaml" in refused.err


@pytest.mark.parametrize("key", [None, "no key at all"])
def test_check_finds_a_key_that_cannot_sign(firm, key):
    firm.write_config(account="outbox: outbox/\n    dkim: {key_file: dkim.pem, selector: mailer}")
    if key:
        (firm.folder / "dkim.pem").write_text(key)
    (problem,) = [each for each in firm.run("check", "--json", code=78).json["problems"] if each["kind"] == "dkim-key"]
    assert "dkim.pem" in problem["what"] or "DKIM" in problem["what"]


@pytest.mark.parametrize("own", ["clients.xlsx", "config.yaml", "templates/thanks.md"])
def test_no_file_of_ones_own_is_written_over(firm, own):
    before = (firm.folder / own).read_bytes()
    for words in (
        ["report", "--xlsx"],
        ["report", "--html"],
        ["schedule", "--ics"],
        ["export", "a@b.example", "--out"],
    ):
        assert f"{own} is one of your own files; nothing was written." in firm.run(*words, own, code=2).err
    assert (firm.folder / own).read_bytes() == before


def test_who_is_called_back_is_named_as_mail_programs_write_them_or_refused(prepared):
    cancel = ("campaigns", "cancel", "thanks", "--yes", "--address")
    assert "“Bob” is not an address;" in prepared.run(*cancel, "Bob", code=2).err
    assert prepared.run(*cancel, "Bob <client1@client.example>").out == "1 mail cancelled.\n"


def test_what_is_to_be_typed_next_can_be_pasted_whatever_the_campaign_is_called(firm):
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("  thanks:\n", "  merci à tous:\n"), encoding="utf-8")
    told = firm.run("campaigns", "prepare", "merci à tous").out
    next_step = re.search(r"Approve them: mailer (.+)", told)
    told = firm.run(*shlex.split(next_step[1]), "--all", "--yes").out
    next_step = re.search(r"→ Send: mailer (.+)", told)
    firm.run(*shlex.split(next_step[1]), "--yes")
    assert len(firm.outbox) == 3


def test_a_check_tells_of_a_time_that_had_passed_before_the_campaign_was_seen(firm):
    firm.write_config(campaign="when: {at: 2020-12-01}")
    said = [problem["what"] for problem in firm.run("check", "--json").json["problems"]]
    assert "nothing of it goes: its only time, 2020-12-01 09:30, had passed when it was first seen" in said


def test_a_check_tells_of_a_country_that_is_none(firm):
    config = firm.folder / "config.yaml"
    for country, told in (("EN", True), ("UK", False)):
        config.write_text(config.read_text(encoding="utf-8").replace("country: NG", f"country: {country}"), "utf-8")
        assert ("`EN` is the code of no country" in firm.run("check").out) is told
        config.write_text(config.read_text(encoding="utf-8").replace(f"country: {country}", "country: NG"), "utf-8")


def test_one_thing_alone_became_of_an_unconfirmed_mail(firm):
    for words in ([], ["--sent", "--send-again"]):
        assert "Add --sent, --send-again or --cancel: one of them." in firm.run(
            "deliveries", "resolve", 1, *words, code=2
        ).err  # fmt: skip


def test_a_sheet_with_nobody_in_it_says_so(firm):
    firm.write_sheet([])
    assert "Nobody in it can be written to" in firm.run("contacts", "check", "clients", code=65).err


def test_an_account_without_a_login_is_not_said_to_have_a_password(firm):
    firm.write_config(account=smtp_account(1))
    listed = firm.run("accounts", "list").out
    assert ("none: no `username:`" in listed, "keyring" in listed) == (True, False)


@pytest.mark.parametrize("words", ["deliveries list", "drafts list", "campaigns status", "report", "preview"])
def test_a_campaign_that_is_none_is_told_apart_from_one_that_has_nothing(firm, words):
    assert "There is no campaign “thnaks” in config.yaml." in firm.run(*words.split(), "thnaks", code=2).err


def test_a_ready_campaign_is_found_by_the_nearest_name(firm):
    assert "did you mean `birthdays`?" in firm.run("campaigns", "add", "birthday", code=2).err
