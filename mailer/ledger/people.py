"""Who is who: contacts of today joined to the people of the past, by client number first, by address otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, func, select, tuple_, update

from mailer.addresses import on_the_wire
from mailer.commands import command
from mailer.errors import UsageError
from mailer.ledger import suppressions
from mailer.ledger.many import Many
from mailer.ledger.opening import listed
from mailer.ledger.schema import deliveries, history, identities, members, people, rounds, sightings
from mailer.model import PENDING, Contact, Status

#: The `source` of an identity that is an address.
ADDRESS = ""

#: (source, key)
Identity = tuple[str, str]
_Known = dict[Identity, set[int]]

#: From here on: newcomers of a batch that have no id yet, later than any known person.
_UNMADE = 2**62

_NEWEST = select(func.coalesce(func.max(people.c.id), 0))
_OWNERS = select(identities.c.person_id).where(
    identities.c.source == bindparam("source"), identities.c.key.in_(listed("keys"))
)
#: All identities of those who own one of the keys.
_THEIRS = select(identities.c.person_id, identities.c.source, identities.c.key).where(
    identities.c.person_id.in_(_OWNERS)
)
_PERSON = Many(people.insert())
_IDENTITY = Many(identities.insert())


def identify(tx: Connection, contacts: Sequence[Contact], *, at: datetime) -> list[int]:
    """The person behind each contact, in order; unknown ones are made.

    A known (source, key) decides, whatever the address now is. Else the address decides, unless its person
    already has another key in the same source: then the sheet says that these are two people on one address.
    Of who asked to be forgotten only the hash that blocks them is kept.
    """
    contacts = _without_traces(tx, contacts)
    identified = [identities_of(contact) for contact in contacts]
    known = _known(tx, identified)
    newcomers: list[Contact] = []
    found: list[int] = []
    learned: list[tuple[int, Identity]] = []
    for contact, own in zip(contacts, identified, strict=True):
        person = _person_of(own, contact.source_name, known)
        if person is None:
            person = _UNMADE + len(newcomers)
            newcomers.append(contact)
        found.append(person)
        learned += _learn(own, person, known)
    made = dict(enumerate(_insert_people(tx, newcomers, at), _UNMADE))
    _insert_identities(tx, [(made.get(person, person), identity) for person, identity in learned], at)
    return [made.get(person, person) for person in found]


def _without_traces(tx: Connection, contacts: Sequence[Contact]) -> Sequence[Contact]:
    forgotten = suppressions.forgotten(tx, [contact.address for contact in contacts])
    if not forgotten:
        return contacts
    salt = suppressions.salt_of(tx)
    return [_nameless(each, salt) if each.address in forgotten else each for each in contacts]


def _nameless(contact: Contact, salt: str) -> Contact:
    known = suppressions.hashed(contact.address, salt)
    return replace(contact, key=known, address=known, name="")


def newest(tx: Connection) -> int:
    """The id of whom the ledger met last, 0 when it knows nobody: whoever it meets from now on has a greater one."""
    number: int = tx.execute(_NEWEST).scalar_one()
    return number


def identify_everyone(tx: Connection, contacts: Sequence[Contact], *, at: datetime) -> list[tuple[int, ...]]:
    """The people behind each contact: whom it is addressed to first, then the others of the household or group."""
    rows = [(place, contact) for place, contact in enumerate(contacts)]
    rows += [(place, row) for place, contact in enumerate(contacts) for row in contact.members[1:] if row.key]
    found: list[dict[int, None]] = [{} for _ in contacts]
    for (place, _), person in zip(rows, identify(tx, [row for _, row in rows], at=at), strict=True):
        found[place][person] = None
    return [tuple(each) for each in found]


def identities_of(contact: Contact) -> list[Identity]:
    """How the ledger knows somebody, strongest first.

    Without a key column the key is the address, and says nothing more.
    """
    address = (ADDRESS, contact.address.casefold())
    if contact.key.casefold() == contact.address.casefold():
        return [address]
    by_key = (contact.source_name, contact.key)
    return [by_key, address] if contact.address else [by_key]


def _known(tx: Connection, identified: Iterable[list[Identity]]) -> _Known:
    """Identity → people, for all these identities, and all identities of the people so found."""
    keys: dict[str, set[str]] = defaultdict(set)
    for source, key in (each for own in identified for each in own):
        keys[source].add(key)
    known: _Known = defaultdict(set)
    for source, wanted in keys.items():
        for person, named, key in tx.execute(_THEIRS, {"source": source, "keys": sorted(wanted)}):
            known[named, key].add(person)
    return known


def _person_of(own: list[Identity], source: str, known: _Known) -> int | None:
    *keyed, address = own
    for each in keyed:
        if known.get(each):
            return min(known[each])
    candidates = known.get(address, set())
    if keyed and candidates:
        candidates = candidates - _keyed_in(source, known)
    return min(candidates, default=None)


def _keyed_in(source: str, known: _Known) -> set[int]:
    """People who have a key of their own in this source."""
    return {person for (named, _), owners in known.items() if named == source and source for person in owners}


def _learn(own: list[Identity], person: int, known: _Known) -> list[tuple[int, Identity]]:
    """What is new about a person, now known."""
    new = [identity for identity in own if person not in known[identity]]
    for identity in new:
        known[identity].add(person)
    return [(person, identity) for identity in new]


def _insert_people(tx: Connection, newcomers: Sequence[Contact], at: datetime) -> list[int]:
    first = 1 + newest(tx)
    ids = list(range(first, first + len(newcomers)))
    _PERSON.run(
        tx, [{"id": id_, "name": each.name, "first_seen_at": at} for id_, each in zip(ids, newcomers, strict=True)]
    )
    return ids


def _insert_identities(tx: Connection, learned: Sequence[tuple[int, Identity]], at: datetime) -> None:
    rows = [{"person_id": person, "source": source, "key": key, "seen_at": at} for person, (source, key) in learned]
    _IDENTITY.run(tx, rows)


def find(tx: Connection, address: str) -> list[int]:
    """The people known under an address, or under a key of any source; [] for a stranger."""
    rows = tx.execute(
        select(identities.c.person_id)
        .where(identities.c.key.in_({address, on_the_wire(address).casefold()}))
        .distinct()
        .order_by(identities.c.person_id)
    )
    return list(rows.scalars())


def addresses_of(tx: Connection, persons: Iterable[int]) -> list[str]:
    """Every address these people were ever known under."""
    rows = tx.execute(
        select(identities.c.key).where(identities.c.person_id.in_(list(persons)), identities.c.source == ADDRESS)
    )
    return sorted(set(rows.scalars()))


def merge(tx: Connection, old: int, new: int) -> None:
    """Join two people into `new`: identities, deliveries and history go over.

    Raises UsageError where both have a mail in one round that would then reach one person twice.
    """
    _refuse_twice(tx, old, new)
    _make_copies(tx, old, new)
    theirs = set(tx.execute(_keys_of(old)).all()) & set(tx.execute(_keys_of(new)).all())
    for source, key in theirs:
        tx.execute(
            identities.delete().where(
                identities.c.person_id == old, identities.c.source == source, identities.c.key == key
            )
        )
    for table in (identities, deliveries, history):
        tx.execute(update(table).where(table.c.person_id == old).values(person_id=new))
    shared = select(members.c.delivery_id).where(members.c.person_id == new)
    tx.execute(members.delete().where(members.c.person_id == old, members.c.delivery_id.in_(shared)))
    tx.execute(update(members).where(members.c.person_id == old).values(person_id=new))
    _merge_sightings(tx, old, new)
    tx.execute(people.delete().where(people.c.id == old))


def _refuse_twice(tx: Connection, old: int, new: int) -> None:
    mine, theirs = deliveries.alias(), deliveries.alias()
    same = (mine.c.round_id == theirs.c.round_id) & (mine.c.step == theirs.c.step)
    may_go, dropped = (*PENDING, Status.SENDING), (Status.DISCARDED, Status.CANCELLED)
    found = tx.execute(
        select(mine.c.id, mine.c.status, mine.c.address, rounds.c.campaign)
        .join_from(mine, theirs, same)
        .join(rounds, rounds.c.id == mine.c.round_id)
        .where(tuple_(mine.c.person_id, theirs.c.person_id).in_([(old, new), (new, old)]))
        .where(mine.c.status.in_(may_go), theirs.c.status.not_in(dropped))
        .order_by(mine.c.id)
    ).first()
    if found is None:
        return
    call_off = f"Call it off: {command('campaigns', 'cancel', found.campaign, '--address', found.address)}"
    cures = {
        Status.DRAFT: f"Discard it: {command('drafts', 'discard', found.id)}",
        Status.SENDING: "Wait until it has left.",
    }
    raise UsageError(
        f"Both have a mail in one round of {found.campaign}, and number {found.id}, to {found.address}, may still go.",
        cure=cures.get(found.status, call_off),
    )


def _make_copies(tx: Connection, old: int, new: int) -> None:
    """In a round that both have mails in, those of `old` are further copies, with their follow-ups."""
    other = deliveries.alias()
    most = select(func.max(other.c.copy)).where(other.c.person_id == new, other.c.round_id == deliveries.c.round_id)
    both = select(other.c.round_id).where(other.c.person_id == new)
    tx.execute(
        update(deliveries)
        .where(deliveries.c.person_id == old, deliveries.c.round_id.in_(both))
        .values(copy=deliveries.c.copy + 1 + most.scalar_subquery())
    )


def _merge_sightings(tx: Connection, old: int, new: int) -> None:
    """Each campaign met the joined person when it met the first of the two."""
    of_both = sightings.c.person_id.in_((old, new))
    met = tx.execute(
        select(sightings.c.campaign, func.min(sightings.c.at)).where(of_both).group_by(sightings.c.campaign)
    ).all()
    tx.execute(sightings.delete().where(of_both))
    for campaign, at in met:
        tx.execute(sightings.insert().values(campaign=campaign, person_id=new, at=at))


def _keys_of(person: int) -> Select[str, str]:
    return select(identities.c.source, identities.c.key).where(identities.c.person_id == person)


def probable_renames(tx: Connection, round_id: int, *, seen: int, at: datetime) -> list[tuple[str, str, str]]:
    """(name, old address, new address) of people first seen at `at` who carry the name of someone now gone.

    Gone is whom an earlier preparation or list met, and who has no mail in this one.
    """
    new, old = people.alias(), people.alias()
    present = select(deliveries.c.person_id).where(deliveries.c.round_id == round_id, deliveries.c.seen == seen)
    rows = tx.execute(
        select(new.c.name, old.c.id, new.c.id)
        .join(old, (old.c.name == new.c.name) & (old.c.id < new.c.id))
        .where(new.c.first_seen_at == at, new.c.name != "", old.c.first_seen_at < at, old.c.id.not_in(present))
    ).all()
    return [
        (name, (addresses_of(tx, [before]) or ["?"])[-1], (addresses_of(tx, [after]) or ["?"])[-1])
        for name, before, after in rows
    ]
