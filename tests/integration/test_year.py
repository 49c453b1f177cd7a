"""A firm's year on a fast clock: ten campaigns, five zones, both clock changes, a leap day, a fortnight off."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailer import when
from mailer.ledger import timing
from mailer.model import Status
from mailer.scheduling.jobs import JOBS, Desk
from mailer.scheduling.looking import look
from mailer.scheduling.sheets import Sheets
from tests.scheduled import Life

FIRST, LAST = datetime(2027, 10, 1, 5, tzinfo=UTC), datetime(2028, 10, 1, 5, tzinfo=UTC)
#: The machine is off.
OFF, ON = datetime(2028, 5, 2, 12, tzinfo=UTC), datetime(2028, 5, 16, 12, tzinfo=UTC)
PREPARE, SEND = (next(job for job in JOBS if job.name == name) for name in ("prepare", "send"))

CLIENTS = [
    {"Country": "NG", "Birthday": "29.2.", "Client since": "2020-05-05", "Send at": "2027-12-24 16:00"},
    {"Country": "FR", "Birthday": "1980-03-26", "Client since": "2019-07-14", "Send at": "2028-03-26 02:30"},
    {"Timezone": "America/New_York", "Country": "US", "Birthday": "25 December", "Send at": "2028-05-09"},
    {"Country": "JP", "Birthday": "1975-01-01", "Client since": "2026-10-31"},
    {"Timezone": "Australia/Sydney", "Country": "AU", "Birthday": "26.1.", "Client since": "2024-02-29"},
]
HOURS = "hours: {days: mon-fri, from: '09:00', to: '17:00'}"
ALWAYS = "review: none;prepare: 8 days"
CAMPAIGNS = {
    "weekly": f"when: {{every: week, on: wednesday}};{HOURS};spread: 3 hours;{ALWAYS}",
    "fortnightly": f"when: {{every: fortnight, on: sunday, at: '02:30', zone: Europe/Paris}};{ALWAYS}",
    "monthly": f"when: {{every: month, on: last working day}};{HOURS};{ALWAYS}",
    "leap": f"when: {{every: month, on: 29, at: '01:30', zone: recipient}};{ALWAYS}",
    "quarterly": f"when: {{every: quarter, on: first monday, offset: -1 day}};{HOURS};{ALWAYS};late: skip",
    "christmas": f"when: {{every: year, on: 24 december}};{HOURS};spread: 1 hour;{ALWAYS}",
    "birthdays": f"when: {{date: birthday, at: '08:00'}};{ALWAYS}",
    "anniversaries": f"when: {{date: client_since, offset: -3 days}};{HOURS};{ALWAYS}",
    "by_row": f"when: {{column: send_at, zone: recipient}};{ALWAYS}",
    "touch": f"when: neglected;{HOURS};{ALWAYS}",
}


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """The year, lived."""
    lived = Life(tmp_path_factory.mktemp("year"), FIRST)
    lived.write_clients(CLIENTS)
    lived.write_config(**CAMPAIGNS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        live(lived)
        yield lived
    lived.restart()


def live(life: Life) -> None:
    """A look once a week, and a pass whenever something is due; nothing while the machine is off."""
    morning = FIRST
    while life.now < LAST:
        life.now = min(morning, next_due(life) or morning)
        if OFF < life.now < ON:
            life.restart()
            life.now = morning = ON
        desk = Desk(life.runner.workspace, life.runner.sheets, lambda: False)
        if life.now >= morning:
            PREPARE.do(desk)
            morning = datetime.combine(life.now.date(), FIRST.time(), UTC) + timedelta(days=7)
        SEND.do(desk)


def next_due(life: Life) -> datetime | None:
    """The quarter of an hour after the next due time."""
    with life.runner.workspace.ledger.read() as tx:
        queued = timing.timed(tx, [Status.QUEUED])
    if not queued:
        return None
    due_at = max(queued[0].due_at, life.now)
    return due_at + (datetime.max.replace(tzinfo=UTC) - due_at) % timedelta(minutes=15)


def expected(life: Life, name: str) -> set[tuple[str, str]]:
    """(round, address) of every mail a campaign's rule asks for, outside the fortnight off."""
    workspace = life.runner.workspace
    found = look(workspace, workspace.ledger, name, Sheets(), after=FIRST, until=LAST)
    return {(each.due.round, each.contact.address) for each in found.prospects if not OFF < each.due.due_at < ON}


def test_every_due_mail_of_a_year_goes_once_in_its_hours_and_never_late(life):
    campaigns = life.runner.workspace.config.campaigns
    sent = life.entries(Status.SENT)
    assert len(sent) == len(life.outbox) > 300
    assert max(Counter((each.campaign, each.round, each.address) for each in sent).values()) == 1

    for entry in sent:
        campaign, country = campaigns[entry.campaign], CLIENTS[int(entry.address[6])]["Country"]
        assert entry.due_at <= entry.sent_at <= entry.due_at + when.duration(campaign.grace)
        assert when.is_open(entry.sent_at, campaign.hours, entry.zone, when.closed_days(country))
        assert not OFF < entry.sent_at < ON

    for name in campaigns.keys() - {"touch"}:
        went = {(each.round, each.address) for each in sent if each.campaign == name and each.due_at <= LAST}
        assert went == expected(life, name), name

    assert {each.round for each in sent if each.campaign == "leap"} >= {"2028-02"}
    born_on_the_leap_day = [each for each in sent if each.campaign == "birthdays" and each.address[6] == "0"]
    assert [each.due_at.date() for each in born_on_the_leap_day] == [date(2028, 2, 29)]
    jumped = next(each for each in sent if each.campaign == "by-row" and each.zone == "Europe/Paris")
    assert f"{jumped.due_at.astimezone(ZoneInfo('Europe/Paris')):%H:%M}" == "03:30"


def test_what_fell_into_the_fortnight_off_is_asked_about_or_skipped_never_sent(life):
    due_then = [each for each in life.entries() if each.due_at and OFF < each.due_at < ON]
    assert due_then
    assert {each.status for each in due_then} <= {Status.MISSED, Status.CANCELLED, Status.SENT}
    assert all(each.sent_at >= ON for each in due_then if each.status is Status.SENT)
