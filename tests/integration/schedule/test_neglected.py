"""The neglected get their drafts: a few at a time, the longest first, until somebody is in touch."""

from datetime import timedelta

from mailer import campaigns
from mailer.model import Status
from mailer.relations import read_relations
from mailer.scheduling import preparing
from mailer.scheduling.outlook import outlook
from mailer.workspace import drafting
from tests.scheduled import MONTHLY, heard, statuses


def test_the_neglected_come_a_few_at_a_time_the_longest_first(life):
    days = ["2026-01-10", "2025-12-01", "2026-11-01", ""]
    life.write_clients([{"Last contact": day} for day in days])
    life.write_config(touch="when: neglected;at_a_time: 2")
    life.turn("2026-11-23 12:00")
    life.turn("2026-11-24 12:00")
    assert sorted(entry.address for entry in life.entries()) == ["client0@client.example", "client1@client.example"]


def test_a_discarded_draft_comes_back_after_another_whole_cadence(life):
    life.write_clients([{}])
    life.write_config(touch="when: neglected")
    life.turn("2026-11-23 12:00")
    campaigns.discard(life.runner.workspace.ledger, [life.entries()[0].id], who="ada", now=life.now)
    life.turn("2026-12-24 12:00")
    assert len(life.entries()) == 1
    life.turn("2027-02-21 12:00")
    assert statuses(life) == [("touch", "2026-11-23", "discarded"), ("touch", "2027-02-21", "draft")]


def test_a_sent_mail_sets_the_clock_back(life):
    life.write_clients([{}])
    life.write_config(touch="when: neglected;review: none")
    life.days("2026-11-23", "2026-11-25")
    life.days("2027-02-19", "2027-02-22")
    assert [sent for _, _, sent in life.sent] == ["2026-11-23 09:31", "2027-02-21 09:31"]


def test_being_in_touch_calls_a_waiting_draft_back(life):
    life.write_clients([{}])
    life.write_config(touch="when: neglected")
    life.turn("2026-11-23 12:00")
    heard(life, "client0@client.example")
    life.turn("2026-11-24 12:00")
    assert statuses(life) == [("touch", "2026-11-23", "cancelled")]


def test_the_neglected_are_prepared_for_now_and_not_for_when_they_will_be_neglected_again(life):
    life.write_clients([{"Last contact": "2026-01-10"}])
    life.write_config(touch="when: neglected")
    prepared = preparing.prepare_next(life.runner.workspace, "touch")
    assert prepared.made == 1
    assert [entry.round for entry in life.entries()] == [str(life.now.date())]


def test_who_is_on_hold_or_asked_us_to_stop_is_left_in_peace(life):
    life.write_clients([{"On hold": "yes"}, {"On hold": "no"}, {"On hold": ""}])
    life.write_config(touch="when: neglected;review: none;at_a_time: 1")
    ledger = life.runner.workspace.ledger
    campaigns.suppress(ledger, ["client1@client.example"], reason="asked us to stop", who="ada", now=life.now)
    life.days("2026-11-23", "2026-11-25")
    assert [(entry.address, entry.status) for entry in life.entries()] == [("client2@client.example", Status.SENT)]


def test_a_long_look_ahead_shows_each_of_the_neglected_when_their_turn_comes_first(life):
    life.write_clients([{"Last contact": "2026-01-10"}, {"Last contact": "2026-10-10"}])
    life.write_config(touch="when: neglected")
    lines = outlook(life.runner.workspace, days=400).lines
    assert [line.round for line in lines] == [str(life.now.date()), "2027-01-08"]


def test_a_preview_of_drafts_for_the_neglected_opens_no_round_for_everybody(life):
    life.write_clients([{"Last contact": "2026-01-10"}, {"Last contact": "2026-11-20"}])
    life.write_config(thanks="review: each")
    workspace = life.runner.workspace
    neglected = read_relations(workspace.ledger, workspace.config, workspace.folder, now=life.now).neglected(soon=False)
    drafting.draft_neglected(workspace, neglected, template="thanks")
    made = statuses(life)
    assert len(made) == 1
    assert preparing.prepare_to_look(workspace, "thanks") is None
    assert statuses(life) == made
    life.now += timedelta(days=1)
    campaigns.let_go(workspace.ledger, "thanks", who="ada", now=life.now)
    assert statuses(life) == made


def test_a_round_that_was_called_off_is_not_offered_again(life):
    life.write_config(thanks=MONTHLY)
    workspace = life.runner.workspace
    assert preparing.prepare_next(workspace, "thanks").round == "2026-12"
    campaigns.cancel(workspace.ledger, who="ada", now=life.now, campaign="thanks")
    assert preparing.prepare_to_look(workspace, "thanks").round == "2027-01"
