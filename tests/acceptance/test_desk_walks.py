"""The office manager's way through the desk in a real browser, and what she may do in the middle of it."""

import threading

import pytest

from mailer import campaigns
from mailer.workspace import Clock
from tests.browsers import PHONE, chromium, enter, faults, path_of, said
from tests.desks import prepare, served_desk
from tests.servers import ScriptedServer
from tests.workspaces import smtp_account


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("window", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_from_an_empty_workspace_to_sent_mail_with_the_keyboard_only(browser, firm, tmp_path, window):
    """Drop the workbook, prepare, read, add a sentence, approve, send, see that they went."""
    hers = (firm.folder / "clients.xlsx").rename(tmp_path / "My clients.xlsx")
    with served_desk(firm) as link:
        page = browser.new_page(viewport=window)
        page.goto(link)
        enter(page, "Contacts", "**/contacts")
        enter(page, "clients", "**/contacts/clients")
        page.locator("#book").set_input_files(hers)
        page.locator("#book").focus()
        enter(page, "See what would change", "**/drop/*")
        assert faults(page) == []
        said(page, "3 new, 0 gone, 0 changed")
        page.keyboard.press("y")
        said(page, "The new sheet counts from now on.")
        enter(page, "Campaigns", "**/campaigns")
        enter(page, "thanks", "**/campaigns/thanks")
        page.keyboard.press("u")
        said(page, "Prepared: 3 emails newly written.")
        page.keyboard.press("r")
        page.wait_for_url("**/review/thanks")
        enter(page, "Bob1 Stone", "**/review/thanks/1")
        page.keyboard.press("e")
        page.wait_for_function("document.activeElement.matches('input, textarea')")
        page.keyboard.type("The tea was good.")
        page.locator("#saved").get_by_text("Saved.").wait_for()
        page.keyboard.press("Escape")
        for number in (2, 3):
            page.keyboard.press("a")
            page.wait_for_url(f"**/review/thanks/{number}")
        page.keyboard.press("a")
        page.wait_for_url("**/review/thanks")
        enter(page, "Campaigns", "**/campaigns")
        enter(page, "thanks", "**/campaigns/thanks")
        page.keyboard.press("s")
        said(page, "3 emails sent")
        assert page.evaluate("document.documentElement.scrollWidth") <= window["width"]
        page.close()
    assert len(firm.outbox) == 3
    assert sum("The tea was good." in path.read_text() for path in firm.outbox) == 1


def test_back_reload_and_a_second_tab_in_the_middle_of_a_send_send_nobody_twice(browser, firm):
    """The server answers nothing before all of that was done."""
    let_go = threading.Event()

    def wait(turn):
        if turn.phase == "dot":
            let_go.wait(30)

    with ScriptedServer(wait) as server:
        firm.write_config(account=smtp_account(server.port))
        prepare(firm)
        with firm.open() as workspace:
            campaigns.approve(workspace.ledger, [1, 2, 3], who="ada", now=Clock().now())
        with served_desk(firm) as link:
            context = browser.new_context()
            first, second = context.new_page(), context.new_page()
            first.goto(link)
            for page in (first, second):
                page.goto(path_of(first, "/campaigns/thanks"))
            first.keyboard.press("s")
            first.get_by_text("0 of 3 emails").wait_for()
            second.keyboard.press("s")
            second.get_by_text("0 of 3 emails").wait_for()
            first.reload()
            first.go_back()
            first.go_forward()
            let_go.set()
            for page in (first, second):
                said(page, "3 emails sent")
            first.go_back()
            first.goto(path_of(first, "/campaigns/thanks"))
            assert first.get_by_role("button", name="Send").count() == 1  # the test to oneself
            context.close()
    assert sorted(address for taken in server.accepted for address in taken.rcpt_to) == [
        f"client{number}@client.example" for number in (1, 2, 3)
    ]


def test_a_button_pressed_twice_is_pressed_once(browser, firm):
    with served_desk(firm) as link:
        page = browser.new_page()
        page.goto(link)
        page.goto(path_of(page, "/contacts/clients/2"))
        page.get_by_label("What was said").fill("They called.")
        on_their_way = []
        page.route("**/heard", lambda route: on_their_way.append(route))  # noqa: PLW0108 - no method will do
        twice = "button => { button.click(); return new Promise(done => setTimeout(() => done(button.click()), 50)); }"
        page.get_by_role("button", name="Log it").evaluate(twice)
        (sent,) = on_their_way
        sent.continue_()
        said(page, "Noted: in touch on")
        page.close()
    assert firm.run("contacts", "show", "client1@client.example").out.count("They called.") == 1


def test_a_new_campaign_is_made_on_a_phone_and_a_mistake_stands_beside_its_field(browser, firm):
    firm.write_template(name="year-end.md")
    with served_desk(firm) as link:
        page = browser.new_page(viewport=PHONE)
        page.goto(link)
        enter(page, "Campaigns", "**/campaigns")
        page.keyboard.press("c")
        page.wait_for_url("**/start")
        enter(page, "year-end", "**/start/year-end/year-end")
        page.get_by_label("On which day").fill("someday")
        page.get_by_role("button", name="Make it").click()
        page.get_by_label("On which day").wait_for()
        assert "someday" in page.locator("[id='wrong-when.on']").inner_text()
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.get_by_label("On which day").fill("20 december")
        page.get_by_role("button", name="Make it").click()
        page.wait_for_url("**/campaigns/year-end")
        page.close()
    assert "on: 20 december" in (firm.folder / "config.yaml").read_text(encoding="utf-8")
