"""Before sending: drafts are made once, held where they must be, and go only with a person's yes."""

from datetime import datetime, timedelta

import pytest

from mailer import campaigns
from mailer.errors import ContactsError, TemplateError, UsageError
from mailer.ledger import people
from mailer.ledger.moves import move
from mailer.model import Status
from tests.factories import NOW, contact
from tests.preparing import approve_all, entries, kinds, prepare, refresh, words
from tests.workspaces import row, smtp_account


def test_each_row_becomes_one_draft_in_its_own_words(workspace):
    done = prepare(workspace)
    assert (done.made, done.round) == (3, "1")
    assert [entry.subject for entry in entries(workspace)] == ["Thank you, Bob1", "Thank you, Bob2", "Thank you, Bob3"]
    assert "thank you for 101." in words(workspace, 1).text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("warn", ({"no-personal-line", "odd-name"}, False)),
        ("hold", ({"no-personal-line", "odd-name"}, True)),
        ("hold\n    quiet: [odd-name]", ({"no-personal-line"}, True)),
        ("off", (set(), False)),
    ],
)
def test_what_smells_of_routine_stands_beside_the_draft_and_holds_only_where_asked(firm, said, expected):
    firm.write_config(campaign=f"sincerity: {said}")
    with firm.open() as workspace:
        prepare(workspace)
        assert [(kinds(entry), entry.held) for entry in entries(workspace)] == [expected] * 3


def test_a_new_round_knows_what_they_have_read_and_how_lately(workspace):
    prepare(workspace)
    approve_all(workspace)
    with workspace.ledger.begin() as tx:
        move(tx, [1], Status.SENDING, at=NOW, who="test")
        move(tx, [1], Status.SENT, at=NOW, who="test", values={"sent_at": NOW})
        move(tx, [2, 3], Status.CANCELLED, at=NOW, who="test")

    prepare(workspace, again=True)

    found = {entry.person: kinds(entry) for entry in entries(workspace, round_name="2")}
    assert "too-soon" in found[1]
    assert "too-soon" not in found[2]


def test_a_held_draft_that_is_mended_after_the_next_round_began_is_no_second_mail(firm, workspace):
    firm.edit_sheet(lambda sheet: sheet.delete_rows(3, 2))
    firm.edit_sheet(lambda sheet: sheet.__setitem__("F2", "#N/A"))
    prepare(workspace)
    assert [entry.held for entry in entries(workspace)] == [True]
    prepare(workspace, again=True)
    firm.edit_sheet(lambda sheet: sheet.__setitem__("F2", 101))
    prepare(workspace)
    refresh(workspace)
    approve_all(workspace)
    assert [(entry.round, entry.status) for entry in entries(workspace)] == [("1", "cancelled"), ("2", "queued")]


def test_how_lately_is_counted_in_the_days_of_the_firm(firm):
    late = datetime.fromisoformat("2026-11-24T23:30:00+00:00")  # in Lagos it is the next day
    with firm.open(start=late) as workspace:
        prepare(workspace)
        approve_all(workspace)
        with workspace.ledger.begin() as tx:
            move(tx, [1], Status.SENDING, at=late, who="test")
            move(tx, [1], Status.SENT, at=late, who="test", values={"sent_at": late - timedelta(hours=1)})
            move(tx, [2, 3], Status.CANCELLED, at=late, who="test")
        prepare(workspace, again=True)
        found = {entry.person: entry for entry in entries(workspace, round_name="2")}
    assert "They last heard from us yesterday." in {each.what for each in found[1].problems}


def test_preparing_twice_makes_no_second_draft(workspace):
    prepare(workspace)
    again = prepare(workspace)
    assert (again.made, again.changed, again.unchanged) == (0, 0, 3)
    assert len(entries(workspace)) == 3


def test_a_sorted_sheet_and_an_inserted_row_change_only_what_is_new(firm, workspace):
    prepare(workspace)
    firm.write_sheet([row(3), row(9), row(1), row(2)])
    again = prepare(workspace)
    assert (again.made, again.voided) == (1, [])


