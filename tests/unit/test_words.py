"""Drafts as the ledger keeps them."""

import pytest

from mailer.ledger.words import envelope, pack, unpack
from tests.factories import draft

BESIDE = ("campaign", "round", "account", "step", "person", "copy", "digest")
MANY = tuple(f"Member {number} <member{number}@client.example>" for number in range(200))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"text": "Dear Bob,\n\nthank you.\n" * 500, "html": "<p>\n</p>" * 5000},
        {"cc": MANY, "bcc": ("hidden@client.example",), "subject": "Grüße, 家\nfamily"},
    ],
    ids=["short", "long bodies", "long envelope"],
)
def test_the_envelope_is_known_without_the_bodies(changes):
    words = draft(**changes)
    packed = pack(words)
    assert envelope(packed) == (words.from_, words.recipients)
    assert unpack(packed, **{name: getattr(words, name) for name in BESIDE}) == words


def test_words_packed_by_nobody_we_know_are_refused():
    with pytest.raises(ValueError, match="unknown way"):
        envelope(b"\x02" + pack(draft())[1:])
