"""A long list is rendered by several processes; what they make is what one alone would have made."""

import shutil
import threading
import tracemalloc
from contextlib import contextmanager

import pytest

from mailer import campaigns
from mailer.ledger import drafts, listing, people, rounds
from mailer.model import Edit
from tests.factories import NOW, contact
from tests.workspaces import Firm, row

TEMPLATE = """---
subject: Thank you, {{ first_name }}
attachments: [terms.txt, "for-{{ first_name }}.txt"]
---
Dear {{ first_name }},

thank you for {{ amount }}. It was a pleasure. {% if personal_line %}{{ personal_line }}{% endif %}

Ada
"""
COUNT = 350


@contextmanager
def a_second_thread():
    """While there is one, nothing is forked."""
    ends = threading.Event()
    thread = threading.Thread(target=ends.wait)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


@pytest.fixture
def two_firms(firm, tmp_path):
    """The same folder twice: files for all but one client, an address that two far rows share, a cell left empty."""
    rows = [row(number) for number in range(COUNT)]
    rows[320] = row(320, e_mail="client5@client.example")
    rows[330] = row(330, amount=None)
    firm.write_sheet(rows)
    firm.write_template(TEMPLATE)
    (firm.folder / "terms.txt").write_text("Our terms")
    for number in range(COUNT):
        if number != 7:
            (firm.folder / f"for-Bob{number}.txt").write_text(f"For {number}")
    return firm, Firm(shutil.copytree(firm.folder, tmp_path / "other"))


def alone(firm):
    with a_second_thread(), firm.open() as workspace:
        return campaigns.prepare(
            workspace.ledger, workspace.config, workspace.folder, "thanks", campaigns.ByHand(), now=workspace.now
        )


def kept(firm):
    """All that a preparation leaves in the ledger, and the files it watches."""
    with firm.open() as workspace, workspace.ledger.read() as tx:
        entries = listing.entries(tx)
        words = listing.words_of(tx, [entry.id for entry in entries])
        digests = {file.digest for draft in words.values() for file in draft.attachments}
        (current,) = rounds.rounds_of(tx, "thanks")
        stamped = [stamp.path.removeprefix(str(firm.folder)) for stamp in rounds.watched_files(tx, current.id)]
        return entries, words, drafts.attachment_contents(tx, digests), sorted(stamped)


def test_a_long_list_is_prepared_alike_by_many_and_by_one(two_firms):
    one, other = two_firms
    made = alone(one)
    other.run("campaigns", "prepare", "thanks")
    assert made.made == COUNT
    assert kept(other) == kept(one)
    entries, words, contents, stamped = kept(one)
    kinds = {number: {problem.kind for problem in entries[number].problems} for number in (7, 320, 330)}
    assert "missing-attachment" in kinds[7]
    assert "doubled" in kinds[320]
    assert "empty-field" in kinds[330]
    assert len(contents) == COUNT
    assert "/for-Bob7.txt" in stamped
    assert len(words) == COUNT


def test_a_long_list_is_prepared_again_alike_by_many_and_by_one(two_firms):
    """A sentence by hand stays, and is told to stand on other words now."""
    for firm in two_firms:
        alone(firm)
        with firm.open() as workspace:
            own = Edit(personal_line="The tea was good.")
            campaigns.edit(workspace.ledger, workspace.config, workspace.folder, 3, own, now=NOW)
        firm.write_template(TEMPLATE.replace("a pleasure", "a great pleasure"))
    again = alone(two_firms[0])
    two_firms[1].run("campaigns", "prepare", "thanks")
    assert again.changed == COUNT - 1  # all but the one without an amount, whose words are not there
    entry = kept(two_firms[0])[0][2]
    assert "changed-beneath" in {problem.kind for problem in entry.problems}
    assert kept(two_firms[1]) == kept(two_firms[0])


def test_rows_that_are_on_their_way_at_a_commit_are_known_to_those_behind_them(firm, tmp_path):
    """Around each hundred after the first two thousand, two rows of one address, and two of one person."""
    rows = [row(number) for number in range(2600)]
    ends = range(2100, 2600, 100)
    for end in ends:
        rows[end + 10] = row(end + 10, e_mail=f"client{end - 10}@client.example")
    firm.write_sheet(rows)
    with firm.open() as workspace, workspace.ledger.begin() as tx:
        for end in ends:
            pair = [contact(f"client{number}@client.example", key=f"C{number}") for number in (end - 20, end + 20)]
            first, second = people.identify(tx, pair, at=NOW)
            people.merge(tx, second, first)
    other = Firm(shutil.copytree(firm.folder, tmp_path / "other"))
    made = alone(firm)
    other.run("campaigns", "prepare", "thanks")
    assert (made.made, made.skipped) == (2595, {"met": 5})
    assert kept(other) == kept(firm)
    doubled = [entry.address for entry in kept(firm)[0] if "doubled" in {each.kind for each in entry.problems}]
    assert doubled == [f"client{end - 10}@client.example" for end in ends]


def test_the_files_of_many_rows_are_never_all_in_memory(firm):
    """Sixty files of a megabyte, one for each client."""
    firm.write_sheet([row(number) for number in range(60)])
    firm.write_template(TEMPLATE.replace("terms.txt, ", ""))
    for number in range(60):
        (firm.folder / f"for-Bob{number}.txt").write_bytes(bytes([number]) * 1_000_000)
    tracemalloc.start()
    made = alone(firm).made
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made == len(kept(firm)[2]) == 60
    assert peak < 40_000_000
