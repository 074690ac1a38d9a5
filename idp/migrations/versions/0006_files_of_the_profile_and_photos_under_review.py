"""Files of the profile and photos under review

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('photo_reviews',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('doubt', sa.String(length=16), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('photo_sealed', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo_reviews'))
    )
    with op.batch_alter_table('photo_reviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_photo_reviews_state'), ['state'], unique=False)

    op.create_table('profile_files',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('attached', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('about_sealed', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_profile_files'))
    )
    with op.batch_alter_table('profile_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_profile_files_account_id'), ['account_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('profile_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_profile_files_account_id'))

    op.drop_table('profile_files')
    with op.batch_alter_table('photo_reviews', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_photo_reviews_state'))

    op.drop_table('photo_reviews')
