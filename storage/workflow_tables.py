"""The tables of workflows. Columns carry the names of the record fields that they hold."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text, text

from storage.tables import ID, NAME, metadata, one_of
from storage.types import LinesJSON, MappingJSON, Moment, PersonJSON, Word
from storage.workflow_records import JobStatus, TaskKind, TaskStatus, TriggerKind

SHA = String(64)

workflows = Table(
    "workflows",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("app", NAME, nullable=False),
    Column("definition", MappingJSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("in_file", Boolean, nullable=False),
    Column("created_by", PersonJSON),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("paused_by", PersonJSON),
    Column("paused_at", Moment),
    Index(None, "app"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("workflow", NAME, nullable=False),
    Column("app", NAME, nullable=False),
    Column("definition", MappingJSON, nullable=False),
    Column("trigger", Word(TriggerKind), nullable=False),
    Column("cause", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("sha", SHA, nullable=False),
    Column("status", Word(JobStatus), nullable=False),
    Column("asked_by", PersonJSON, nullable=False),
    Column("channel", Text),
    Column("created_at", Moment, nullable=False),
    Column("status_since", Moment, nullable=False),
    Column("subject", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_email", Text),
    Column("before", SHA),
    Column("carries", LinesJSON, nullable=False),
    Column("holds_line", Boolean, nullable=False),
    Column("retry_of", ID),
    Column("superseded_by", ID),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("cancel_asked_by", PersonJSON),
    Column("reason", Text),
    CheckConstraint(one_of("status", tuple(JobStatus)), name="status"),
    Index(None, "workflow", "created_at"),
    Index(None, "status"),
    Index("uq_jobs_cause", "workflow", "cause", unique=True),
    Index(
        "uq_jobs_line",
        "workflow",
        unique=True,
        sqlite_where=text("holds_line"),
        postgresql_where=text("holds_line"),
    ),
)

tasks = Table(
    "tasks",
    metadata,
    Column("job_id", ID, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, nullable=False),
    Column("kind", Word(TaskKind), nullable=False),
    Column("settings", MappingJSON, nullable=False),
    Column("status", Word(TaskStatus), nullable=False),
    Column("status_since", Moment, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("deadline_at", Moment),
    Column("look_at", Moment),
    Column("made", ID),
    Column("release_id", ID),
    Column("found", MappingJSON),
    Column("progress", Text),
    Column("reason", Text),
    CheckConstraint(one_of("status", tuple(TaskStatus)), name="status"),
)

watched = Table(
    "watched",
    metadata,
    Column("repo", Text, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("looked_at", Moment),
    Column("expects", SHA),
    Column("expects_since", Moment),
    Column("moved_to", Text),
    Column("trouble", Text),
    Column("trouble_since", Moment),
    Index(None, "due_at"),
)

heads = Table(
    "heads",
    metadata,
    Column("repo", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("sha", SHA, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("job_id", ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("repo", Text, nullable=False),
    Column("wanted", MappingJSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment),
    Column("tried_at", Moment),
    Column("external_id", Text),
    Column("sent_at", Moment),
    Column("outcome", Text),
    Index(None, "sent_at", "created_at"),
)