def test_an_approved_draft_is_queued_with_a_message_id_of_our_domain(workspace):
    prepare(workspace)
    assert approve_all(workspace).done == (1, 2, 3)
    (entry, *_) = entries(workspace)
    assert entry.status is Status.QUEUED
    assert entry.message_id.endswith("@harbourvale.example>")


def test_an_approval_names_the_words_that_were_seen(workspace):
    prepare(workspace)
    decision = campaigns.approve(workspace.ledger, [1], who="ada", now=NOW, seen={1: "other words"})
    assert decision.refused == {1: "its words changed since they were shown"}


def test_two_people_on_one_address_get_one_mail_unless_allowed(firm, workspace):
    firm.write_sheet([row(1), row(2, e_mail="client1@client.example")])
    prepare(workspace)
    first, second = entries(workspace)
    assert (first.held, kinds(second) & {"doubled"}) == (False, {"doubled"})
    assert all(problem.what.endswith(").") for problem in second.problems if problem.kind == "doubled")
    assert approve_all(workspace).done == (first.id,)


def test_one_address_in_other_letter_case_is_doubled_too(firm, workspace):
    firm.write_sheet([row(1), row(2, e_mail="Client1@client.example")])
    prepare(workspace)
    first, second = entries(workspace)
    assert (kinds(first) & {"doubled"}, kinds(second) & {"doubled"}) == (set(), {"doubled"})


def test_an_address_that_had_the_mail_in_an_earlier_preparation_is_doubled_in_any_letter_case(firm, workspace):
    firm.write_sheet([row(1)])
    prepare(workspace)
    firm.write_sheet([row(1), row(2, e_mail="CLIENT1@client.example")])
    prepare(workspace)
    first, second = entries(workspace)
    assert (kinds(first) & {"doubled"}, kinds(second) & {"doubled"}) == (set(), {"doubled"})


def test_an_address_that_nobody_is_written_to_any_more_is_not_doubled(firm, workspace):
    firm.write_sheet([row(1)])
    prepare(workspace)
    firm.write_sheet([row(1, e_mail="new@client.example")])
    prepare(workspace)
    firm.write_sheet([row(1, e_mail="new@client.example"), row(2, e_mail="client1@client.example")])
    prepare(workspace)
    assert all("doubled" not in kinds(entry) for entry in entries(workspace))


def test_the_same_address_twice_is_allowed_where_the_campaign_says_so(firm):
    firm.write_sheet([row(1), row(2, e_mail="client1@client.example")])
    firm.write_config(campaign="doubled: allow")
    with firm.open() as workspace:
        prepare(workspace)
        assert len(approve_all(workspace).done) == 2


def test_a_suppressed_contact_is_held_and_what_waited_is_called_back(workspace):
    prepare(workspace)
    approve_all(workspace)
    done = campaigns.suppress(workspace.ledger, ["client2@client.example"], reason="asked", who="ada", now=NOW)
    assert done.cancelled == (2,)
    campaigns.cancel(workspace.ledger, who="ada", now=NOW, address="client1@client.example")
    campaigns.cancel(workspace.ledger, who="ada", now=NOW, address="client3@client.example")
    prepare(workspace, again=True)
    assert [entry.held for entry in entries(workspace, round_name="2")] == [False, True, False]


MIXED = """
accounts:
  ben: {from: Ben Vale <ben@harbourvale.example>, owners: [Ben], outbox: outbox/}
"""


def test_a_mail_that_would_only_be_rehearsed_in_a_real_campaign_is_held(firm):
    firm.write_config(account=smtp_account(2525), campaign="review: each")
    config = firm.folder / "config.yaml"
    text = config.read_text().replace("\naccounts:\n", MIXED).replace("    from: ada\n", "    from: {field: owner}\n")
    config.write_text(text)
    firm.write_sheet([row(1), row(2, owner="Ben")])
    with firm.open() as workspace:
        prepare(workspace)
        ada, ben = entries(workspace)
        assert ("mixed-accounts" in kinds(ada), ada.held) == (False, False)
        assert ("mixed-accounts" in kinds(ben), ben.held) == (True, True)
    with firm.open(rehearse=True) as workspace:
        prepare(workspace)
        assert not any(entry.held for entry in entries(workspace))


