"""The tables of the ledger. `deliveries` is now, `events` is the history of every move; the rest stands beside them.

Times are UTC. Nothing here is special to one database; what is, stands in `opening`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
    text,
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept without its zone as every database can."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot go into the ledger: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value else None


def instant(kept: str) -> datetime:
    """The instant that an `Instant` keeps in SQLite as this text."""
    return datetime.fromisoformat(kept).replace(tzinfo=UTC)


def beside(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column for a condition that only tests what another one finds.

    Most mails ever written stand in one status, and a round may be long, of which SQLite knows nothing: asked for some
    ids in a status or a round, it would begin at the index of that.
    """
    return func.coalesce(column, column)


def _text(name: str, default: str = "", **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default, default=default, **options)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: One row: which ledger this is, and on which machine it was last trusted.
identity = Table(
    "ledger",
    metadata,
    Column("id", Text, primary_key=True),
    _text("machine"),
    _text("path"),
    Column("created_at", Instant, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("name", index=True),
    Column("first_seen_at", Instant, nullable=False),
)

#: How a person is known: (source, key) for a key column, ("", address) for an address. Two people may share an
#: address (a couple), never a key.
identities = Table(
    "identities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    _text("source"),
    Column("key", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    UniqueConstraint("person_id", "source", "key"),
    Index("ix_identities_source_key", "source", "key"),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
    Column("paused_at", Instant),
)

#: One occurrence of a campaign. `now_at` is what templates call `now`: the due time, or the first preparation.
rounds = Table(
    "rounds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("due_at", Instant),
    _text("zone"),
    Column("now_at", Instant, nullable=False),
    Column("prepared_at", Instant),
    Column("cancelled_at", Instant),
    UniqueConstraint("campaign", "name"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("step", Integer, nullable=False, default=0),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("copy", Integer, nullable=False, default=0),
    Column("status", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    _text("name"),
    _text("subject"),
    #: The rendered words, packed (see `words`); empty once they were purged.
    Column("words", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("problems", JSON, nullable=False, default=list),
    #: Whether a problem of severity hold stands in the way of approval.
    Column("held", Boolean, nullable=False, default=False),
    #: What a person changed by hand (see `model.Edit`), and the digest of the words beneath.
    Column("edit", JSON),
    #: What the template says beneath that edit.
    Column("beneath_words", LargeBinary),
    #: The words a person had approved, when a change voided that approval.
    Column("approved_words", LargeBinary),
    Column("approved_digest", Text),
    Column("approved_at", Instant),
    _text("approved_by"),
    Column("message_id", Text, unique=True),
    #: What its words call `now` where that is not the round's: an occasion of its own.
    Column("now_at", Instant),
    Column("due_at", Instant),
    #: Where its recipient is: the IANA zone and the country whose hours and holidays are kept.
    _text("zone"),
    _text("country"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("first_attempt_at", Instant),
    _text("last_reply"),
    #: When it was handed over for good; counts for the account's quota.
    Column("sent_at", Instant),
    _text("source_file"),
    _text("source_sheet"),
    Column("source_row", Integer, nullable=False, default=0),
    #: The preparation that last saw its row; what a new preparation did not see is gone.
    Column("seen", Integer, nullable=False, default=0),
    UniqueConstraint("round_id", "step", "person_id", "copy"),
    # the status first, so that one index serves the queue and every count of a status: each is written twice a mail
    Index("ix_deliveries_queue", "status", "account", "due_at", "id"),
    # of what has left alone, so that a draft is not written into it, too; `postgresql_where` would load that dialect
    Index("ix_deliveries_quota", "account", "sent_at", sqlite_where=text("sent_at IS NOT NULL")),
)

#: The people of a household or group that one delivery serves, beside the one it is addressed to.
members = Table(
    "members",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("person_id", ForeignKey("people.id"), primary_key=True, index=True),
)

#: Append-only: who moved what, when, from where to where, and why.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    _text("who"),
    _text("from_status"),
    _text("to_status"),
    _text("note"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

#: An address, a whole domain ("@example.com"), or a salted hash of a forgotten address.
suppressions = Table(
    "suppressions",
    metadata,
    Column("what", Text, primary_key=True),
    _text("reason"),
    _text("who"),
    Column("at", Instant, nullable=False),
)

#: What happened with a person besides our mails: replied, heard, noted.
history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    _text("note"),
    _text("who"),
    Column("delivery_id", ForeignKey("deliveries.id")),
)

#: Every file whose change can change the words of a round, or of its follow-ups.
watched = Table(
    "watched",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("step", Integer, primary_key=True, default=0),
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

#: An account that the server told to stop: until when (or until a person says so), and why.
stops = Table(
    "stops",
    metadata,
    Column("account", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
    _text("reason"),
)

#: What an account's pass may let go before its next durable commit (see `claims`): the ids of deliveries, as JSON.
claims = Table(
    "claims",
    metadata,
    Column("account", Text, primary_key=True),
    #: The start of the machine under which they were claimed.
    Column("boot", Text, nullable=False),
    Column("deliveries", JSON, nullable=False),
)

#: How far a folder of an account's mailbox was read.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("account", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uid_validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    Column("checked_at", Instant, nullable=False),
)

#: What came back, and what it was: each mail once, whatever becomes of its folder.
incoming = Table(
    "incoming",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    #: Its Message-ID, else a digest of its bytes.
    Column("fingerprint", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    _text("address"),
    _text("subject"),
    _text("words"),
    #: What was done about it.
    _text("note"),
    Column("delivery_id", ForeignKey("deliveries.id"), index=True),
    UniqueConstraint("account", "fingerprint"),
    Index("ix_incoming_at", "at"),
)

#: When something was last done: a campaign looked through, the queue sorted, a reminder written, the schedule alive.
beats = Table(
    "beats",
    metadata,
    Column("what", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

#: When a campaign on `new rows` first met a person; those met at its first look are its baseline.
sightings = Table(
    "sightings",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)
