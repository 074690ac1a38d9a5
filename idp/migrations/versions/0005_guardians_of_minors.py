"""Guardians of minors

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('guardian_sealed', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('guardian_agreed_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_column('guardian_agreed_at')
        batch_op.drop_column('guardian_sealed')

