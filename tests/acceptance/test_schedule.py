"""The commands of the schedule, as installed: run, schedule, service, and the decisions about what is late."""

import json
import os
import re
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from mailer.scheduling.running import Runner
from mailer.workspace import Clock
from tests.workspaces import Firm


@pytest.fixture
def monthly(firm: Firm) -> Firm:
    firm.write_config(campaign="review: each\n    when: {every: day, at: '00:01'}\n    prepare: 2 days")
    return firm


def due_in(delta: timedelta) -> str:
    """A `when:` that long from now."""
    return f"review: none\n    when: {{at: {Clock().now() + delta:%Y-%m-%d %H:%M}, zone: Etc/UTC}}"


def test_the_schedule_says_what_goes_out_when(monthly):
    monthly.run("run", "--once")
    shown = monthly.run("schedule", "--days", "3").out
    assert "thanks" in shown
    assert "every day, at 00:01 Africa/Lagos" in shown
    found = monthly.run("schedule", "--days", "3", "--json").json
    assert {line["count"] for line in found["schedule"]} == {3}
    assert [line["waiting"] for line in found["schedule"]] == [3, 3, 0]
    assert [line["coming"] for line in found["schedule"]] == [0, 0, 3]


def test_a_rehearsal_that_is_paused_is_said_to_be_beside_real_campaigns(monthly):
    config = monthly.folder / "config.yaml"
    real = "  real:\n    from: Ada Obi <ada@harbourvale.example>\n    server: mail.harbourvale.example:465\n"
    text = config.read_text("utf-8").replace("contacts:\n", f"{real}contacts:\n", 1)
    text += "  other:\n    contacts: clients\n    template: thanks\n    from: real\n"
    config.write_text(text, encoding="utf-8")
    monthly.run("campaigns", "pause", "thanks")
    assert {line["paused"] for line in monthly.run("schedule", "--json").json["schedule"]} == {True}


def test_the_schedule_goes_into_a_calendar(monthly):
    monthly.run("schedule", "--days", "2", "--ics", "mails.ics")
    written = (monthly.folder / "mails.ics").read_bytes().decode()
    assert written.startswith("BEGIN:VCALENDAR\r\n")
    assert written.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:3 mails: thanks\r\n" in written
    assert all(len(row.encode()) <= 75 for row in written.split("\r\n"))


def test_a_pass_sends_what_is_due_and_says_so(firm):
    firm.write_config(campaign=due_in(timedelta(minutes=2)))
    firm.run("run", "--once")
    assert firm.outbox == []
    config = firm.folder / "config.yaml"
    config.write_text(config.read_text().replace("when:", "grace: 1 hour\n    when:"))
    plan = firm.run("schedule", "--json").json["plan"]
    assert len(plan["ada"]) == 3


def test_late_mails_are_listed_with_the_two_commands_that_decide(firm):
    sleep_through_a_round(firm)
    firm.run("run", "--once")
    shown = firm.run("schedule", "--late").out
    assert "3 approved, but nothing ran at their time" in shown
    round_name = firm.run("schedule", "--json").json["late"][0]["round"]
    assert "3 mails for the next open hour" in firm.run("campaigns", "catch-up", "thanks", "--round", round_name).out
    firm.run("run", "--once")
    assert len(firm.outbox) == 3


def sleep_through_a_round(firm, review="none"):
    """The machine was last awake three days ago; a round was due two days ago."""
    firm.write_config(campaign=due_in(timedelta(days=-2)).replace("none", review) + "\n    prepare: 3 days")
    then = Runner(firm.folder / "config.yaml", clock=Clock(now=lambda: Clock().now() - timedelta(days=3)))
    then.once()
    then.close()


def test_what_is_late_can_be_let_go(firm):
    sleep_through_a_round(firm)
    firm.run("run", "--once")
    assert "3 mails let go" in firm.run("campaigns", "let-go", "thanks").out
    assert "Nothing is late" in firm.run("schedule", "--late").out


