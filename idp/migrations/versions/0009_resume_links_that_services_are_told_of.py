"""Résumé links that services are told of

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A link says whether services get its address."""
    with op.batch_alter_table("resume_links") as table:
        table.add_column(sa.Column("for_services", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("resume_links") as table:
        table.drop_column("for_services")
