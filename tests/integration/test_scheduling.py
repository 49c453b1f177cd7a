"""The schedule on a clock that the test moves: rounds become drafts, drafts become mails, each once and in time."""

from datetime import timedelta

import pytest

from mailer import campaigns
from mailer.errors import BusyError, UsageError
from mailer.ledger import moves, people, rounds, schema, suppressions
from mailer.model import Status
from mailer.scheduling.jobs import JOBS, Job
from mailer.scheduling.running import Runner
from mailer.workspace import Clock
from tests.scheduled import Life, at

MONTHLY = "when: {every: month, on: first monday, at: '09:30'}"
OPEN = "hours: {days: mon-fri, from: '09:00', to: '17:00'}"


@pytest.fixture
def life(tmp_path):
    lived = Life(tmp_path, at("2026-11-23 12:00"))
    lived.write_clients([{}, {}])
    yield lived
    lived.restart()


def statuses(life):
    return [(entry.campaign, entry.round, entry.status.value) for entry in life.entries()]


def heard(life, address, kind="heard"):
    with life.runner.workspace.ledger.begin() as tx:
        person = people.find(tx, address)[0]
        tx.execute(schema.history.insert().values(person_id=person, at=life.now, kind=kind))


# --- rounds ---


def test_drafts_are_made_some_days_before_and_go_at_their_time_once_approved(life):
    life.write_config(thanks=MONTHLY)
    life.turn("2026-11-23 12:00")
    life.turn("2026-12-04 09:00")
    assert life.entries() == []
    life.turn("2026-12-04 09:31")
    assert statuses(life) == [("thanks", "2026-12", "draft")] * 2
    life.approve()
    life.turn("2026-12-07 09:29")
    assert life.sent == []
    life.turn("2026-12-07 09:30")
    assert life.sent == [("thanks", "2026-12", "2026-12-07 09:30")] * 2


def test_a_round_goes_out_once_however_often_one_looks(life):
    life.write_config(thanks=f"{MONTHLY};review: none")
    life.turn("2026-11-23 12:00")
    for _ in range(3):
        life.turn("2026-12-07 09:35")
        life.restart()
    assert len(life.sent) == len(life.outbox) == 2


def test_no_round_precedes_the_first_sight_of_its_campaign(life):
    life.write_config(thanks="when: {at: 2026-11-23 11:00};review: none")
    life.turn("2026-11-23 12:00")
    life.turn("2026-11-23 13:00")
    assert life.entries() == []


def test_who_joins_the_sheet_after_a_round_went_is_not_in_it(life):
    life.write_config(thanks=f"{MONTHLY};review: none")
    life.turn("2026-11-23 12:00")
    life.turn("2026-12-07 09:35")
    life.write_clients([{}, {}, {}])
    life.turn("2026-12-07 09:45")
    assert len(life.entries()) == 2


def test_a_date_that_moves_takes_its_draft_along(life):
    life.write_clients([{"Send at": "2026-12-05 14:00"}, {"Send at": "2026-12-06 14:00"}])
    life.write_config(thanks="when: {column: send_at};prepare: 30 days;review: none")
    life.turn("2026-11-23 12:00")
    life.write_clients([{"Send at": "2026-12-10 14:00"}, {"Send at": "2026-12-06 14:00"}])
    life.turn("2026-11-24 12:00")
    assert statuses(life) == [
        ("thanks", "2026-12-05", "cancelled"),
        ("thanks", "2026-12-06", "queued"),
        ("thanks", "2026-12-10", "queued"),
    ]
    life.days("2026-12-04", "2026-12-12", "14:01")
    assert life.sent == [
        ("thanks", "2026-12-06", "2026-12-06 14:01"),
        ("thanks", "2026-12-10", "2026-12-10 14:01"),
    ]


