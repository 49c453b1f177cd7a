"""Who is who in the ledger: known again by key or address, met once, joined when they are one."""

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import event

from mailer.campaigns import cancel, discard
from mailer.errors import UsageError
from mailer.ledger import listing, opening, people, schema, timing
from mailer.ledger.moves import move
from mailer.model import Status
from tests.factories import NOW, add_drafts, contact


def keyed(key, address, **changes):
    return contact(address, key=key, **changes)


def identify(ledger, *contacts):
    with ledger.begin() as tx:
        return people.identify(tx, contacts, at=NOW)


def test_more_people_than_a_statement_takes_values_are_looked_up_at_once(ledger):
    everyone = [contact(f"client{number}@x.example") for number in range(300)]
    known = identify(ledger, *everyone)
    with ledger.begin() as tx:
        opening.driver(tx).setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 100)
        assert people.identify(tx, everyone, at=NOW) == known


def test_a_person_with_a_client_number_keeps_history_under_a_corrected_address(ledger):
    assert identify(ledger, keyed("17", "bob@old.example")) == identify(ledger, keyed("17", "bob@new.example"))


def test_the_same_address_in_two_workbooks_is_one_person(ledger):
    assert identify(ledger, keyed("17", "bob@x.example")) == identify(
        ledger, contact("Bob@x.example", source_name="newsletter")
    )


@pytest.mark.parametrize(
    "before", [contact("bob@x.example"), keyed("N-4", "bob@x.example", source_name="newsletter")], ids=["none", "other"]
)
def test_who_has_no_number_in_a_workbook_yet_is_the_same_person_with_one(ledger, before):
    assert identify(ledger, before) == identify(ledger, keyed("17", "bob@x.example"))


def test_two_client_numbers_on_one_address_are_two_people(ledger):
    first, second = identify(ledger, keyed("17", "home@x.example"), keyed("18", "home@x.example"))
    assert first != second


def test_a_sorted_sheet_changes_nobody(ledger):
    contacts = [contact(f"c{number}@x.example") for number in range(20)]
    before = dict(zip((c.address for c in contacts), identify(ledger, *contacts), strict=True))
    contacts.reverse()
    assert dict(zip((c.address for c in contacts), identify(ledger, *contacts), strict=True)) == before


def test_people_of_two_workbooks_are_found_again_in_one_batch(ledger):
    everyone = [keyed("17", "a@x.example"), contact("b@x.example", source_name="newsletter"), contact("c@x.example")]
    before = identify(ledger, *everyone)
    assert identify(ledger, *reversed(everyone)) == before[::-1]


def test_whoever_the_ledger_meets_from_now_on_comes_after_the_newest(ledger):
    (known,) = identify(ledger, contact("a@x.example"))
    with ledger.begin() as tx:
        newest = people.newest(tx)
        met = people.identify(tx, [contact("a@x.example"), contact("b@x.example")], at=NOW)
    assert newest == known
    assert [person > newest for person in met] == [False, True]


def test_merged_people_share_their_addresses(ledger):
    old, new = identify(ledger, contact("bob@old.example"), contact("bob@new.example"))
    with ledger.begin() as tx:
        people.merge(tx, old, new)
        assert people.find(tx, "bob@old.example") == [new]
        assert people.addresses_of(tx, [new]) == ["bob@new.example", "bob@old.example"]


def test_merged_people_were_met_when_the_first_of_them_was(ledger):
    old, new = identify(ledger, contact("bob@old.example"), contact("bob@new.example"))
    earlier, later = NOW - timedelta(days=9), NOW
    with ledger.begin() as tx:
        timing.meet(tx, "welcome", [old], at=earlier)
        timing.meet(tx, "welcome", [new], at=later)
        timing.meet(tx, "only-old", [old], at=earlier)
        people.merge(tx, old, new)
        assert timing.meet(tx, "welcome", [new], at=later) == {new: earlier}
        assert timing.meet(tx, "only-old", [new], at=later) == {new: earlier}


def both_written_to(ledger):
    """Two people who are one, each with a draft in one round: the sheet has their address corrected."""
    add_drafts(ledger, 2)
    return 1, 2


def join(ledger, old, new):
    with ledger.begin() as tx:
        people.merge(tx, old, new)
        return [(entry.status, entry.copy) for entry in listing.entries(tx, persons=[new])]


def test_two_mails_that_may_go_to_one_person_are_joined_when_one_is_discarded(ledger):
    old, new = both_written_to(ledger)
    with pytest.raises(UsageError, match="number 1, to client0@client") as refused:
        join(ledger, old, new)
    assert refused.value.cure == "Discard it: mailer drafts discard 1"
    discard(ledger, [1], who="ada", now=NOW)
    assert join(ledger, old, new) == [(Status.DISCARDED, 1), (Status.DRAFT, 0)]


def test_who_had_the_mail_at_an_old_address_does_not_get_it_again_by_being_joined(ledger):
    old, new = both_written_to(ledger)
    with ledger.begin() as tx:
        move(tx, [1, 2], Status.QUEUED, at=NOW, who="ada")
        move(tx, [1], Status.SENDING, at=NOW, who="mailer")
        move(tx, [1], Status.SENT, at=NOW, who="mailer")
    with pytest.raises(UsageError, match="number 2") as refused:
        join(ledger, old, new)
    assert refused.value.cure == "Call it off: mailer campaigns cancel thank-you --address client1@client.example"
    cancel(ledger, who="ada", now=NOW, campaign="thank-you", address="client1@client.example")
    assert join(ledger, old, new) == [(Status.SENT, 1), (Status.CANCELLED, 0)]


def test_whoever_is_joined_leaves_nothing_behind(ledger):
    """Every table that names people is seen to: one that is made later, too."""
    old, new = identify(ledger, contact("bob@old.example"), contact("bob@new.example"))
    said = []
    with ledger.begin() as tx:
        event.listen(tx, "before_cursor_execute", lambda *call: said.append(call[2].split()))
        people.merge(tx, old, new)
    changed = {words[1 if words[0] == "UPDATE" else 2] for words in said if words[0] in {"UPDATE", "DELETE"}}
    tables = schema.metadata.tables.values()
    assert changed >= {each.name for each in tables if any(key.references(schema.people) for key in each.foreign_keys)}
