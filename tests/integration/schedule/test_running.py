"""The schedule is kept by one, and a job, a config or a sheet that fails stops nothing else."""

from datetime import timedelta

import pytest
import time_machine

from mailer.errors import BusyError
from mailer.scheduling.jobs import JOBS, Done, Job
from mailer.scheduling.running import Runner
from mailer.workspace import Clock
from tests.scheduled import MONTHLY, at


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


def test_a_clock_that_is_set_back_holds_no_job_up(life):
    life.write_config(thanks=MONTHLY)
    shifts, done = [timedelta(hours=-1), timedelta(seconds=30), timedelta(seconds=40)], []
    with time_machine.travel(at("2026-10-25 00:59"), tick=False) as world:
        runner = Runner(
            life.folder / "config.yaml",
            clock=Clock(now=life.read_clock, wait=lambda _: world.shift(shifts.pop(0))),
            jobs=[Job("counted", timedelta(minutes=1), lambda _desk: done.append(len(shifts)) or Done())],
            stopping=lambda: not shifts,
        )
        runner.run()
    assert done == [3, 2, 0]


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
