"""Follow-ups: in the same thread, and only while nobody has answered."""

import pytest

from mailer import campaigns
from mailer.ledger import moves, suppressions
from mailer.model import Edit, Status
from tests.scheduled import MONTHLY, heard

STORY = f"{MONTHLY};review: none;follow_up: [{{after: 10 working days, template: again}}]"


@pytest.fixture
def story(life):
    life.write_template(name="again.md")
    life.write_config(story=STORY)
    life.turn("2026-11-23 12:00")
    life.turn("2026-12-07 09:30")
    return life


def test_a_follow_up_answers_in_the_same_thread(story):
    story.days("2026-12-18", "2026-12-22", "09:31")
    first, again = (mail for mail in story.outbox if "client0@" in mail["To"])
    assert again["Subject"] == "Re: Thank you, Bob0"
    assert again["In-Reply-To"] == again["References"] == first["Message-ID"]
    assert story.sent[2:] == [("story", "2026-12", "2026-12-21 09:31")] * 2


def test_a_follow_up_takes_the_words_of_a_person(life):
    life.write_template(name="again.md")
    life.write_config(story=STORY.replace("template: again", "template: again, review: each"))
    for moment in ("2026-11-23 12:00", "2026-12-07 09:30", "2026-12-19 09:31"):
        life.turn(moment)
    workspace = life.runner.workspace
    ours = next(entry for entry in life.entries() if entry.step)
    wanted = Edit(subject="And once more")
    campaigns.edit(workspace.ledger, workspace.config, workspace.folder, ours.id, wanted, now=life.now)
    changed = {entry.id: entry.subject for entry in life.entries()}
    assert "And once more" in changed.pop(ours.id)
    assert all("And once more" not in subject for subject in changed.values())


@pytest.mark.parametrize("kind", ["heard", "replied"])
def test_an_answer_stops_the_follow_up_even_when_it_is_already_prepared(story, kind):
    story.turn("2026-12-19 09:31")
    assert len(story.entries()) == 4
    heard(story, "client0@client.example", kind)
    story.days("2026-12-20", "2026-12-22")
    assert [mail["To"] for mail in story.outbox if mail["In-Reply-To"]] == ["Bob1 <client1@client.example>"]


def test_no_follow_up_after_a_bounce_a_suppression_or_a_cancelled_campaign(story):
    ledger = story.runner.workspace.ledger
    with ledger.begin() as tx:
        moves.move(tx, [1], Status.BOUNCED, at=story.now, who="mailbox")
        suppressions.add(tx, "client1@client.example", reason="asked", who="ada", at=story.now)
    story.days("2026-12-18", "2026-12-23")
    assert len(story.sent) == 1
    assert [entry.status for entry in story.entries() if entry.step] == [Status.DRAFT]
    campaigns.cancel(ledger, who="ada", now=story.now, campaign="story")
    story.days("2026-12-24", "2026-12-26")
    assert [entry.status for entry in story.entries() if entry.step] == [Status.CANCELLED]


def test_a_campaign_that_was_called_off_after_its_first_mails_prepares_no_follow_up_and_is_no_error(story):
    campaigns.cancel(story.runner.workspace.ledger, who="ada", now=story.now, campaign="story")
    assert story.turn("2026-12-19 09:31").errors == []
    assert not any(entry.step for entry in story.entries())


def test_a_follow_up_that_was_taken_out_of_the_config_stops_its_campaign_with_a_sentence(story):
    story.turn("2026-12-19 09:31")
    story.write_config(story=f"{MONTHLY};review: none")
    story.write_template("---\nsubject: Hi\n---\nHello.\n", name="again.md")
    story.restart()
    workspace = story.runner.workspace
    found = campaigns.refresh(workspace.ledger, workspace.config, workspace.folder, now=story.now)
    assert found.stopped == {"story": "Follow-up 1 of story is no longer in config.yaml."}


@pytest.mark.parametrize("moment", ["2026-12-08 09:31", "2026-12-19 09:31"])
def test_an_answer_of_either_stops_the_follow_up_to_a_household(life, moment):
    life.write_template(name="again.md")
    life.write_clients([{"Household": "Stone"}, {"Household": "Stone"}])
    life.write_config(story=STORY)
    config = life.folder / "config.yaml"
    config.write_text(
        config.read_text("utf-8").replace("file: clients.csv", "file: clients.csv\n    together: household")
    )
    life.turn("2026-11-23 12:00")
    life.turn("2026-12-07 09:30")
    life.turn(moment)
    heard(life, "client1@client.example")
    life.days("2026-12-20", "2026-12-22")
    assert [mail["To"] for mail in life.outbox] == ["Bob0 and Bob1 <client0@client.example>, client1@client.example"]
