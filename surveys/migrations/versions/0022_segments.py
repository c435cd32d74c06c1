"""Links of anonymous waves may say what at least ten of them share."""

from alembic import op

revision = "0022_segments"
down_revision = "0021_trial_refusal"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE invitation ADD COLUMN segment_id INTEGER "
        "CONSTRAINT fk_invitation_segment_id_segment REFERENCES segment (id) "
        "CONSTRAINT ck_invitation_confidential_segment CHECK (anonymous OR segment_id IS NULL)"
    )


def downgrade() -> None:
    op.drop_column("invitation", "segment_id")
