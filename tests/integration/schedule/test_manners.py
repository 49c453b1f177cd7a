"""Hours, caps, quotas, pauses, reminders and turns are kept."""

import re

import pytest

from mailer import campaigns
from mailer.errors import UsageError
from mailer.ledger import rounds, schema
from mailer.scheduling import preparing
from tests.scheduled import MONTHLY, OPEN, statuses


def test_nothing_leaves_outside_the_recipients_hours(life):
    life.write_clients([{"Timezone": "America/Los_Angeles"}, {"Timezone": "Asia/Tokyo"}])
    life.write_config(thanks=f"{MONTHLY};review: none;{OPEN}")
    life.turn("2026-12-05 12:00")
    life.turn("2026-12-07 09:35")  # half past midnight in Los Angeles, half past five in Tokyo
    assert life.sent == []
    life.turn("2026-12-07 18:01")
    life.turn("2026-12-08 01:01")
    assert [mail["To"] for mail in life.outbox] == ["Bob0 <client0@client.example>", "Bob1 <client1@client.example>"]


def test_a_second_campaign_waits_until_the_first_is_long_enough_ago(life):
    capped = "review: none;at_most: 1 per 10 days"
    life.write_config(
        first=f"when: {{at: 2026-11-25 09:30}};{capped}", second=f"when: {{at: 2026-11-25 09:31}};{capped}"
    )
    life.days("2026-11-23", "2026-12-04", "09:35")
    life.turn("2026-12-05 09:40")
    assert life.sent == [
        *[("first", "2026-11-25", "2026-11-25 09:35")] * 2,
        *[("second", "2026-11-25", "2026-12-05 09:40")] * 2,
    ]


def test_the_mail_that_is_too_many_can_be_skipped(life):
    capped = "review: none;at_most: '1 per 10 days, else skip'"
    life.write_config(
        first=f"when: {{at: 2026-11-25 09:30}};{capped}", second=f"when: {{at: 2026-11-26 09:30}};{capped}"
    )
    life.days("2026-11-23", "2026-12-07", "09:35")
    assert {campaign for campaign, _, _ in life.sent} == {"first"}
    assert ("second", "2026-11-26", "cancelled") in statuses(life)


def test_what_is_over_the_quota_goes_the_next_day_and_is_not_late(life):
    life.write_clients([{} for _ in range(5)])
    life.write_config(thanks=f"{MONTHLY};review: none")
    config = life.runner.workspace.config
    office = config.accounts["office"].model_copy(update={"per_day": 3})  # as a provider's would be
    life.runner.workspace.config = config.model_copy(update={"accounts": {"office": office}})
    life.turn("2026-12-05 12:00")
    life.turn("2026-12-07 09:30")
    assert len(life.sent) == 3
    life.turn("2026-12-08 09:31")
    assert len(life.sent) == 5


def test_a_paused_campaign_stands_still_and_is_late_afterwards(life):
    life.write_config(thanks=f"{MONTHLY};review: none")
    life.turn("2026-12-05 12:00")
    with life.runner.workspace.ledger.begin() as tx:
        rounds.pause(tx, "thanks", at=life.now)
    life.days("2026-12-06", "2026-12-08", "09:35")
    with life.runner.workspace.ledger.begin() as tx:
        rounds.pause(tx, "thanks", at=None)
    life.turn("2026-12-08 09:45")
    assert statuses(life) == [("thanks", "2026-12", "missed")] * 2


def test_who_must_review_is_told_once_a_day(life):
    life.write_config(thanks=f"{MONTHLY};notify: ada@harbourvale.example")
    for clock in ("09:31", "12:00", "17:00"):
        life.turn(f"2026-12-05 {clock}")
    life.turn("2026-12-06 09:00")
    mails = [mail for mail in life.outbox if mail["To"] == "ada@harbourvale.example"]
    assert [mail["Subject"] for mail in mails] == ["2 mails wait for your yes"] * 2
    assert "thanks, 2026-12: 2, due Monday 07 December, 09:30" in mails[0].get_body(("plain",)).get_content()


def test_a_reminder_that_a_crash_left_without_its_yes_goes_out_at_the_next_pass(life):
    life.write_config(thanks=f"{MONTHLY};notify: ada@harbourvale.example")
    life.turn("2026-12-05 09:31")
    written = statuses(life)
    with life.runner.workspace.ledger.begin() as tx:
        tx.execute(schema.deliveries.update().where(schema.deliveries.c.status == "accepted").values(status="draft"))
    life.turn("2026-12-05 09:41")
    assert statuses(life) == written


def test_one_reminder_tells_of_all_that_waits_for_a_person_whoever_it_goes_out_from_soonest_first(life):
    life.account += "\n  ben:\n    from: Ben Vale <ben@harbourvale.example>\n    outbox: outbox/"
    later = "when: {every: month, on: second monday, at: '09:30'};notify: ada@harbourvale.example;prepare: 14 days"
    life.write_config(news=later, thanks=f"{MONTHLY};notify: ada@harbourvale.example")
    config = life.folder / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("from: office", "from: ben", 1), encoding="utf-8")
    life.turn("2026-12-05 09:31")
    life.turn("2026-12-05 12:00")
    (mail,) = [mail for mail in life.outbox if mail["To"] == "ada@harbourvale.example"]
    assert mail["Subject"] == "4 mails wait for your yes"
    assert re.findall(r"^- (\w+)", mail.get_body(("plain",)).get_content(), re.MULTILINE) == ["thanks", "news"]


def test_one_mail_that_waits_is_called_one(life):
    life.write_clients([{}])
    life.write_config(thanks=f"{MONTHLY};notify: ada@harbourvale.example")
    life.turn("2026-12-05 09:31")
    assert life.outbox[0]["Subject"] == "1 mail waits for your yes"


def test_in_turn_everybody_is_thanked_once_before_anybody_is_thanked_again(life):
    life.write_clients([{"Owner": owner} for owner in ("Ada", "Ada", "Ben", "Ada")])
    life.write_config(turns="when: {every: month, on: first working day};in_turn: true;review: none;prepare: 1 day")
    thanked = []
    for month in ("2027-01", "2027-02", "2027-03", "2027-04"):
        before = {entry.id for entry in life.entries()}
        for day in (*range(1, 8), 20):
            life.turn(f"{month}-{day:02} 10:00")
        thanked.append({entry.address[6] for entry in life.entries() if entry.id not in before})
    assert thanked == [{"0", "2"}, {"1", "2"}, {"2", "3"}, {"0", "2"}]


def test_whose_turn_it_is_cannot_be_decided_by_hand(life):
    life.write_clients([{"Owner": "Ada"}])
    life.write_config(turns="when: {every: month, on: first working day};in_turn: true")
    workspace = life.runner.workspace
    with pytest.raises(UsageError, match="its schedule decides"):
        campaigns.prepare(
            workspace.ledger, workspace.config, workspace.folder, "turns", campaigns.ByHand(), now=life.now
        )


def test_prepared_early_by_hand_are_those_whose_turn_it_is(life):
    life.write_clients([{"Owner": owner} for owner in ("Ada", "Ada", "Ben")])
    life.write_config(turns="when: {every: month, on: first working day};in_turn: true")
    preparing.prepare_next(life.runner.workspace, "turns")
    assert {entry.address[6] for entry in life.entries()} == {"0", "2"}
