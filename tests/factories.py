"""Values with defaults: a test names only what it is about."""

import secrets
from dataclasses import replace
from datetime import datetime

from mailer.ledger import drafts, listing, people, queue, rounds
from mailer.ledger.moves import move
from mailer.model import Contact, Draft, Field, Source, Status

#: A Tuesday morning, the instant of tests that need one.
NOW = datetime.fromisoformat("2026-11-24T09:30:00+00:00")


def contact(address: str = "bob@client.example", **changes) -> Contact:
    """A client called Bob."""
    made = Contact(
        key=address,
        address=address,
        name="Bob Stone",
        fields={"first_name": Field("Bob", "Bob"), "address": Field(address, address)},
        audience="client",
        source=Source("clients.xlsx", "Clients", 2),
        source_name="clients",
    )
    return replace(made, **changes)


def draft(**changes) -> Draft:
    """A thank-you to Bob from Ada."""
    made = Draft(
        campaign="thank-you",
        round="1",
        account="ada",
        from_="Ada Obi <ada@harbourvale.example>",
        to=("Bob Stone <bob@client.example>",),
        subject="Thank you, Bob",
        text="Dear Bob,\n\nthank you.\n\nAda\n",
        html="<p>Dear Bob,</p><p>thank you.</p><p>Ada</p>",
        person=1,
        digest=secrets.token_hex(16),
    )
    return replace(made, **changes)


def rendering(beneath: Draft | None = None, **changes) -> drafts.Rendering:
    """A draft as preparation hands it to the ledger; `beneath` is what an edit was made of."""
    words = draft(**changes)
    return drafts.Rendering.of(words, (), contact(words.recipients[0]), beneath=beneath)


def add_drafts(ledger, count: int = 1, *, campaign: str = "thank-you", account: str = "ada", **changes) -> list[int]:
    """So many drafts of one round, each to its own person; returns their ids."""
    contacts = [contact(f"client{number}@client.example") for number in range(count)]
    with ledger.begin() as tx:
        rounds.see_campaign(tx, campaign, at=NOW)
        opened = rounds.open_round(tx, campaign, "1", now=NOW)
        persons = people.identify(tx, contacts, at=NOW)
        fresh = [
            rendering(**{"person": person, "to": (each.address,), "campaign": campaign, "account": account} | changes)
            for person, each in zip(persons, contacts, strict=True)
        ]
        return drafts.insert_new(tx, opened.id, fresh, seen=1)


def due(tx, account: str = "ada", *, limit: int = 100) -> list[queue.DueRow]:
    """The rows that a pass would take next."""
    return queue.due(tx, queue.select_due(account, now=NOW), limit=limit)


def now_due(ledger) -> list[queue.DueRow]:
    """The same, where nothing else is done in the transaction."""
    with ledger.read() as tx:
        return due(tx)


def status_of(ledger, delivery_id: int) -> Status:
    """How a delivery stands."""
    with ledger.read() as tx:
        return listing.entries(tx, ids=[delivery_id])[0].status


def add_queued(ledger, count: int = 1, *, due_at: datetime = NOW, **changes) -> list[int]:
    """So many approved deliveries; returns their ids."""
    ids = add_drafts(ledger, count, **changes)
    with ledger.begin() as tx:
        for entry in listing.entries(tx, ids=ids):
            values = {
                "approved_digest": entry.digest,
                "approved_at": NOW,
                "message_id": f"<{secrets.token_hex(16)}@harbourvale.example>",
                "due_at": due_at,
            }
            move(tx, [entry.id], Status.QUEUED, at=NOW, who="ada", values=values)
    return ids
