"""Rounds become drafts, drafts become mails, each once and in time."""

import pytest

from mailer.scheduling.outlook import outlook
from tests.scheduled import MONTHLY, statuses


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
    assert [each.kind for each in outlook(life.runner.workspace).problems] == ["over"]


@pytest.mark.parametrize("zone", ["firm", "recipient", "Pacific/Kiritimati"])
def test_a_time_that_was_to_come_is_never_told_as_passed(life, zone):
    life.write_config(thanks=f"when: {{at: 2026-11-24 09:30, zone: {zone}}};review: none")
    for day in ("2026-11-23 12:00", "2026-11-24 09:31", "2026-11-30 09:31"):
        life.turn(day)
        assert outlook(life.runner.workspace).problems == []


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
    life.write_clients([{"Birthday": cell, "First name": "" if cell == "soon" else "Bob"} for cell in cells])
    life.write_config(birthdays="when: {date: birthday};review: none")
    with caplog.at_level("INFO", "mailer.schedule"):
        life.days("2026-11-25", "2026-11-28")
    assert len(life.sent) == 2
    for number, words in [(3, "is not a date"), (5, "does not exist"), (6, "lies far ahead"), (7, "swapped")]:
        assert f"clients.csv › row {number}, column birthday" in caplog.text
        assert words in caplog.text
    assert "@" not in caplog.text


def test_rows_of_the_first_look_are_the_baseline_of_new_rows(life):
    life.write_config(welcome="when: new rows;review: none")
    life.turn("2026-11-23 12:00")
    life.turn("2026-11-24 12:00")
    assert life.sent == []
    life.write_clients([{}, {}, {}])
    life.turn("2026-11-25 12:00")
    life.turn("2026-11-26 12:00")
    assert life.sent == [("welcome", "2026-11-25", "2026-11-25 12:00")]


def test_everybody_in_a_household_has_a_birthday_of_their_own(life):
    days = ["6.12.1980", "8.12.1982", "8.12.1982", ""]
    life.write_clients([{"No": n, "Household": "Stone", "Birthday": day} for n, day in enumerate(days, 1)])
    life.write_config(thanks="when: {date: birthday, at: '09:00'};review: none")
    config = life.folder / "config.yaml"
    together = "file: clients.csv\n    key: No\n    together: household"
    config.write_text(config.read_text("utf-8").replace("file: clients.csv", together), encoding="utf-8")
    life.days("2026-12-01", "2026-12-10", "09:00")
    assert [mail["To"] for mail in life.outbox] == [
        "Bob0 <client0@client.example>",
        "Bob1 and Bob2 <client1@client.example>, client2@client.example",
    ]
    assert [when[-16:] for *_, when in life.sent] == ["2026-12-06 09:00", "2026-12-08 09:00"]


def test_two_at_one_address_are_each_written_to_on_their_own_birthday(life):
    days = {"Ann": "6.12.1980", "Bob": "8.12.1982", "Cleo": "8.12.1985"}
    life.write_clients([{"No": name, "E-mail": "home@client.example", "Birthday": day} for name, day in days.items()])
    life.write_config(thanks="when: {date: birthday, at: '09:00'};review: none;prepare: 7 days")
    config = life.folder / "config.yaml"
    keyed = "file: clients.csv\n    key: No"
    config.write_text(config.read_text("utf-8").replace("file: clients.csv", keyed), encoding="utf-8")
    life.days("2026-12-01", "2026-12-10", "09:00")
    assert [when[-16:] for *_, when in life.sent] == ["2026-12-06 09:00", "2026-12-08 09:00"]
    held = [entry.name for entry in life.entries() if "doubled" in {problem.kind for problem in entry.problems}]
    assert held == ["Bob2"]
