"""What holds on every page of the desk: help in two sentences, a hostile contact shown as words, the same policy."""

import html
import re
from datetime import timedelta

import pytest

from mailer import campaigns
from mailer.ledger import listing, moves, timing
from mailer.model import Edit, Status
from tests.cared import make_caring, touched
from tests.desks import HOME, closed_desk, open_desk, prepare
from tests.factories import NOW
from tests.workspaces import make_firm, row

EVIL = "<script>alert(1)</script>"
PAGES = [
    "/",
    "/neglected",
    f"/neglected?owner={EVIL}",
    "/review/thanks",
    f"/review/thanks?find={EVIL}",
    "/review/thanks/1",
    "/review/thanks/1?words=text",
    "/review/thanks/2",
    "/campaigns",
    "/campaigns/thanks",
    "/start",
    "/start/year-end/year-end",
    "/contacts",
    "/contacts/clients",
    f"/contacts/clients?find={EVIL}",
    "/contacts/clients/2",
    "/schedule",
    "/schedule?month=2026-12",
    "/report",
    "/report?campaign=thanks",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The desk of a firm whose sheet was written by an enemy, with something on every page."""
    firm = make_caring(make_firm(tmp_path_factory.mktemp("hostile") / "firm"))
    firm.write_sheet([row(n, first_name=EVIL, last_name=EVIL, owner=EVIL, add_a_sentence=EVIL) for n in (1, 2, 3)])
    prepare(firm)
    with firm.open() as workspace:
        ledger = workspace.ledger
        with ledger.read() as tx:
            assert len(listing.entries(tx)) == 3
        touched(workspace, "C0001", "replied", days_ago=1, words=EVIL)
        touched(workspace, "C0001", "memo", days_ago=1, words=EVIL)
        campaigns.edit(ledger, workspace.config, workspace.folder, 2, Edit(subject=EVIL), now=NOW)
        campaigns.approve(ledger, [3], who=EVIL, now=NOW)
        with ledger.begin() as tx:
            timing.retime(tx, {1: NOW - timedelta(days=2), 3: NOW})
            moves.move(tx, [3], Status.SENDING, at=NOW, who=EVIL)
            moves.move(tx, [3], Status.UNCONFIRMED, at=NOW, who=EVIL, values={"last_reply": EVIL})
    with firm.closing:
        yield open_desk(firm)


@pytest.mark.parametrize("path", PAGES)
def test_a_contact_called_like_a_script_is_words_on_every_page(desk, path):
    answer = desk.get(path)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_in_two_sentences_what_it_is_for(desk, path):
    said = re.search(r'<p class="help">(.*?)</p>', desk.get(path).text, re.DOTALL)[1]
    assert len(re.findall(r"[.?!](?=\s|$)", html.unescape(said).strip())) == 2, said


@pytest.mark.parametrize("path", PAGES)
def test_every_page_leads_to_all_the_others(desk, path):
    text = desk.get(path).text
    for other in ("/", "/campaigns", "/contacts", "/schedule", "/report"):
        assert f'href="{other}"' in text


def test_a_config_that_is_gone_for_a_moment_is_said_and_found_again(firm):
    desk = open_desk(firm)
    config = firm.folder / "config.yaml"
    aside = config.rename(firm.folder / "aside.yaml")
    said = desk.get("/")
    assert (said.status_code, "config.yaml cannot be read" in said.text) == (409, True)
    aside.rename(config)
    assert desk.get("/").status_code == 200


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ZeroDivisionError(), 500, "The program made a mistake and stopped here"),
        (PermissionError(13, "Permission denied", "config.yaml"), 409, "config.yaml: Permission denied."),
    ],
)
def test_what_goes_wrong_with_us_is_not_put_down_to_the_browser(firm, error, code, said):
    def broken():
        raise error

    desk = closed_desk(firm)
    desk.app.add_url_rule("/broken", view_func=broken)
    desk.get(desk.door.link.removeprefix(HOME))
    shown = desk.get("/broken")
    assert (shown.status_code, said in shown.text) == (code, True)
