"""Deployments as they are recorded: those that come at the same moment share a transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from aerostack_server.api.environments import Found, Here, look_up
from aerostack_server.deploys import engine, resources, submissions
from aerostack_server.deploys.deployments import Deployment
from aerostack_server.deploys.metadata import Metadata, with_targets
from aerostack_server.deploys.submissions import Submission
from aerostack_server.identity import audit
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, invalid, not_found
from aerostack_server.projects import environments, projects
from aerostack_server.projects.environments import label

Outcome = tuple[Here, Deployment]


@dataclass(frozen=True, slots=True)
class Record:
    """An upload whose code is kept. ``document`` is what is kept of its metadata, ``behind`` as in ``Submission``."""

    caller: Caller
    project: str
    environment: str
    metadata: Metadata
    document: Mapping[str, Any]
    key: str
    expected_live: str | None
    behind: int = 0


def write(connection: Connection, records: Sequence[Record]) -> list[Outcome | Problem]:
    """Record each, with its environment if that is its first deployment; the problem of one that is refused."""
    names = list(dict.fromkeys((record.caller, record.project, record.environment) for record in records))
    found = dict(zip(names, look_up(connection, names), strict=True))
    outcomes: dict[int, Outcome | Problem] = {}
    wanted: dict[int, tuple[Here, Submission]] = {}
    for place, record in enumerate(records):
        name = (record.caller, record.project, record.environment)
        try:
            here, submission = _submission(connection, record, found[name])
        except Problem as problem:
            outcomes[place] = problem
        else:
            found[name] = (here.project, here.environment)
            wanted[place] = here, submission
    submitted = submissions.submit_all(connection, [submission for _, submission in wanted.values()])
    entries = []
    for (place, (here, _)), made in zip(wanted.items(), submitted, strict=True):
        if isinstance(made, Problem):
            outcomes[place] = made
            continue
        if made.new:
            here = _also(connection, records[place], here)
            entries.append(_entry(records[place], here, made.deployment))
        outcomes[place] = here, made.deployment
    audit.note_all(connection, entries)
    return [outcomes[place] for place in range(len(records))]


def _submission(connection: Connection, record: Record, found: Found | None) -> tuple[Here, Submission]:
    """Raises ``Problem``."""
    if found is None:
        raise not_found("project")
    project, environment = found
    caller, metadata = record.caller, record.metadata

    def target(service: str, of: str | None) -> str:
        try:
            called = projects.find(connection, caller, service)
        except Problem:
            # Not 404: that would be about the project that is deployed.
            raise invalid(f"there is no project {service[:80]} whose Worker could be called") from None
        return f"{label(called.slug, of or record.environment)}.{caller.account_slug}"

    document = with_targets(record.document, target)
    if environment is None:
        if record.expected_live is not None:
            submissions.check_live(connection, record.expected_live, None)
        environment = environments.ensure(connection, project, record.environment)
    digest = hashlib.sha256(json.dumps(record.document, sort_keys=True).encode()).hexdigest()
    return Here(project, environment), Submission(
        environment_id=environment.id,
        document=document,
        content_hash=metadata.tag or digest,
        idempotency_key=record.key,
        request_hash=digest,
        expected_live=record.expected_live,
        by=submissions.author(caller),
        message=metadata.message,
        commit=metadata.commit,
        holder=f"{metadata.holder} ({caller.name})" if metadata.holder else caller.name,
        replaces=metadata.replaces,
        behind=record.behind,
    )


def _also(connection: Connection, record: Record, here: Here) -> Here:
    """What else a new one changes."""
    metadata = record.metadata
    resources.announce(connection, here.project, here.environment, metadata.wanted())
    if metadata.public is None or metadata.public == here.project.public:
        return here
    changed = projects.change(connection, here.project, name=None, public=metadata.public)
    engine.privacy_changed(connection, changed, submissions.author(record.caller))
    return Here(changed, here.environment)


def _entry(record: Record, here: Here, made: Deployment) -> dict[str, Any]:
    subject = f"{here.project.slug}/{record.environment}"
    return audit.entry(record.caller, "deploy", subject, number=made.number, content=made.content_hash[:12])
