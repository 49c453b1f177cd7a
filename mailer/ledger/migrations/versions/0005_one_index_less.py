"""No question is asked by round and address any more, so no draft is written into an index of them."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Drop that index."""
    op.drop_index("ix_deliveries_address", table_name="deliveries")
