"""A table for the static files that a project has uploaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assets",
        sa.Column("project_id", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_assets_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "hash", name=op.f("pk_assets")),
    )


def downgrade() -> None:
    op.drop_table("assets")
