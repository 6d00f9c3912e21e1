"""Who deploys to an environment just now, and indices for what is asked at every deploy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deployments", sa.Column("holder", sa.String(length=254), nullable=True))
    op.create_index(
        "ix_deployments_status_environment_id_number", "deployments", ["status", "environment_id", "number"]
    )
    op.drop_index("ix_deployments_status", table_name="deployments")
    op.create_index("ix_jobs_kind_run_after", "jobs", ["kind", "run_after"])
    op.drop_index("ix_jobs_run_after", table_name="jobs")


def downgrade() -> None:
    op.create_index("ix_jobs_run_after", "jobs", ["run_after"])
    op.drop_index("ix_jobs_kind_run_after", table_name="jobs")
    op.create_index("ix_deployments_status", "deployments", ["status"])
    op.drop_index("ix_deployments_status_environment_id_number", table_name="deployments")
    op.drop_column("deployments", "holder")
