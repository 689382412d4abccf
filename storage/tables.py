"""The tables. Columns carry the names of the record fields that they hold."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.records import BuildStatus, PromotionKind, PromotionStatus
from storage.types import (
    HooksJSON,
    ImagesJSON,
    LinesJSON,
    MappingJSON,
    Moment,
    NumbersJSON,
    PersonJSON,
    ServedJSON,
    Word,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(11)
NAME = String(100)
TASK_KEY = String(32)  # of the workflow's task that a build or promotion was made for

# A promotion holds its app and rack from the moment it leaves the queue until it ends.
RUNNING_PROMOTIONS = (
    PromotionStatus.PREPARING,
    PromotionStatus.STARTING,
    PromotionStatus.VERIFYING,
    PromotionStatus.SHIFTING,
    PromotionStatus.HOLDING,
    PromotionStatus.DRAINING,
    PromotionStatus.BAKING,
    PromotionStatus.RETIRING,
    PromotionStatus.ROLLING_BACK,
)


def one_of(column: str, words: tuple[str, ...]) -> str:
    """Return the condition that *column* holds one of *words*."""
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


apps = Table(
    "apps",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("repo", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("manifest", Text),
    Column("channel", Text),
    Column("in_file", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

builds = Table(
    "builds",
    metadata,
    Column("id", ID, primary_key=True),
    Column("app", NAME, nullable=False),
    Column("rack", NAME, nullable=False),
    Column("ref", Text, nullable=False),
    Column("no_cache", Boolean, nullable=False),
    Column("status", Word(BuildStatus), nullable=False),
    Column("asked_by", PersonJSON, nullable=False),
    Column("channel", Text),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("sha", String(64)),
    Column("subject", Text),
    Column("author", Text),
    Column("images", ImagesJSON, nullable=False),
    Column("manifest", MappingJSON),
    Column("notices", LinesJSON, nullable=False),
    Column("progress", Text),
    Column("release_id", ID),
    Column("cancel_asked_by", PersonJSON),
    Column("reason", Text),
    Column("log_tail", LinesJSON, nullable=False),
    Column("for_task", TASK_KEY),
    CheckConstraint(one_of("status", tuple(BuildStatus)), name="status"),
    Index("uq_builds_for_task", "for_task", unique=True),
    Index(None, "app", "created_at"),
    Index(None, "status"),
)

build_log = Table(
    "build_log",
    metadata,
    Column("build_id", ID, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", Text, nullable=False),
)

environments = Table(
    "environments",
    metadata,
    Column("id", ID, primary_key=True),
    Column("app", NAME, nullable=False),
    Column("rack", NAME, nullable=False),
    Column("names", LinesJSON, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("description", Text, nullable=False),
    Column("created_by", PersonJSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "app", "rack", "created_at"),
)

releases = Table(
    "releases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("app", NAME, nullable=False),
    Column("rack", NAME, nullable=False),
    Column("build_id", ID, nullable=False),
    Column("sha", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("images", ImagesJSON, nullable=False),
    Column("manifest", MappingJSON, nullable=False),
    Column("environment_id", ID),
    Column("description", Text, nullable=False),
    Column("created_by", PersonJSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("copied_from", ID),
    Column("healthy_at", Moment),
    Index(None, "app", "rack", "created_at"),
)

promotions = Table(
    "promotions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("app", NAME, nullable=False),
    Column("rack", NAME, nullable=False),
    Column("release_id", ID, nullable=False),
    Column("kind", Word(PromotionKind), nullable=False),
    Column("status", Word(PromotionStatus), nullable=False),
    Column("asked_by", PersonJSON, nullable=False),
    Column("channel", Text),
    Column("created_at", Moment, nullable=False),
    Column("approved_by", PersonJSON),
    Column("started_at", Moment),
    Column("status_since", Moment, nullable=False),
    Column("deadline_at", Moment),
    Column("live_at", Moment),
    Column("finished_at", Moment),
    Column("previous_release_id", ID),
    Column("previous_promotion_id", ID),
    Column("scale", MappingJSON),
    Column("canary", NumbersJSON, nullable=False),
    Column("canary_step", Integer, nullable=False),
    Column("pause_seconds", Float),
    Column("moved_on_by", PersonJSON),
    Column("hooks", HooksJSON, nullable=False),
    Column("receipt", MappingJSON),
    Column("progress", Text),
    Column("cancel_asked_by", PersonJSON),
    Column("reason", Text),
    Column("evidence", LinesJSON, nullable=False),
    Column("leftovers", Boolean, nullable=False),
    Column("for_task", TASK_KEY),
    CheckConstraint(one_of("status", tuple(PromotionStatus)), name="status"),
    Index("uq_promotions_for_task", "for_task", unique=True),
    Index(None, "app", "rack", "created_at"),
    Index(None, "status"),
    Index(
        "uq_promotions_running",
        "app",
        "rack",
        unique=True,
        sqlite_where=text(one_of("status", RUNNING_PROMOTIONS)),
        postgresql_where=text(one_of("status", RUNNING_PROMOTIONS)),
    ),
)

live = Table(
    "live",
    metadata,
    Column("app", NAME, primary_key=True),
    Column("rack", NAME, primary_key=True),
    Column("release_id", ID, nullable=False),
    Column("promotion_id", ID, nullable=False),
    Column("since", Moment, nullable=False),
    Column("scale", MappingJSON, nullable=False),
    Column("healthy", Boolean, nullable=False),
    Column("health_reason", Text),
    Column("doubted_since", Moment),
)

locks = Table(
    "locks",
    metadata,
    Column("app", NAME, primary_key=True),
    Column("rack", NAME, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("locked_by", PersonJSON),
    Column("promotion_id", ID),
    Column("locked_at", Moment, nullable=False),
)

samples = Table(
    "samples",
    metadata,
    Column("promotion_id", ID, primary_key=True),
    Column("second", Integer, primary_key=True, autoincrement=False),
    Column("old", ServedJSON, nullable=False),
    Column("new", ServedJSON, nullable=False),
    Column("first_ms", Integer, nullable=False),
    Column("last_ms", Integer, nullable=False),
    Column("pause_ms", Integer, nullable=False),
    Index(None, "second"),
)

cards = Table(
    "cards",
    metadata,
    Column("subject", ID, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("ts", String(32), nullable=False),
    Column("thread_ts", String(32)),
    Column("drawn_at", Moment, nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("channel", "ts"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subject", ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", MappingJSON, nullable=False),
    Column("channel", Text),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", Moment),
    Column("not_before", Moment),
    Column("told_at", Moment),
    Column("outcome", Text),
    UniqueConstraint("key"),
    Index(None, "told_at", "id"),
    Index(None, "subject", "id"),
)

switches = Table(
    "switches",
    metadata,
    Column("scope", String(120), primary_key=True),
    Column("rack", NAME, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("subject", String(100)),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("expires_at", Moment, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("beat_at", Moment, nullable=False),
    Column("seconds", Float, nullable=False),
)
