"""One index for the queue and for every count of a status, where there were two to write at each move."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Put the status first in the queue's index, and drop the one of the status alone."""
    op.drop_index("ix_deliveries_status", table_name="deliveries")
    op.drop_index("ix_deliveries_queue", table_name="deliveries")
    op.create_index("ix_deliveries_queue", "deliveries", ["status", "account", "due_at", "id"])
