"""The tables. Moments are milliseconds since 1970; ids are text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str = "id") -> Column[str]:
    return Column(name, String(40), primary_key=True)


def _of(name: str, target: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(40), ForeignKey(target, ondelete="CASCADE"), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("name", String(100), nullable=False),
    Column("slug", String(63), nullable=False, unique=True),
    _moment("created_at"),
)

users = Table(
    "users",
    metadata,
    _id(),
    Column("email", String(254), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    _moment("created_at"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("account_id", String(40), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", String(40), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(10), nullable=False),
    _moment("created_at"),
    Index("ix_memberships_user_id", "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _of("user_id", "users.id"),
    _of("account_id", "accounts.id"),
    Column("csrf", String(64), nullable=False),
    _moment("created_at"),
    _moment("expires_at"),
    Index("ix_sessions_user_id", "user_id"),
)

projects = Table(
    "projects",
    metadata,
    _id(),
    _of("account_id", "accounts.id"),
    Column("name", String(100), nullable=False),
    Column("slug", String(63), nullable=False),
    Column("public", Boolean, nullable=False),
    _moment("created_at"),
    UniqueConstraint("account_id", "slug"),
)

keys = Table(
    "keys",
    metadata,
    _id(),
    _of("account_id", "accounts.id"),
    _of("project_id", "projects.id", nullable=True),
    _of("user_id", "users.id", nullable=True),
    Column("name", String(100), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", String(100), nullable=False),
    _moment("created_at"),
    _moment("expires_at", nullable=True),
    _moment("revoked_at", nullable=True),
    _moment("last_used_at", nullable=True),
    Index("ix_keys_account_id", "account_id"),
)

environments = Table(
    "environments",
    metadata,
    _id(),
    _of("project_id", "projects.id"),
    Column("name", String(63), nullable=False),
    Column("live_id", String(40)),
    # The number of the last deployment; the flip compares and swaps `live_id`.
    Column("last_number", Integer, nullable=False),
    Column("crons", Text, nullable=False),
    _moment("created_at"),
    UniqueConstraint("project_id", "name"),
)

deployments = Table(
    "deployments",
    metadata,
    _id(),
    _of("environment_id", "environments.id"),
    Column("number", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("idempotency_key", String(128), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("expected_live", String(40)),
    # Whose the environment is until this has come to an end; nobody's for what the server itself repeats.
    Column("holder", String(254)),
    Column("script", String(63)),
    Column("created_by_kind", String(10), nullable=False),
    Column("created_by_name", String(254), nullable=False),
    Column("message", String(1000)),
    Column("commit_ref", String(100)),
    Column("error", Text),
    Column("log", Text, nullable=False),
    _moment("created_at"),
    _moment("finished_at", nullable=True),
    UniqueConstraint("environment_id", "number"),
    UniqueConstraint("environment_id", "idempotency_key"),
    # Few are open at any time, among a history that only grows.
    Index("ix_deployments_status_environment_id_number", "status", "environment_id", "number"),
)

resources = Table(
    "resources",
    metadata,
    _id(),
    _of("environment_id", "environments.id"),
    Column("kind", String(10), nullable=False),
    Column("binding", String(100), nullable=False),
    Column("name", String(100), nullable=False),
    Column("remote_name", String(100), nullable=False),
    Column("remote_id", String(100)),
    _moment("created_at"),
    UniqueConstraint("environment_id", "kind", "binding"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("environment_id", String(40), ForeignKey("environments.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    _moment("updated_at"),
)

#: Static files that a project has uploaded: ``digest`` is where they are kept.
assets = Table(
    "assets",
    metadata,
    Column("project_id", String(40), ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    _moment("created_at"),
)

#: Secrets of the server itself.
sealed = Table(
    "sealed",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),
    Column("subject", String(40), nullable=False),
    _moment("run_after"),
    # Its place among those that are due; 0 where a server of an earlier version asked for it.
    Column("place", BigInteger, nullable=False, server_default="0"),
    Column("lease_owner", String(40)),
    _moment("lease_until"),
    # Grows with every lease: what an earlier holder still does is recognised by it.
    Column("fence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("ix_jobs_kind_run_after", "kind", "run_after"),
    UniqueConstraint("kind", "subject"),
)

device_logins = Table(
    "device_logins",
    metadata,
    Column("device_hash", String(64), primary_key=True),
    Column("user_code", String(16), nullable=False, unique=True),
    Column("client_name", String(100), nullable=False),
    # The address it came from.
    Column("source", String(64)),
    Column("status", String(10), nullable=False),
    _of("user_id", "users.id", nullable=True),
    _of("account_id", "accounts.id", nullable=True),
    _moment("created_at"),
    _moment("expires_at"),
    _moment("polled_at"),
)

throttles = Table(
    "throttles",
    metadata,
    Column("bucket", String(120), primary_key=True),
    Column("failures", Integer, nullable=False),
    _moment("blocked_until"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _of("account_id", "accounts.id"),
    _moment("at"),
    Column("actor_kind", String(10), nullable=False),
    Column("actor_name", String(254), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(254), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_account_id_id", "account_id", "id"),
)