def test_an_occasion_comes_once_a_year_and_says_its_own_day(life):
    life.write_template("---\nsubject: Happy birthday\n---\n{{ now | date }}\n")
    life.write_clients([{"Birthday": "1980-11-27"}, {"Birthday": "29.11."}])
    life.write_config(birthdays="when: {date: birthday, at: '08:00'};review: none")
    life.days("2026-11-23", "2026-12-01", "08:01")
    assert life.sent == [
        ("birthdays", "birthday-2026", "2026-11-27 08:01"),
        ("birthdays", "birthday-2026", "2026-11-29 08:01"),
    ]
    first, second = (mail.get_body(("plain",)).get_content() for mail in life.outbox)
    assert "27" in first
    assert "29" in second


def test_dates_that_cannot_be_are_reported_per_cell_and_the_rest_goes_out(life, caplog):
    cells = ["1980-11-27", "soon", "", "1900-01-00", "2126-11-27", "11/27/1980", "29.2.", "27.11."]
    life.write_clients([{"Birthday": cell} for cell in cells])
    life.write_config(birthdays="when: {date: birthday};review: none")
    with caplog.at_level("INFO", "mailer.schedule"):
        life.days("2026-11-25", "2026-11-28")
    assert len(life.sent) == 2
    for number, words in [(3, "is not a date"), (5, "does not exist"), (6, "lies far ahead"), (7, "swapped")]:
        assert f"clients.csv › row {number}, column birthday" in caplog.text
        assert words in caplog.text


def test_rows_of_the_first_look_are_the_baseline_of_new_rows(life):
    life.write_config(welcome="when: new rows;review: none")
    life.turn("2026-11-23 12:00")
    life.turn("2026-11-24 12:00")
    assert life.sent == []
    life.write_clients([{}, {}, {}])
    life.turn("2026-11-25 12:00")
    life.turn("2026-11-26 12:00")
    assert life.sent == [("welcome", "2026-11-25", "2026-11-25 12:00")]


# --- neglected ---


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


# --- follow-ups ---

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


# --- lateness ---


def test_a_fortnight_of_downtime_sends_nothing_stale_and_asks_once(life):
    life.write_config(thanks="when: {every: week, on: monday};review: none")
    life.turn("2026-11-23 12:00")
    life.turn("2026-11-29 12:00")
    life.turn("2026-12-15 12:00")
    assert life.sent == []
    assert statuses(life) == [
        ("thanks", "2026-W49", "missed"),
        ("thanks", "2026-W49", "missed"),
        ("thanks", "2026-W51", "missed"),
        ("thanks", "2026-W51", "missed"),
    ]
    life.turn("2026-12-15 12:10")
    assert {each for each in statuses(life) if each[1] == "2026-W49"} == {("thanks", "2026-W49", "cancelled")}


def test_what_is_late_is_dropped_where_the_campaign_says_skip(life):
    life.write_config(thanks=f"{MONTHLY};review: none;late: skip")
    life.turn("2026-12-05 12:00")
    life.turn("2026-12-07 12:31")
    life.turn("2026-12-08 12:31")
    assert statuses(life) == [("thanks", "2026-12", "cancelled")] * 2


def test_what_is_late_goes_at_the_next_open_hour_where_the_campaign_says_send(life):
    life.write_config(thanks=f"{MONTHLY};review: none;late: send;{OPEN}")
    life.turn("2026-12-05 12:00")
    life.turn("2026-12-12 12:00")  # a Saturday
    life.turn("2026-12-14 09:01")
    assert life.sent == [("thanks", "2026-12", "2026-12-14 09:01")] * 2


def test_a_little_late_is_not_late(life):
    life.write_config(thanks=f"{MONTHLY};review: none")
    life.turn("2026-12-05 12:00")
    life.turn("2026-12-07 11:20")
    assert len(life.sent) == 2


def test_a_yes_on_tuesday_sends_what_was_due_on_monday(life):
    life.write_config(thanks=f"{MONTHLY};{OPEN}")
    life.turn("2026-12-05 12:00")
    life.days("2026-12-06", "2026-12-08", "18:00")
    assert life.sent == []
    life.approve()
    life.turn("2026-12-08 18:10")
    life.turn("2026-12-09 09:01")
    assert life.sent == [("thanks", "2026-12", "2026-12-09 09:01")] * 2


