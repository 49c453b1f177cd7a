"""The first ledger."""

from alembic import op

from mailer.ledger.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table. Until the first release the schema may grow here; afterwards each change is a migration."""
    metadata.create_all(op.get_bind())
