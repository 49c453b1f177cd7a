"""One click leaves; a scanner's look does not; a second click is answered like the first."""

from datetime import timedelta

import pytest

from mailer.ledger import erasing, listing, suppressions
from mailer.model import Status
from mailer.tokens import message_id_of, token_of
from mailer.way_out import way_out
from tests.factories import NOW, add_drafts
from tests.inboxes import BOB, sent, suppressed

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def token_in(ledger, **changes):
    """The token in a mail that went to Bob, and perhaps to others."""
    _, message_id = sent(ledger, **changes)
    with ledger.read() as tx:
        return token_of(message_id, suppressions.salt_of(tx))


@pytest.fixture
def token(ledger):
    return token_in(ledger)


@pytest.fixture
def page(ledger):
    return way_out(ledger, "Harbour & Vale <LLP>", now=lambda: NOW).test_client()


def test_a_post_suppresses_and_cancels_what_waits(ledger, token, page):
    (waiting,) = add_drafts(ledger, campaign="year-end")
    assert page.post(f"/{token}", data=ONE_CLICK).status_code == 200
    assert suppressed(ledger) == {BOB}
    with ledger.read() as tx:
        assert listing.entries(tx, ids=[waiting])[0].status is Status.CANCELLED


def test_a_click_in_a_shared_mail_is_the_word_of_all_it_was_written_to_and_of_nobody_in_copy(ledger, page):
    token = token_in(ledger, to=(f"Bob <{BOB}>", "Carol <Carol@Client.example>"), cc=("ada@harbourvale.example",))
    page.post(f"/{token}", data=ONE_CLICK)
    assert suppressed(ledger) == {BOB, "carol@client.example"}


def test_a_click_in_a_mail_whose_words_are_gone_still_counts(ledger, token, page):
    with ledger.begin() as tx:
        erasing.purge(tx, NOW + timedelta(days=1))
    page.post(f"/{token}", data=ONE_CLICK)
    assert suppressed(ledger) == {BOB}


def test_a_second_post_is_answered_like_the_first(ledger, token, page):
    answers = [page.post(f"/leave/{token}", data=ONE_CLICK) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].data == answers[1].data
    assert suppressed(ledger) == {BOB}


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanners_look_changes_nothing(ledger, token, page, method):
    assert getattr(page, method)(f"/{token}").status_code == 200
    assert suppressed(ledger) == set()


def test_the_page_shows_a_button_and_nothing_about_the_recipient(token, page):
    answer = page.get(f"/{token}")
    assert b'method="post"' in answer.data
    assert b"client0" not in answer.data
    assert b"Vale &lt;LLP&gt;" in answer.data


def test_the_page_speaks_the_readers_language(token, page):
    answer = page.get(f"/{token}", headers={"Accept-Language": "fr-FR, en;q=0.5"})
    assert "Ne plus recevoir" in answer.text


@pytest.mark.parametrize("bad", ["x", "PGFAYj4.AAAA", "é", "." * 300, "%00.%00"])
def test_a_token_that_we_did_not_make_does_nothing(ledger, page, bad):
    assert page.post(f"/{bad}", data=ONE_CLICK).status_code == 404
    assert suppressed(ledger) == set()


def test_a_changed_token_is_not_believed():
    name, _, signature = token_of("<a@b.example>", "secret").partition(".")
    assert message_id_of(f"{name}.{signature}", "secret") == "<a@b.example>"
    assert message_id_of(f"{name}x.{signature}", "secret") is None
    assert message_id_of(f"{name}.{signature[::-1]}", "secret") is None


@pytest.mark.parametrize("message_id", ["<never@sent.example>", ""])
def test_a_token_of_ours_for_a_mail_that_the_ledger_does_not_have_does_nothing(ledger, page, message_id):
    add_drafts(ledger)  # which has no Message-ID yet
    with ledger.read() as tx:
        token = token_of(message_id, suppressions.salt_of(tx))
    assert page.post(f"/{token}", data=ONE_CLICK).status_code == 404
    assert suppressed(ledger) == set()


def test_a_click_of_somebody_who_is_forgotten_names_nobody_again(ledger, token, page):
    with ledger.begin() as tx:
        erasing.forget(tx, BOB, at=NOW, who="ada")
    before = suppressed(ledger)
    assert page.post(f"/{token}", data=ONE_CLICK).status_code == 200
    assert suppressed(ledger) == before


def test_nothing_redirects_and_nothing_is_cached(token, page):
    for answer in (page.get(f"/{token}"), page.post(f"/{token}", data=ONE_CLICK), page.get(f"/{token}/")):
        assert answer.status_code in {200, 404}
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("message_id", ["<a@b.example>", "<ü@b.example>", ""])
def test_a_token_names_its_mail_again(message_id):
    assert message_id_of(token_of(message_id, "secret"), "secret") == message_id
    assert message_id_of(token_of(message_id, "secret"), "another") is None
