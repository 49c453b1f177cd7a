"""The report: figures over a real ledger, and each form it is written in."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mailer.relations.charts import trend
from mailer.relations.figures import month_ends, report_of
from mailer.relations.page import report_page
from mailer.relations.workbook import write_workbook
from tests.cared import make_caring, relations_of, send_thanks, touched
from tests.factories import NOW
from tests.workspaces import row

SINCE, TODAY = date(2026, 1, 1), NOW.date()


@pytest.fixture
def workspace(firm):
    """A caring firm's workspace."""
    with make_caring(firm).open() as opened:
        yield opened


def report(workspace, **changes):
    given = {"since": SINCE, "until": TODAY, "zone": "Africa/Lagos", **changes}
    return report_of(workspace.ledger, relations_of(workspace), **given)


def side(found, audience):
    return next(each for each in found.sides if each.audience == audience)


def test_replies_come_first_and_the_newest_of_them(workspace):
    touched(workspace, "C0001", "replied", days_ago=9, words="How kind!")
    touched(workspace, "C0002", "replied", days_ago=2, words="Thank you.")
    assert [(reply.name, reply.words) for reply in report(workspace).replies] == [
        ("Bob2 Stone", "Thank you."),
        ("Bob1 Stone", "How kind!"),
    ]


def test_a_full_disk_is_one_error_and_nothing_behind_it(workspace):
    with pytest.raises(OSError, match="No space left"):
        write_workbook(report(workspace), Path("/dev/full"))


def test_inside_and_outside_the_house_stand_side_by_side(workspace):
    send_thanks(workspace)
    found = report(workspace)
    clients, staff = side(found, "client"), side(found, "staff")
    assert (clients.people, clients.thanked, clients.kept, clients.neglected) == (3, 3, 3, 0)
    assert (staff.people, staff.thanked, staff.kept, staff.neglected) == (2, 0, 0, 2)
    assert (clients.is_internal, staff.is_internal) == (False, True)


def test_it_tells_who_was_thanked_by_whom(workspace):
    send_thanks(workspace)
    assert report(workspace).thanked == {("ada", "client"): 3}


def test_what_lies_before_the_first_day_is_not_counted(workspace):
    touched(workspace, "C0001", "replied", days_ago=40)
    assert report(workspace, since=TODAY - timedelta(days=30)).replies == ()


def test_of_one_campaign_only_its_own_mails_count(workspace):
    send_thanks(workspace)
    touched(workspace, "C0001", "replied", days_ago=0)
    found = report(workspace, campaign="thanks")
    assert (side(found, "client").mails, len(found.replies)) == (3, 0)


def test_the_trend_begins_when_somebody_was_first_met(workspace):
    send_thanks(workspace)
    shares = report(workspace).trend
    assert shares[date(2026, 10, 31)] == {}
    assert shares[TODAY] == {"client": 1.0, "staff": 0.0}


def test_a_month_ends_on_its_last_day_and_the_last_one_today():
    assert list(month_ends(date(2025, 12, 15), date(2026, 3, 10))) == [
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 10),
    ]


def test_who_rests_is_neither_promised_nor_neglected(workspace, firm):
    firm.write_sheet([["C0001", "bob@client.example", "yes"]], ("Client no", "E-mail", "On hold"))
    clients = side(report(workspace), "client")
    assert (clients.promised, clients.neglected) == (0, 0)


def test_where_no_promise_is_kept_the_names_stand_above_the_months(workspace):
    drawn = trend(report(workspace))
    names = re.findall(r'<text class="name s[01]" x="[^"]+" y="([^"]+)"', drawn)
    months = re.findall(r'y="([^"]+)" text-anchor="middle"', drawn)
    assert len(names) == 2
    assert max(map(float, names)) < max(map(float, months)) - 10


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_people_wrote(workspace):
    touched(workspace, "C0001", "replied", days_ago=1, words="<script>alert(1)</script>")
    page = report_page(report(workspace), firm="Harbour & Vale")
    assert "&lt;script&gt;" in page
    assert not any(forbidden in page for forbidden in ("<script", "http:", "https:", "url("))
    assert "<svg" in page
    assert "Harbour &amp; Vale" in page


def test_the_workbook_holds_every_question_and_no_formula(workspace, tmp_path):
    touched(workspace, "C0001", "replied", days_ago=1, words='=HYPERLINK("x")')
    path = tmp_path / "report.xlsx"
    write_workbook(report(workspace), path)
    book = load_workbook(path)
    assert book.sheetnames == ["Replies", "Audiences", "Promises kept", "Thanked by", "Neglected", "Did not arrive"]
    assert book["Replies"]["D2"].data_type == "s"


def test_the_workbook_holds_the_words_of_a_reply_as_they_are_but_for_what_no_cell_can_hold(workspace, tmp_path):
    for days_ago, words in enumerate(['=HYPERLINK("x")', "+1, and thanks", "- Bob", "one page\x0canother"], 1):
        touched(workspace, "C0001", "replied", days_ago=days_ago, words=words)
    path = tmp_path / "report.xlsx"
    write_workbook(report(workspace), path)
    cells = [row[3] for row in load_workbook(path)["Replies"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == ['=HYPERLINK("x")', "+1, and thanks", "- Bob", "one pageanother"]
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_command_prints_it_and_writes_both_files(firm):
    make_caring(firm)
    shown = firm.run("report").out
    assert "0 replies" in shown
    assert "Opens are not counted" in shown
    firm.run("report", "thanks", "--html", "r.html", "--xlsx", "r.xlsx")
    assert (firm.folder / "r.html").is_file()
    assert (firm.folder / "r.xlsx").is_file()
    assert firm.run("report", "--since", "2026-01-01", "--json").json["audiences"][0]["audience"] == "client"


def test_of_long_lists_it_says_how_many_more_there_are(firm):
    make_caring(firm)
    firm.write_sheet([row(number) for number in range(1, 14)])
    shown = firm.run("report").out
    assert "Neglected: 15" in shown
    assert shown.count(" never") == 10
    assert "  … and 5 more (--json lists them all)" in shown
