"""Migrations of an environment's database: the server keeps what was applied in the database itself."""

from __future__ import annotations

from aerostack_hosted.api.connection import Api, segment


def listed(api: Api, project: str, environment: str, binding: str) -> tuple[str, ...]:
    """``GET …/d1/{binding}/migrations``: names, in the order in which they were applied."""
    found = api.items(_path(project, environment, binding), f"reading which migrations {binding} has")
    return tuple(item.text("name") for item in found)


def apply(api: Api, project: str, environment: str, binding: str, *, name: str, sql: str) -> None:
    """``POST …/d1/{binding}/migrations``: in one transaction. One that is applied already is left alone, so that a lost
    answer costs nothing.
    """
    body = {"migrations": [{"name": name, "sql": sql}]}
    operation = f"applying the migration {name} to {binding}"
    # Names of those that it applied: none when this one was applied already.
    api.call("POST", _path(project, environment, binding), operation, json=body, repeatable=True).records("items")


def _path(project: str, environment: str, binding: str) -> str:
    return f"/projects/{segment(project)}/environments/{segment(environment)}/d1/{segment(binding)}/migrations"
