"""`in_turn:` campaigns: in each round one of the people that each owner knows, whoever has waited longest."""

from __future__ import annotations

from collections.abc import Iterable

from mailer.ledger import drafts, rounds, timing
from mailer.ledger.opening import Ledger
from mailer.scheduling.looking import Prospect


def whose_turn(ledger: Ledger, campaign: str, round_name: str, prospects: Iterable[Prospect]) -> list[Prospect]:
    """One prospect for each owner: who has a mail in this round already, else who waited longest, as in the sheet."""
    by_owner: dict[str, list[Prospect]] = {}
    for each in prospects:
        by_owner.setdefault(each.contact.owner.strip().casefold(), []).append(each)
    persons = {each.person for group in by_owner.values() for each in group}
    with ledger.read() as tx:
        known = rounds.find_round(tx, campaign, round_name)
        there = {person for person, _ in drafts.kept(tx, known.id, 0, persons)} if known else set()
        last = timing.last_turns(tx, campaign, other_than=round_name)
    return [
        min(group, key=lambda each: (each.person not in there, last.get(each.person, 0))) for group in by_owner.values()
    ]
