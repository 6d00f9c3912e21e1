"""Codes that mean: what a binding names does not exist. They say which binding only sometimes; the file tells."""

from __future__ import annotations

import re

from aerostack.model import Diagnosis, Project
from aerostack_cloudflare.explanations.entries import Entry, entries
from aerostack_cloudflare.explanations.explanation import Explanation
from aerostack_cloudflare.explanations.failure import Failure

#: The list of bindings that a code is about.
_TABLES: dict[int, str] = {
    7400: "d1_databases",
    7404: "d1_databases",
    10181: "d1_databases",
    10013: "kv_namespaces",
    10041: "kv_namespaces",
    10042: "kv_namespaces",
    10006: "r2_buckets",
    10085: "r2_buckets",
    11000: "queues.producers",
}

#: What a binding of a list is bound to, in words.
TITLES: dict[str, str] = {
    "d1_databases": "the D1 database",
    "kv_namespaces": "the KV namespace",
    "r2_buckets": "the R2 bucket",
    "queues.producers": "the queue",
    "services": "the Worker",
    "hyperdrive": "the Hyperdrive configuration",
    "vectorize": "the Vectorize index",
}


def missing(found: Failure, row: Explanation, project: Project) -> Diagnosis | None:
    """The entry that names what is not there."""
    if found.operation.startswith("creating") and row.code == 7400:
        return _bad_name(found, project)
    entry = _named(found.text, _entries(project, _TABLES[row.code]))
    if entry is None:
        return None
    subject = f"{TITLES[entry.table]} {entry.target}" if entry.target else f"what {entry.key} should name"
    state = "is not an id that Cloudflare gives out" if row.code in (7400, 10042) else "is not in this account"
    return Diagnosis(
        message=f"the binding `{entry.binding}` is bound to {subject}, which {state}", hint=row.fix, where=entry.where
    )


def _bad_name(found: Failure, project: Project) -> Diagnosis:
    """Nothing has an id yet: it is the name that D1 does not take."""
    named = [item for item in project.resources if item.kind == "d1" and found.operation.endswith(f" {item.name}")]
    return Diagnosis(
        message="D1 does not take this name for a database",
        hint="use letters, digits, - and _ in `database_name`, at most 64 of them",
        where=named[0].where if named else None,
    )


def missing_service(found: Failure, row: Explanation, project: Project) -> Diagnosis | None:
    """The service binding whose Worker is not there. Where the answer names none, all that come into question."""
    if found.operation and not found.operation.startswith("uploading"):
        return None  # it is the Worker itself that was looked for
    others = [entry for entry in _entries(project, "services") if entry.target not in (None, project.name)]
    entry = _named(found.text, others)
    if entry is None and len(others) == 1:
        entry = others[0]
    if entry is not None:
        return Diagnosis(
            message=f"the service binding `{entry.binding}` needs the Worker `{entry.target}`, "
            "which does not exist in the account",
            hint=f"deploy `{entry.target}` first, or correct `service`",
            where=entry.where,
        )
    if not others:
        return None
    listed = ", ".join(f"`{entry.target}` ({entry.where or entry.binding})" for entry in others)
    return Diagnosis(
        message=f"a Worker that a service binding needs does not exist in the account; it is one of {listed}",
        hint="deploy that Worker first, or correct `service`",
        where=others[0].where,
    )


def _entries(project: Project, table: str) -> list[Entry]:
    return [entry for entry in entries(project) if entry.table == table]


def _named(text: str, candidates: list[Entry]) -> Entry | None:
    """The first entry whose binding or target stands in ``text`` as a word of its own, the binding in quotes."""
    for entry in candidates:
        if entry.binding and re.search(rf"""['"`]{re.escape(entry.binding)}['"`]""", text):
            return entry
    for entry in candidates:
        if entry.target and re.search(rf"(?<![\w-]){re.escape(entry.target)}(?![\w-])", text):
            return entry
    return None