def test_a_row_is_left_out_by_where(firm):
    firm.write_config(campaign="where: amount > 101")
    with firm.open() as workspace:
        done = prepare(workspace)
    assert (done.made, done.skipped["excluded"]) == (2, 1)


def test_an_owner_whom_no_account_serves_holds_the_draft(firm):
    firm.write_sheet([row(1, owner="Ada"), row(2, owner="Zoe")])
    text = (firm.folder / "config.yaml").read_text().replace("from: ada", "from: {field: owner}")
    (firm.folder / "config.yaml").write_text(text)
    with firm.open() as workspace:
        prepare(workspace)
        first, second = entries(workspace)
    assert not first.held
    assert "no-account" in kinds(second)


def test_a_second_round_over_one_that_has_not_gone_would_write_to_the_same_people_twice(workspace):
    prepare(workspace)
    twice = "3 mails of round 1 of thanks have not gone yet; a new round would write to the same people twice."
    with pytest.raises(UsageError, match=twice):
        prepare(workspace, again=True)
    campaigns.approve(workspace.ledger, [1], who="ada", now=NOW)
    campaigns.discard(workspace.ledger, [2, 3], who="ada", now=NOW)
    with pytest.raises(UsageError, match="1 mail of thanks has not gone yet"):
        prepare(workspace, again=True)


def test_a_second_round_is_a_person_s_wish(workspace):
    prepare(workspace)
    campaigns.discard(workspace.ledger, [1, 2, 3], who="ada", now=NOW)
    assert prepare(workspace, again=True).round == "2"
    assert prepare(workspace).round == "2"


def test_a_cancelled_campaign_calls_back_everything_that_has_not_gone(workspace):
    prepare(workspace)
    approve_all(workspace)
    assert len(campaigns.cancel(workspace.ledger, who="ada", now=NOW, campaign="thanks").done) == 3
    with pytest.raises(UsageError, match="cancelled"):
        prepare(workspace)


def test_a_cancelled_round_takes_in_nobody_new_when_it_is_rendered_again(firm, workspace):
    prepare(workspace)
    campaigns.cancel(workspace.ledger, who="ada", now=NOW, campaign="thanks")
    firm.write_sheet([row(1), row(2), row(3), row(4)])
    again = campaigns.AsItStands("1", 0)
    done = campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", again, now=workspace.now)
    assert done.made == 0
    assert len(entries(workspace)) == 3


def test_a_discarded_draft_stays_discarded_until_it_is_taken_back(workspace):
    prepare(workspace)
    campaigns.discard(workspace.ledger, [1], who="ada", now=NOW)
    prepare(workspace)
    assert entries(workspace)[0].status is Status.DISCARDED
    assert campaigns.reconsider(workspace.ledger, [1], who="ada", now=NOW).done == (1,)


def test_review_none_approves_what_nothing_holds(firm):
    firm.write_config(campaign="review: none")
    firm.write_sheet([row(1), row(2, first_name=None)])
    with firm.open() as workspace:
        prepare(workspace)
        assert [entry.status for entry in entries(workspace)] == [Status.QUEUED, Status.DRAFT]


def test_someone_new_with_the_name_of_someone_gone_is_told(firm):
    text = (firm.folder / "config.yaml").read_text().replace("    key: Client no\n", "")
    (firm.folder / "config.yaml").write_text(text)
    with firm.open() as workspace:
        prepare(workspace)
    firm.edit_sheet(lambda sheet: sheet.cell(2, 2, "bob.new@client.example"))
    with firm.open() as workspace:
        later = workspace.now.replace(hour=12)
        done = campaigns.prepare(
            workspace.ledger, workspace.config, workspace.folder, "thanks", campaigns.ByHand(), now=later
        )
    (rename,) = [problem for problem in done.problems if problem.kind == "probable-rename"]
    assert rename.cure == "If they are one person: mailer contacts merge client1@client.example bob.new@client.example"


