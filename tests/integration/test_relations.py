"""The sheets joined to a real ledger: who is neglected, and the story of one relation."""

from datetime import timedelta

import pytest

from mailer.campaigns import ByHand, prepare
from mailer.campaigns import suppress as silence
from mailer.care import State
from mailer.errors import UsageError
from mailer.ledger import erasing, people
from mailer.relations import find_contact, story_of
from mailer.scheduling.occasions import occasions_ahead
from tests.cared import CONFIG, make_caring, relations_of, send_thanks, touched
from tests.factories import NOW
from tests.workspaces import row


@pytest.fixture
def workspace(firm):
    """A caring firm's workspace."""
    with make_caring(firm).open() as opened:
        yield opened


def states(workspace):
    return {each.contact.address.split("@")[0]: str(each.standing) for each in relations_of(workspace).everyone}


def test_who_never_heard_from_us_is_neglected_clients_and_staff_alike(workspace):
    assert set(states(workspace).values()) == {"never"}
    assert {each.contact.audience for each in relations_of(workspace).neglected()} == {"client", "staff"}


def test_a_mail_of_ours_resets_the_clock(workspace):
    send_thanks(workspace)
    assert states(workspace)["client1"].startswith("fine until")


def test_a_draft_that_nobody_approved_resets_nothing(workspace):
    prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", ByHand(), now=workspace.now)
    assert states(workspace)["client1"] == "never"


def test_a_call_logged_by_hand_resets_the_clock(workspace):
    touched(workspace, "C0001", "heard", days_ago=100, words="phone")
    assert states(workspace)["client1"] == "overdue by 10 days"


def test_a_reply_resets_the_clock(workspace):
    touched(workspace, "C0001", "heard", days_ago=100)
    touched(workspace, "C0001", "replied", days_ago=80)
    assert states(workspace)["client1"] == "due in 10 days"


def test_a_memo_resets_nothing(workspace):
    touched(workspace, "C0001", "memo", days_ago=1, words="Likes tea.")
    assert states(workspace)["client1"] == "never"


def test_a_last_contact_column_is_believed(firm):
    make_caring(firm)
    header = ("Client no", "E-mail", "Last contact")
    firm.write_sheet([["C0001", "bob@client.example", (NOW - timedelta(days=95)).replace(tzinfo=None)]], header)
    with firm.open() as workspace:
        found = relations_of(workspace).everyone[0]
    assert str(found.standing) == "overdue by 5 days"


def test_who_asked_us_to_stop_rests(workspace):
    silence(workspace.ledger, ["client1@client.example"], reason="asked us to stop", who="ada", now=NOW)
    assert states(workspace)["client1"] == "resting: asked us to stop"


def test_who_is_on_hold_in_the_sheet_rests(firm):
    make_caring(firm)
    firm.write_sheet([["C0001", "bob@client.example", "yes"]], ("Client no", "E-mail", "On hold"))
    with firm.open() as workspace:
        assert relations_of(workspace).everyone[0].standing.state is State.RESTING


def test_a_milestone_of_the_config_is_a_reason(workspace):
    reasons = {each.contact.key: [r.what for r in each.reasons] for each in relations_of(workspace).everyone}
    assert (reasons["C0002"], reasons["C0003"]) == ([], ["big year"])


def test_a_milestone_that_a_sheet_cannot_answer_is_told_once_and_stops_nothing(firm):
    make_caring(firm)
    (firm.folder / "config.yaml").write_text(CONFIG.removesuffix("    contacts: clients\n"), encoding="utf-8")
    with firm.open() as workspace:
        found = relations_of(workspace)
    assert len(found.everyone) == 5
    assert [problem.where for problem in found.problems if problem.kind == "reason"] == ["reasons.big year"]


def test_a_person_in_two_sheets_is_one_relation(firm):
    make_caring(firm)
    firm.write_sheet([row(1, e_mail="mercy@harbourvale.example")])
    with firm.open() as workspace:
        assert len(relations_of(workspace).everyone) == 2


def test_memos_of_the_sheet_and_by_hand_stand_together(workspace):
    touched(workspace, "mercy@harbourvale.example", "memo", days_ago=3, words="Runs marathons.")
    mercy = next(each for each in relations_of(workspace).everyone if each.contact.name.startswith("Mercy"))
    assert [memo.words for memo in mercy.memos] == ["A card, not a speech.", "Runs marathons."]


