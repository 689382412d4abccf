"""Create the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "apps",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("repo", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("in_file", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_apps")),
    )
    op.create_table(
        "build_log",
        sa.Column("build_id", sa.String(length=11), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("build_id", "attempt", "position", name=op.f("pk_build_log")),
    )
    op.create_table(
        "builds",
        sa.Column("id", sa.String(length=11), nullable=False),
        sa.Column("app", sa.String(length=100), nullable=False),
        sa.Column("rack", sa.String(length=100), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("no_cache", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("asked_by", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("manifest", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("release_id", sa.String(length=11), nullable=True),
        sa.Column("cancel_asked_by", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("log_tail", sa.JSON(), nullable=False),
        sa.Column("for_task", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'fetching', 'building', 'pushing', 'succeeded', 'failed', 'canceled')",
            name=op.f("ck_builds_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_builds")),
    )
    with op.batch_alter_table("builds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_builds_app_created_at"), ["app", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_builds_status"), ["status"], unique=False)
        batch_op.create_index("uq_builds_for_task", ["for_task"], unique=True)

    op.create_table(
        "cards",
        sa.Column("subject", sa.String(length=11), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=True),
        sa.Column("drawn_at", sa.DateTime(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_cards")),
        sa.UniqueConstraint("channel", "ts", name=op.f("uq_cards_channel_ts")),
    )
    op.create_table(
        "environments",
        sa.Column("id", sa.String(length=11), nullable=False),
        sa.Column("app", sa.String(length=100), nullable=False),
        sa.Column("rack", sa.String(length=100), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_by", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_environments")),
    )
    with op.batch_alter_table("environments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_environments_app_rack_created_at"),
            ["app", "rack", "created_at"],
            unique=False,
        )

    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("beat_at", sa.DateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "live",
        sa.Column("app", sa.String(length=100), nullable=False),
        sa.Column("rack", sa.String(length=100), nullable=False),
        sa.Column("release_id", sa.String(length=11), nullable=False),
        sa.Column("promotion_id", sa.String(length=11), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("scale", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("healthy", sa.Boolean(), nullable=False),
        sa.Column("health_reason", sa.Text(), nullable=True),
        sa.Column("doubted_since", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("app", "rack", name=op.f("pk_live")),
    )
    op.create_table(
        "locks",
        sa.Column("app", sa.String(length=100), nullable=False),
        sa.Column("rack", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("locked_by", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("promotion_id", sa.String(length=11), nullable=True),
        sa.Column("locked_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("app", "rack", name=op.f("pk_locks")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(length=11), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_subject_id"), ["subject", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_told_at_id"), ["told_at", "id"], unique=False)

    op.create_table(
        "promotions",
        sa.Column("id", sa.String(length=11), nullable=False),
        sa.Column("app", sa.String(length=100), nullable=False),
        sa.Column("rack", sa.String(length=100), nullable=False),
        sa.Column("release_id", sa.String(length=11), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("asked_by", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("approved_by", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("status_since", sa.DateTime(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(), nullable=True),
        sa.Column("live_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("previous_release_id", sa.String(length=11), nullable=True),
        sa.Column("previous_promotion_id", sa.String(length=11), nullable=True),
        sa.Column("scale", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("canary", sa.JSON(), nullable=False),
        sa.Column("canary_step", sa.Integer(), nullable=False),
        sa.Column("pause_seconds", sa.Float(), nullable=True),
        sa.Column("moved_on_by", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("hooks", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("cancel_asked_by", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("leftovers", sa.Boolean(), nullable=False),
        sa.Column("for_task", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "status IN ('awaiting_approval', 'queued', 'preparing', 'starting', 'verifying', 'shifting', 'holding', 'draining', 'baking', 'retiring', 'succeeded', 'canceled', 'expired', 'superseded', 'failed', 'rolling_back', 'rolled_back', 'rollback_failed')",
            name=op.f("ck_promotions_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions")),
    )
    with op.batch_alter_table("promotions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_promotions_app_rack_created_at"),
            ["app", "rack", "created_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_promotions_status"), ["status"], unique=False)
        batch_op.create_index("uq_promotions_for_task", ["for_task"], unique=True)
        batch_op.create_index(
            "uq_promotions_running",
            ["app", "rack"],
            unique=True,
            sqlite_where=sa.text(
                "status IN ('preparing', 'starting', 'verifying', 'shifting', 'holding', 'draining', 'baking', 'retiring', 'rolling_back')"
            ),
            postgresql_where=sa.text(
                "status IN ('preparing', 'starting', 'verifying', 'shifting', 'holding', 'draining', 'baking', 'retiring', 'rolling_back')"
            ),
        )

    op.create_table(
        "releases",
        sa.Column("id", sa.String(length=11), nullable=False),
        sa.Column("app", sa.String(length=100), nullable=False),
        sa.Column("rack", sa.String(length=100), nullable=False),
        sa.Column("build_id", sa.String(length=11), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("manifest", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("environment_id", sa.String(length=11), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_by", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("copied_from", sa.String(length=11), nullable=True),
        sa.Column("healthy_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_releases_app_rack_created_at"),
            ["app", "rack", "created_at"],
            unique=False,
        )

    op.create_table(
        "requests",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_requests")),
    )
    op.create_table(
        "samples",
        sa.Column("promotion_id", sa.String(length=11), nullable=False),
        sa.Column("second", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("old", sa.JSON(), nullable=False),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("first_ms", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.Integer(), nullable=False),
        sa.Column("pause_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("promotion_id", "second", name=op.f("pk_samples")),
    )
    with op.batch_alter_table("samples", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_samples_second"), ["second"], unique=False)

    op.create_table(
        "switches",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("rack", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_switches")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("switches")
    with op.batch_alter_table("samples", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_samples_second"))

    op.drop_table("samples")
    op.drop_table("requests")
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_releases_app_rack_created_at"))

    op.drop_table("releases")
    with op.batch_alter_table("promotions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_promotions_running",
            sqlite_where=sa.text(
                "status IN ('preparing', 'starting', 'verifying', 'shifting', 'holding', 'draining', 'baking', 'retiring', 'rolling_back')"
            ),
            postgresql_where=sa.text(
                "status IN ('preparing', 'starting', 'verifying', 'shifting', 'holding', 'draining', 'baking', 'retiring', 'rolling_back')"
            ),
        )
        batch_op.drop_index("uq_promotions_for_task")
        batch_op.drop_index(batch_op.f("ix_promotions_status"))
        batch_op.drop_index(batch_op.f("ix_promotions_app_rack_created_at"))

    op.drop_table("promotions")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_told_at_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_subject_id"))

    op.drop_table("outbox")
    op.drop_table("locks")
    op.drop_table("live")
    op.drop_table("leases")
    op.drop_table("heartbeats")
    with op.batch_alter_table("environments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_environments_app_rack_created_at"))

    op.drop_table("environments")
    op.drop_table("cards")
    with op.batch_alter_table("builds", schema=None) as batch_op:
        batch_op.drop_index("uq_builds_for_task")
        batch_op.drop_index(batch_op.f("ix_builds_status"))
        batch_op.drop_index(batch_op.f("ix_builds_app_created_at"))

    op.drop_table("builds")
    op.drop_table("build_log")
    op.drop_table("apps")