@pytest.mark.parametrize(
    ("template", "said"),
    [("---\nsubject: Hi\n---\n{% if %}", "thanks.md, line"), ("---\nsubject: [\n---\n", "thanks.md")],
)
def test_a_broken_template_is_named_with_its_line(firm, workspace, template, said):
    firm.write_template(template)
    with pytest.raises(TemplateError, match=said):
        prepare(workspace)


def test_a_missing_sheet_is_named(firm, workspace):
    (firm.folder / "clients.xlsx").unlink()
    with pytest.raises(ContactsError, match=r"clients\.xlsx"):
        prepare(workspace)


def test_a_blank_first_name_and_an_error_value_hold_their_rows_and_no_other(firm, workspace):
    firm.write_sheet([row(1, first_name=None), row(2, amount="#N/A"), row(3)])
    prepare(workspace)
    assert [entry.held for entry in entries(workspace)] == [True, True, False]


def test_an_unknown_campaign_is_told_with_what_there_is(workspace):
    with pytest.raises(UsageError, match="“thank”") as refused:
        campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "thank", campaigns.ByHand(), now=NOW)
    assert "thanks" in refused.value.cure


def test_of_grouped_rows_only_those_are_in_the_mail_that_where_asks_for(firm):
    """The first invoice of Bob1 is paid and the third is not; Bob2 owes nothing."""
    bill = "---\nsubject: Open, {{ first_name }}\n---\n{% for row in rows %}{{ row.amount }};{% endfor %}\n"
    firm.write_template(bill)
    rows = [
        row(1, amount=10),
        row(2, amount=20),
        row(1, client_no="C9", amount=300),
        row(1, client_no="C8", amount=500),
    ]
    firm.write_sheet(rows)
    firm.write_config(campaign="where: amount > 100")
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("key: Client no", "group_by: address"), encoding="utf-8")
    done = firm.run("campaigns", "prepare", "thanks")
    (only,) = firm.run("drafts", "list", "thanks", "--json").json
    assert (only["address"], only["text"].strip()) == ("client1@client.example", "300;500;")
    assert "2 rows left out by `where:`" in done.out


NEWS = """
contacts:
  news: {file: news.csv}
"""


def test_who_stands_in_two_lists_of_a_campaign_has_the_words_of_the_first_and_a_yes_that_lasts(firm):
    config = firm.folder / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("\ncontacts:\n", NEWS)
    config.write_text(text.replace("contacts: clients", "contacts: [clients, news]"), encoding="utf-8")
    (firm.folder / "news.csv").write_text(
        "E-mail,First name,Amount\nclient1@client.example,Bobby,1\nzoe@client.example,Zoe,2\n", encoding="utf-8"
    )
    with firm.open() as workspace:
        first = prepare(workspace)
        approve_all(workspace)
        second = prepare(workspace)
        subjects = [entry.subject for entry in entries(workspace)]
    assert subjects == ["Thank you, Bob1", "Thank you, Bob2", "Thank you, Bob3", "Thank you, Zoe"]
    assert (first.made, first.changed, first.skipped["met"]) == (4, 0, 1)
    assert (second.changed, second.unchanged, second.voided) == (0, 4, [])


def test_two_rows_of_people_who_were_joined_make_one_mail(workspace):
    sheet = [contact(f"client{number}@client.example", key=f"C000{number}") for number in (1, 2)]
    with workspace.ledger.begin() as tx:
        first, second = people.identify(tx, sheet, at=NOW)
        people.merge(tx, second, first)
    done = prepare(workspace)
    assert (done.made, done.skipped["met"]) == (2, 1)
    assert [entry.subject for entry in entries(workspace)] == ["Thank you, Bob1", "Thank you, Bob3"]


def test_a_condition_that_cannot_be_worked_out_names_the_row(firm):
    firm.edit_sheet(lambda sheet: sheet.__setitem__("F3", "a lot"))
    firm.write_config(campaign="where: amount > 5")
    with firm.open() as workspace, pytest.raises(ContactsError, match="row 3: `amount > 5`: “amount” is text here"):
        prepare(workspace)
