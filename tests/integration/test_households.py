"""A household is one mail and one clock, and each of its people can be asked for by their own address."""

from datetime import timedelta

import pytest

from mailer import campaigns
from mailer.campaigns import ByHand, prepare
from mailer.ledger import erasing, listing, people, suppressions
from mailer.model import Status
from mailer.relations import find_contact, memos_of, story_of
from mailer.scheduling.looking import look
from mailer.scheduling.preparing import EVER
from mailer.scheduling.sheets import Sheets
from tests.cared import CONFIG, make_caring, relations_of, send_thanks, touched
from tests.factories import NOW, contact
from tests.workspaces import HEADER, row

HOME = "key: Client no\n    together: household"


@pytest.fixture
def home(firm):
    """Bob1 and Bob2 live together; Bob3 lives alone."""
    make_caring(firm)
    text = CONFIG.replace("key: Client no", HOME) + "  big: {contacts: clients, where: amount > 0}\n"
    touch = "  touch:\n    contacts: clients\n    template: thanks\n    from: ada\n    when: neglected\nreasons:"
    (firm.folder / "config.yaml").write_text(text.replace("reasons:", touch), encoding="utf-8")
    firm.write_sheet([[*row(1), "Stone"], [*row(2), "Stone"], [*row(3), None]], header=[*HEADER, "Household"])
    with firm.open() as workspace:
        yield workspace


def clients(workspace):
    return [each for each in relations_of(workspace).everyone if each.contact.audience == "client"]


def test_a_household_is_neglected_once(home):
    assert [len(each.people) for each in clients(home)] == [2, 1]


def test_a_mail_to_the_household_is_one_touch_for_each_of_them(home):
    send_thanks(home)
    together = clients(home)[0]
    assert [touch.kind for touch in together.touches] == ["written"]
    with home.ledger.read() as tx:
        (second,) = people.find(tx, "C0002")
    assert second in together.people


def test_children_without_key_and_address_do_not_make_two_households_one(firm, home):
    child = dict.fromkeys(("client_no", "e_mail"))
    rows = [[*row(1), "Stone"], [*row(2, **child), "Stone"], [*row(3), "Vale"], [*row(4, **child), "Vale"]]
    firm.write_sheet(rows, header=[*HEADER, "Household"])
    prepare(home.ledger, home.config, home.folder, "thanks", ByHand(), now=home.now)
    first, second = clients(home)
    assert [len(each.contact.members) for each in (first, second)] == [2, 2]
    assert not set(first.people) & set(second.people)


@pytest.mark.parametrize("who", ["C0001", "C0002"])
@pytest.mark.parametrize("kind", ["replied", "heard"])
def test_a_word_from_either_starts_the_clock_of_both(home, who, kind):
    touched(home, who, kind, days_ago=100)
    assert str(clients(home)[0].standing) == "overdue by 10 days"


@pytest.mark.parametrize(("days_ago", "due"), [(80, ["Bob3"]), (100, ["Bob1 and Bob2", "Bob3"])])
def test_the_schedule_knows_the_clock_of_both(home, days_ago, due):
    touched(home, "C0002", "heard", days_ago=days_ago)
    found = look(home, home.ledger, "touch", Sheets(), after=EVER, until=home.now + timedelta(days=1))
    assert [str(each.contact.fields["first_name"]) for each in found.prospects] == due


def test_a_memo_about_either_stands_beside_the_draft_to_both(home):
    touched(home, "C0002", "memo", days_ago=1, words="Likes tea.")
    prepare(home.ledger, home.config, home.folder, "thanks", ByHand(), now=home.now)
    with home.ledger.read() as tx:
        together = listing.entries(tx, campaign="thanks")[0]
    found = memos_of(home.ledger, home.config, home.folder, together, today=home.today)
    assert [memo.words for memo in found] == ["Likes tea."]


def test_the_story_of_the_second_tells_of_the_mail_to_both(home):
    send_thanks(home)
    told = story_of(home.ledger, relations_of(home), "C0002")
    assert [event.words for event in told.events] == ["Thank you, Bob1 and Bob2"]


