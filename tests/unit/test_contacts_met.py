"""Keys and mailboxes met before: told with their first place, whatever they are and however many."""

import pytest

from mailer.contacts.met import Met
from mailer.errors import ContactsError
from mailer.model import Source


def at(row):
    return Source("clients.xlsx", "Clients", row)


@pytest.fixture
def met():
    made = Met()
    yield made
    made.close()


def test_what_was_met_before_is_told_as_it_was_said_first(met):
    assert met.before("mailbox", "ada@x.example", "Ada@x.example", at(2)) is None
    assert met.before("mailbox", "ada@x.example", "ADA@x.example", at(3)) == ("Ada@x.example", at(2))
    assert met.before("mailbox", "ada@x.example", "ada@x.example", at(4)) == ("Ada@x.example", at(2))


def test_a_key_is_no_mailbox(met):
    assert met.before("key", "ada@x.example", "", at(2)) is None
    assert met.before("mailbox", "ada@x.example", "ada@x.example", at(2)) is None


def test_half_a_character_is_met_like_any_other(met):
    assert met.before("key", "\ud83d", "", at(2)) is None
    assert met.before("key", "\ud83d", "", at(3)) == ("", at(2))


def test_a_full_disk_is_told_with_the_cure(met):
    met._file.execute("PRAGMA max_page_count = 10")
    with pytest.raises(ContactsError, match="full") as refused:
        for row in range(10_000):
            met.before("key", f"a key of some length {row}", "", at(row))
    assert "Make room" in refused.value.cure
