"""Reasons of officers are sealed

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing is carried over: no release had a command that wrote a reason.
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.add_column(sa.Column("state_reason_sealed", sa.LargeBinary(), nullable=True))
        batch_op.drop_column("state_reason")


def downgrade() -> None:
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.drop_column("state_reason_sealed")
        batch_op.add_column(sa.Column("state_reason", sa.String(length=64), nullable=True))