def test_a_personal_thank_you_goes_to_the_one_who_is_named(home):
    relations = relations_of(home)
    assert find_contact(home.ledger, relations, "C0002").name == "Bob2 Stone"
    assert find_contact(home.ledger, relations, "client1@client.example").name == "Bob1 Stone"


def test_who_asks_to_be_forgotten_takes_the_words_to_both_along(home):
    prepare(home.ledger, home.config, home.folder, "thanks", ByHand(), now=home.now)
    with home.ledger.begin() as tx:
        assert len(erasing.everything_about(tx, "client2@client.example")["mails"]) == 1
        assert erasing.forget(tx, "client2@client.example", at=NOW, who="ada") == 1
        assert listing.entries(tx, ids=[1])[0].status is Status.CANCELLED


def test_a_yes_to_the_household_is_one_mail(home):
    prepare(home.ledger, home.config, home.folder, "thanks", ByHand(), now=home.now)
    with home.ledger.read() as tx:
        ids = [entry.id for entry in listing.entries(tx, campaign="thanks")]
    assert len(campaigns.approve(home.ledger, ids, who="ada", now=home.now).done) == 2


def test_two_people_of_two_sheets_without_an_address_are_not_one(home):
    here, there = (contact("", key="7", source_name=name) for name in ("clients", "partners"))
    with home.ledger.begin() as tx:
        first, second = people.identify(tx, [here, there], at=NOW)
    assert first != second


def test_who_of_a_household_asked_us_to_stop_is_said_beside_its_draft(home):
    with home.ledger.begin() as tx:
        suppressions.add(tx, "client2@client.example", reason="asked us to stop", who="ada", at=NOW)
    prepare(home.ledger, home.config, home.folder, "thanks", ByHand(), now=home.now)
    with home.ledger.read() as tx:
        together, alone = listing.entries(tx, campaign="thanks")
    assert "client2@client.example must not be written to: asked us to stop" in [
        each.what for each in together.problems
    ]
    assert (together.held, alone.held) == (True, False)


def test_the_second_address_of_a_household_is_no_second_mail_in_another_list(firm, home):
    """Bob2 stands in the partners' list, too."""
    firm.write_sheet([[*row(1), "Stone"], [*row(2), "Stone"]], header=[*HEADER, "Household"])
    (firm.folder / "clients.xlsx").rename(firm.folder / "together.xlsx")
    firm.write_sheet([row(2, client_no="P7")])
    (firm.folder / "clients.xlsx").rename(firm.folder / "partners.xlsx")
    text = (firm.folder / "config.yaml").read_text("utf-8").replace("file: clients.xlsx", "file: together.xlsx")
    partners = (
        "contacts:\n  partners: {file: partners.xlsx, key: Client no, columns: {personal_line: Add a sentence}}\n"
    )
    text = text.replace("contacts:\n  clients", f"{partners}  clients", 1)
    text = text.replace("  thanks:\n    contacts: clients", "  thanks:\n    contacts: [LISTS]")
    for lists in ("clients, partners", "partners, clients"):
        (firm.folder / "config.yaml").write_text(text.replace("LISTS", lists), encoding="utf-8")
        with firm.open() as workspace:
            for again in (True, False):
                choice = ByHand(again=again)
                prepare(workspace.ledger, workspace.config, workspace.folder, "thanks", choice, now=workspace.now)
            with workspace.ledger.read() as tx:
                found = listing.entries(tx, campaign="thanks")[-2:]
            campaigns.discard(workspace.ledger, [each.id for each in found], who="ada", now=workspace.now)
        assert [each.held for each in found] == [False, True], lists


def test_who_of_a_household_is_forgotten_is_in_no_mail_to_the_others(home):
    with home.ledger.begin() as tx:
        erasing.forget(tx, "client2@client.example", at=NOW, who="ada")
    prepare(home.ledger, home.config, home.folder, "thanks", ByHand(), now=home.now)
    with home.ledger.read() as tx:
        words = listing.words_of(tx, [1])[1]
        assert erasing.everything_about(tx, "client2@client.example")["known_as"] == []
    assert (words.to, words.subject) == (("Bob1 Stone <client1@client.example>",), "Thank you, Bob1")
