"""One personal mail, now: from the command line to the outbox, and never twice."""

import email
from email import policy

import pytest

from tests.cared import make_caring

PEER = """---
subject: "Thank you for that, {{ first_name }}"
---
Dear {{ first_name }},

thank you {{ personal_line }}

{{ sender.name }}
"""


@pytest.fixture
def caring(firm):
    """A caring firm with the words that go around a sentence."""
    make_caring(firm).write_template(PEER, "peer-thanks.md")
    return firm


def thank(firm, *arguments, **options):
    return firm.run("thank", *arguments, **options)


def text_of(path):
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    return message.get_body(("plain",)).get_content()


def test_a_colleague_is_thanked_after_a_look_and_a_yes(caring):
    done = thank(caring, "mercy@harbourvale.example", "for staying late on the audit", "--yes")
    assert "Dear Mercy," in done.out
    assert "thank you for staying late on the audit." in text_of(caring.outbox[0])


def test_the_clock_starts_again_with_the_thanks(caring):
    thank(caring, "C0001", "for the lease", "--yes")
    assert len(caring.run("contacts", "neglected", "--audience", "client", "--json").json) == 2
    assert "Thank you for that, Bob1" in caring.run("contacts", "show", "C0001").out


def test_the_same_thanks_on_one_day_are_sent_once(caring):
    thank(caring, "C0001", "for the lease", "--yes")
    again = thank(caring, "C0001", "For the  lease", "--yes")
    assert "Nothing was sent again" in again.out
    assert len(caring.outbox) == 1


def test_other_words_are_another_mail(caring):
    thank(caring, "C0001", "for the lease", "--yes")
    thank(caring, "C0001", "for the tea", "--yes")
    assert len(caring.outbox) == 2


def test_without_a_yes_nothing_is_sent(caring):
    refused = thank(caring, "C0001", "for the lease", code=2)
    assert "needs an answer" in refused.err
    assert "Dear Bob1," in refused.out
    assert caring.outbox == []


def test_a_question_nobody_answered_leaves_nothing_that_waits(caring):
    thank(caring, "C0001", "for the lease", code=2)
    assert caring.run("drafts", "list", "--json").json == []
    thank(caring, "C0001", "for the lease", "--yes")
    assert len(caring.outbox) == 1


def test_a_sentence_is_never_read_as_a_template(caring):
    thank(caring, "C0001", "for {{ amount }} kindnesses", "--yes")
    assert "{{ amount }}" in text_of(caring.outbox[0])


def test_who_asked_us_to_stop_is_not_thanked(caring):
    caring.run("suppress", "add", "client1@client.example")
    refused = thank(caring, "C0001", "for the lease", "--yes", code=1)
    assert "must not be written to" in refused.out + refused.err
    assert caring.outbox == []


def test_who_asked_to_be_forgotten_is_not_written_down_again(caring):
    caring.run("forget", "client1@client.example", "--yes")
    refused = thank(caring, "client1@client.example", "for the lease", "--name", "Bob One", "--yes", code=2)
    assert "asked to be forgotten" in refused.err
    assert b"client1@client.example" not in (caring.folder / "rehearsal.db").read_bytes()


def test_a_stranger_needs_a_name(caring):
    assert "--name" in thank(caring, "zoe@else.example", "for the tip", code=2).err
    thank(caring, "zoe@else.example", "for the tip", "--name", "Zoe Ade", "--yes")
    assert "Dear Zoe," in text_of(caring.outbox[0])


def test_an_account_that_is_not_there_is_named_with_those_that_are(caring):
    assert "--from ada" in thank(caring, "C0001", "for the tea", "--from", "bob", code=2).err


def test_a_send_of_everything_does_not_stop_at_thanks_that_wait(caring):
    thank(caring, "C0001", "for the lease", "--yes")
    assert "no longer in config.yaml" not in caring.run("send", "--yes").err


def test_the_sincerity_check_speaks_kindly_when_it_is_too_soon(caring):
    thank(caring, "C0001", "for the lease", "--yes")
    assert "They last heard from us today" in thank(caring, "C0001", "for the tea", "--yes").out
