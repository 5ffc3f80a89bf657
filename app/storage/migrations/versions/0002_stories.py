"""Stories beside interviews."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("interviews") as table:
        table.add_column(sa.Column("kind", sa.String(16), nullable=False, server_default="interview"))


def downgrade() -> None:
    op.execute("DELETE FROM interviews WHERE kind = 'story'")
    with op.batch_alter_table("interviews") as table:
        table.drop_column("kind")
