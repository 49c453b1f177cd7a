"""A household's mails are found by each of its people; and the quota's index holds only what has left."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Index the members by person, and write the quota's index anew without the mails that have not left."""
    op.create_index("ix_members_person_id", "members", ["person_id"])
    op.drop_index("ix_deliveries_quota", table_name="deliveries")
    left = sa.text("sent_at IS NOT NULL")
    op.create_index("ix_deliveries_quota", "deliveries", ["account", "sent_at"], sqlite_where=left)
