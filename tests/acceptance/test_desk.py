"""The desk in a real browser: what a person sees and does, and what a hostile mail or page cannot."""

import socket

import pytest

from mailer.ledger import listing
from mailer.model import Edit, Status
from tests.browsers import chromium, path_of
from tests.desks import prepare, served_desk
from tests.factories import add_drafts
from tests.workspaces import row


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def link(firm):
    firm.write_sheet([row(1), row(2), row(3, first_name=None)])
    prepare(firm)
    with served_desk(firm) as opened:
        yield opened


@pytest.fixture
def page(browser, link):
    """A browser window on the desk's first page, that must stay free of script errors."""
    context = browser.new_context()
    opened = context.new_page()
    errors = []
    opened.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 (playwright takes no builtin)
    opened.goto(link)
    yield opened
    context.close()
    assert errors == []


HOSTILE = (
    '<html><head><meta http-equiv="refresh" content="0;url=EVIL/"><title>'
    + "t" * 2000
    + """</title><style>p { color: rgb(1, 2, 3) }</style></head><body onload="parent.hurt = 1">
<script>parent.hurt = 1; top.location = "EVIL/"</script>
<p id="words">Dear Bob</p><img src="EVIL/p.gif"><img src=x onerror="parent.hurt = 1">
<img src="/review/thanks/1"><link rel="stylesheet" href="EVIL/s.css">
<div style="background: url(EVIL/b.gif)">b</div><base href="EVIL/">
<form action="EVIL/"><input name="q" autofocus><button>Send</button></form>
<iframe src="EVIL/f"></iframe><object data="EVIL/o"></object>
<a href="EVIL/" target="_top">away</a><svg onload="parent.hurt = 1"></svg>"""
    + "<p>x</p>" * 40_000
    + "</body></html>"
)


@pytest.fixture
def elsewhere():
    """A server that nobody may ever call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_hostile_mail_shows_its_words_and_does_nothing(browser, firm, elsewhere):
    html = HOSTILE.replace("EVIL", f"http://127.0.0.1:{elsewhere.getsockname()[1]}")
    with firm.open() as workspace:
        add_drafts(workspace.ledger, campaign="thanks", html=html, subject="s" * 2000)
    with served_desk(firm) as link:
        page = browser.new_page()
        page.goto(link)
        page.goto(path_of(page, "/review/thanks/1"))
        words = page.frame_locator("iframe").locator("#words")
        assert words.inner_text() == "Dear Bob"
        assert words.evaluate("node => getComputedStyle(node).color") == "rgb(1, 2, 3)"
        page.frame_locator("iframe").get_by_role("link").click()
        page.frame_locator("iframe").get_by_role("button").click()
        assert page.url == path_of(page, "/review/thanks/1")
        assert page.evaluate("window.hurt") is None
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.close()


def entries(firm):
    with firm.open() as workspace, workspace.ledger.read() as tx:
        return {each.id: each for each in listing.entries(tx)}


def test_reading_adding_a_sentence_and_saying_yes_with_the_keyboard_only(page, firm):
    page.goto(path_of(page, "/review/thanks/1"))
    page.keyboard.press("e")
    page.wait_for_function("document.activeElement.matches('input, textarea')")
    page.keyboard.type("The tea was good.")
    preview = page.frame_locator("iframe")
    preview.get_by_text("The tea was good.").wait_for()
    page.locator("#saved").get_by_text("Saved.").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/review/thanks/2")
    page.keyboard.press("p")
    page.wait_for_url("**/review/thanks/1")
    page.keyboard.press("a")
    page.wait_for_url("**/review/thanks/2")
    page.keyboard.press("h")
    page.wait_for_url("**/review/thanks/3")
    page.keyboard.press("a")  # it is held by a problem
    found = entries(firm)
    assert [found[each].status for each in (1, 2, 3)] == [Status.QUEUED, Status.DISCARDED, Status.DRAFT]
    assert found[1].edit.personal_line == "The tea was good."


def test_a_yes_while_a_sentence_is_being_typed_shows_it_first(page, firm):
    page.goto(path_of(page, "/review/thanks/1"))
    page.locator("#subject").fill("For you")
    page.locator("#decide button.main").evaluate("button => button.form.requestSubmit()")
    page.locator("#mail").get_by_text("For you").wait_for()
    assert entries(firm)[1].status is Status.DRAFT
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/review/thanks/2")
    assert entries(firm)[1].subject == "For you"


#: What the page asks for is on its way until it is released.
SLOW = """() => {
    const real = window.fetch;
    window.fetch = (...asked) => new Promise((go) => { window.release = () => go(real(...asked)); });
}"""


def test_a_yes_that_is_quicker_than_the_saving_of_a_sentence_waits_for_it(page, firm):
    page.goto(path_of(page, "/review/thanks/1"))
    page.evaluate(SLOW)
    page.locator("#personal_line").fill("The tea was good.")
    page.locator("#personal_line").blur()
    page.get_by_role("button", name="Approve").click()
    assert entries(firm)[1].status is Status.DRAFT
    page.evaluate("release()")
    page.frame_locator("iframe").get_by_text("The tea was good.").wait_for()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/review/thanks/2")
    assert entries(firm)[1].edit.personal_line == "The tea was good."


def test_a_sentence_that_is_typed_with_pauses_stands_in_the_mail_as_far_as_it_is_typed(page, firm):
    page.goto(path_of(page, "/review/thanks/1"))
    field, preview = page.locator("#personal_line"), page.frame_locator("iframe")
    for words in ("The tea", " was good", ", and you know it."):
        field.press_sequentially(words)
        preview.get_by_text(field.input_value(), exact=True).wait_for()
    assert field.input_value() in page.locator("#body").input_value()
    field.fill("")
    preview.get_by_text("The tea").wait_for(state="detached")
    assert entries(firm)[1].edit == Edit(personal_line="")


def test_a_desk_that_was_closed_while_a_sentence_was_typed_says_that_it_is_not_saved(page):
    page.goto(path_of(page, "/review/thanks/1"))
    page.route("**/edit", lambda route: route.abort())
    page.locator("#personal_line").fill("The tea was good.")
    page.get_by_text("Not saved.").wait_for()


def test_a_foreign_page_that_posts_to_the_desk_is_refused(page, link):
    desk = link.partition("/open/")[0]
    foreign = page.context.new_page()
    foreign.set_content(f'<form method="post" action="{desk}/"><button>Win a prize</button></form>')
    with foreign.expect_navigation() as told:
        foreign.get_by_role("button").click()
    assert told.value.status == 403
