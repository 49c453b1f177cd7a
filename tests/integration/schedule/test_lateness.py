"""What is late: nothing stale goes by itself, and nothing is repeated when the clock jumps."""

from tests.scheduled import MONTHLY, OPEN, statuses


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