def test_a_paused_campaign_is_not_prepared(monthly):
    monthly.run("campaigns", "pause", "thanks")
    monthly.run("run", "--once")
    assert monthly.run("drafts", "list", "thanks", "--json").json == []
    monthly.run("campaigns", "resume", "thanks")
    monthly.run("run", "--once")
    assert len(monthly.run("drafts", "list", "thanks", "--json").json) == 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_stops_politely_when_told(monthly, number):
    keeping = monthly.start("run")
    wait_for((monthly.folder / ".locks" / "schedule.run.holder").exists)
    second = monthly.run("run", "--once", code=75)
    assert "already kept here" in second.err
    keeping.send_signal(number)
    _, said = keeping.communicate(timeout=30)
    assert keeping.returncode == 0
    assert "stopped; nothing was left half done" in said


def wait_for(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        os.sched_yield()


def test_the_service_is_shown_written_and_removed(monthly):
    done = monthly.run("service", "install", "--yes", "--no-start")
    assert "ExecStart=" in done.err
    assert "systemctl --user enable --now" in done.out
    assert "installed" in monthly.run("service", "status", code=None).out
    monthly.run("service", "remove", "--yes")
    gone = monthly.run("service", "status", code=1)
    assert "not installed" in gone.out
    assert "→ Install it: mailer service install" in gone.err


def test_json_is_json(monthly):
    assert json.loads(monthly.run("schedule", "--json").out)["late"] == []


def test_preparing_by_hand_makes_the_next_round_of_the_rule(monthly):
    done = monthly.run("campaigns", "prepare", "thanks", "--json").json
    coming = monthly.run("schedule", "--days", "2", "--json").json["schedule"]
    assert (done["round"], done["made"]) == (coming[0]["round"], 3)
    assert coming[0]["waiting"] == 3
    assert "every day, at 00:01 Africa/Lagos" in monthly.run("campaigns", "list").out
    assert "by itself while the schedule is kept: mailer run" in monthly.run("drafts", "approve", 1).out


def test_to_look_at_a_campaign_with_a_rule_makes_no_second_round_of_it(monthly):
    monthly.run("preview", "thanks")
    monthly.run("test", "thanks", "--to", "me@harbourvale.example")
    monthly.run("run", "--once")
    monthly.run("preview", "thanks")
    waiting = monthly.run("drafts", "list", "--json").json
    due = {step["round"]: step["waiting"] for step in monthly.run("schedule", "--days", "3", "--json").json["schedule"]}
    assert len(waiting) == sum(due.values())
    assert {draft["round"] for draft in waiting} <= set(due)


def test_a_yes_after_the_time_is_asked_and_goes_at_the_next_open_hour(firm):
    sleep_through_a_round(firm, review="each")
    refused = firm.run("drafts", "approve", "thanks", "--all", code=2)
    assert "needs an answer" in refused.err
    firm.run("drafts", "approve", "thanks", "--all", "--yes")
    firm.run("run", "--once")
    assert len(firm.outbox) == 3


def test_the_desk_at_log_in_is_written_and_removed(monthly):
    done = monthly.run("service", "install", "--desk", "--yes")
    written = Path(re.search(r"Written: (.+)", done.out)[1])
    assert "desk" in written.read_text(encoding="utf-8")
    assert ": installed" in monthly.run("service", "status", "--desk").out
    assert "not installed" in monthly.run("service", "status", code=1).out
    monthly.run("service", "remove", "--desk", "--yes")
    assert not written.exists()


def test_the_icon_of_the_desk_says_where_it_is(monthly):
    said = monthly.run("desk", "--shortcut").out
    icon = Path(re.search(r"The icon is there: (.+)", said)[1])
    assert f"{monthly.folder}/config.yaml" in icon.read_text(encoding="utf-8")
    assert icon.stat().st_mode & 0o111