def test_an_unreviewed_draft_gives_way_to_the_next_round(life):
    life.write_config(thanks=MONTHLY)
    life.turn("2026-12-05 12:00")
    life.turn("2027-01-02 12:00")
    life.turn("2027-01-02 12:10")
    assert set(statuses(life)) == {("thanks", "2026-12", "cancelled"), ("thanks", "2027-01", "draft")}


def test_a_clock_set_back_a_day_repeats_nothing(life):
    life.write_config(thanks="when: {every: day};review: none")
    life.days("2026-11-23", "2026-11-26")
    life.days("2026-11-25", "2026-11-28")
    assert [round_name for _, round_name, _ in life.sent[::2]] == [f"2026-11-{day}" for day in (24, 25, 26, 27, 28)]


def test_a_clock_that_jumped_years_ahead_and_back_does_not_silence_a_campaign(life):
    life.write_config(thanks=f"{MONTHLY};review: none")
    life.turn("2026-11-23 12:00")
    life.turn("2030-11-23 12:00")
    life.turn("2026-11-24 12:00")
    life.turn("2026-12-07 09:35")
    assert life.sent == [("thanks", "2026-12", "2026-12-07 09:35")] * 2


# --- hours, caps, plans ---


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


# --- running ---


def test_who_must_review_is_told_once_a_day(life):
    life.write_config(thanks=f"{MONTHLY};notify: ada@harbourvale.example")
    for clock in ("09:31", "12:00", "17:00"):
        life.turn(f"2026-12-05 {clock}")
    life.turn("2026-12-06 09:00")
    mails = [mail for mail in life.outbox if mail["To"] == "ada@harbourvale.example"]
    assert [mail["Subject"] for mail in mails] == ["2 mails wait for your yes"] * 2
    assert "thanks, 2026-12: 2, due Monday 07 December, 09:30" in mails[0].get_body(("plain",)).get_content()


def test_two_schedules_cannot_be_kept_at_once(life):
    life.write_config(thanks=MONTHLY)
    with life.runner.workspace.sole_runner():
        second = Runner(life.folder / "config.yaml", clock=Clock(now=life.read_clock))
        with pytest.raises(BusyError, match="already kept here"):
            second.once()
        second.close()


def test_a_job_that_raises_stops_nothing_else(life, caplog):
    def broken(_desk):
        raise ZeroDivisionError

    life.write_config(thanks=f"{MONTHLY};review: none")
    runner = Runner(
        life.folder / "config.yaml",
        clock=Clock(now=life.read_clock),
        jobs=[Job("broken", timedelta(minutes=1), broken), *JOBS],
    )
    life.now = at("2026-12-05 12:00")
    runner.turn()
    life.now = at("2026-12-07 09:31")
    assert runner.turn().crashed == ["broken"]
    runner.close()
    assert len(life.outbox) == 2
    assert "job broken met a defect; the schedule goes on" in caplog.text


def test_an_edited_config_is_taken_up_and_a_broken_one_is_not(life, caplog):
    life.write_config(thanks="when: {at: 2026-12-20 09:30};review: none")
    life.turn("2026-12-05 12:00")
    (life.folder / "config.yaml").write_text("firm: {", encoding="utf-8")
    life.turn("2026-12-05 12:10")
    assert "the one before stays in use" in caplog.text
    life.write_config(thanks="when: {at: 2026-12-07 09:30};review: none")
    life.turn("2026-12-05 12:20")
    life.turn("2026-12-07 09:35")
    assert life.sent == [("thanks", "2026-12-07", "2026-12-07 09:35")] * 2


def test_a_sheet_that_cannot_be_read_stops_its_campaign_only_and_is_said_once(life, caplog):
    life.write_config(thanks=f"{MONTHLY};review: none")
    life.turn("2026-12-01 12:00")
    (life.folder / "clients.csv").unlink()
    life.turn("2026-12-05 12:00")
    life.turn("2026-12-05 12:10")
    assert caplog.text.count("clients.csv") == 1
    life.write_clients([{}, {}])
    life.turn("2026-12-07 09:35")
    assert len(life.sent) == 2


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
        campaigns.prepare(workspace.ledger, workspace.config, workspace.folder, "turns", now=life.now)