def test_the_story_tells_what_has_been_in_order_and_what_comes_next(workspace):
    send_thanks(workspace)
    touched(workspace, "C0001", "heard", days_ago=30, words="phone: the lease")
    touched(workspace, "C0001", "memo", days_ago=20, words="Likes tea.")
    touched(workspace, "C0001", "replied", days_ago=-1, words="How kind!")
    prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", ByHand(again=True), now=workspace.now)
    told = story_of(workspace.ledger, relations_of(workspace), "C0001")
    assert [(event.kind, event.words) for event in told.events] == [
        ("heard", "phone: the lease"),
        ("sent", "Thank you, Bob1"),
        ("replied", "How kind!"),
    ]
    assert (told.memos[0].words, [entry.campaign for entry in told.coming]) == ("Likes tea.", ["thanks"])


def test_a_story_is_told_of_who_is_in_no_sheet_any_more(workspace, firm):
    touched(workspace, "client3@client.example", "heard", days_ago=5)
    firm.write_sheet([row(1)])
    told = story_of(workspace.ledger, relations_of(workspace), "client3@client.example")
    assert (told.relation, len(told.events)) == (None, 1)


def test_a_stranger_has_no_story(workspace):
    with pytest.raises(UsageError, match="Nobody in the sheets"):
        story_of(workspace.ledger, relations_of(workspace), "nobody@client.example")


def test_two_people_on_one_address_are_told_apart_by_their_keys(firm):
    make_caring(firm)
    firm.write_sheet([row(1), row(2, e_mail="client1@client.example")])
    with firm.open() as workspace:
        relations = relations_of(workspace)
        with pytest.raises(UsageError, match="2 people share"):
            story_of(workspace.ledger, relations, "client1@client.example")
        assert story_of(workspace.ledger, relations, "C0002").relation.contact.key == "C0002"


def test_two_people_with_one_number_are_told_apart_by_their_addresses(firm):
    make_caring(firm)
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("team.xlsx", "team.csv\n    key: Staff no"), "utf-8")
    (firm.folder / "team.csv").write_text("Staff no,E-mail\nC0001,mercy@harbourvale.example\n", encoding="utf-8")
    with firm.open() as workspace, pytest.raises(UsageError, match="2 people share “C0001”") as refused:
        story_of(workspace.ledger, relations_of(workspace), "C0001")
    assert refused.value.cure == "Name the one you mean by their address."


BIRTHDAYS = """  birthdays:
    contacts: team
    template: thanks
    from: ada
    when: {date: birthday}
reasons:"""


@pytest.mark.parametrize(("config", "campaign"), [(CONFIG, ""), (CONFIG.replace("reasons:", BIRTHDAYS), "birthdays")])
def test_the_schedule_knows_milestones_and_the_days_that_return_and_who_writes(firm, config, campaign):
    make_caring(firm)
    (firm.folder / "config.yaml").write_text(config, encoding="utf-8")
    with firm.open() as workspace:
        ahead, problems = occasions_ahead(workspace, days=14)

    assert problems == []
    assert [(each.contact.name, str(each), each.campaign) for each in ahead] == [
        ("Bob3 Stone", "big year", ""),
        ("Mercy Udo", "birthday on 3 December", campaign),
    ]


def test_who_rests_is_no_occasion(workspace):
    silence(workspace.ledger, ["mercy@harbourvale.example"], reason="asked us not to", who="ada", now=NOW)
    ahead, _ = occasions_ahead(workspace, days=14)
    assert [each.contact.name for each in ahead] == ["Bob3 Stone"]


def test_who_is_forgotten_stays_so_while_the_sheet_still_has_them(workspace):
    with workspace.ledger.begin() as tx:
        erasing.forget(tx, "client1@client.example", at=NOW, who="ada")
    states(workspace)
    with workspace.ledger.read() as tx:
        held = erasing.everything_about(tx, "client1@client.example")
        assert people.find(tx, "C0001") == []
    assert (held["known_as"], held["names"]) == ([], [])


def test_of_the_rows_of_people_who_were_joined_the_one_named_is_meant(workspace):
    relations = relations_of(workspace)
    with workspace.ledger.begin() as tx:
        first, second, *_ = (each.people[0] for each in relations.everyone)
        people.merge(tx, second, first)
    relations = relations_of(workspace)
    for number in (1, 2):
        assert find_contact(workspace.ledger, relations, f"client{number}@client.example").key == f"C000{number}"
