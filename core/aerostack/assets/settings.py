"""``[assets]`` of a project, checked: how its files are served, and whether there is code beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.errors import ConfigError
from aerostack.model import Json, Project

_MOST_RULES, _LONGEST_RULE = 100, 100

#: What means nothing without code: all bindings, and what calls the code besides requests.
_FOR_CODE = (
    "vars", "d1_databases", "kv_namespaces", "r2_buckets", "queues", "durable_objects", "workflows", "services",
    "vectorize", "hyperdrive", "analytics_engine_datasets", "mtls_certificates", "send_email", "pipelines",
    "secrets_store_secrets", "ratelimits", "worker_loaders", "vpc_services", "vpc_networks", "dispatch_namespaces",
    "ai", "browser", "images", "stream", "media", "version_metadata", "triggers",
)  # fmt: skip


def table(project: Project) -> Mapping[str, Json] | None:
    """The table, if the project has one."""
    found = project.config.get("assets")
    return found if isinstance(found, Mapping) and found else None


def check(project: Project) -> None:
    """Raise ``ConfigError`` for settings that no deploy can honour."""
    assets = table(project)
    if assets is None:
        return
    if not assets.get("directory"):
        raise error(
            project, "directory", "[assets] names no folder", 'name the one with the files: directory = "public"'
        )
    if project.main is None and assets.get("binding"):
        raise error(
            project,
            "binding",
            "a Worker of static files only has no code that could use the binding",
            "remove `binding`, or name the code: main = …",
        )
    first = assets.get("run_worker_first")
    if project.main is None and first:
        raise error(
            project,
            "run_worker_first",
            "a Worker of static files only has no code that could run first",
            "remove `run_worker_first`, or name the code: main = …",
        )
    if isinstance(first, Sequence) and not isinstance(first, str):
        _check_rules(project, [str(rule) for rule in first])
    if project.main is None:
        _check_without_code(project)


def served(project: Project, files: Mapping[str, str]) -> dict[str, Any]:
    """How the files are served, in the form of Cloudflare's API; ``files`` are the texts of ``_headers`` and so on."""
    assets = table(project) or {}
    keys = ("html_handling", "not_found_handling", "base_path", "run_worker_first")
    return {key: assets[key] for key in keys if assets.get(key) is not None} | dict(files)


def _check_without_code(project: Project) -> None:
    for key in _FOR_CODE:
        if project.config.get(key) not in (None, [], {}, {"crons": []}):
            raise ConfigError(
                f"a Worker of static files only has no code that could use `{key}`",
                key=key,
                hint=f"remove `{key}`, or name the code: main = …",
                where=project.where.get(key) or project.where.get(f"{key}[0]"),
                code="assets",
            )


def _check_rules(project: Project, rules: list[str]) -> None:
    """As wrangler does, and Cloudflare after it."""
    problem = None
    if not rules:
        problem = "there is none"
    elif len(rules) > _MOST_RULES:
        problem = f"there are {len(rules)}, and at most {_MOST_RULES} are allowed"
    elif odd := next((rule for rule in rules if not rule.startswith(("/", "!/"))), None):
        problem = f"{odd!r} does not begin with / or !/"
    elif long := next((rule for rule in rules if len(rule) > _LONGEST_RULE), None):
        problem = f"{long[:40]!r}… has more than {_LONGEST_RULE} characters"
    elif all(rule.startswith("!") for rule in rules):
        problem = "all of them are exceptions"
    if problem:
        hint = 'write patterns of paths, such as run_worker_first = ["/api/*", "!/api/docs/*"], or true'
        raise error(project, "run_worker_first", f"the rules of `run_worker_first` are wrong: {problem}", hint)


def error(project: Project, key: str, message: str, hint: str) -> ConfigError:
    """The error for a key of ``[assets]``, with its place."""
    where = project.where.get(f"assets.{key}") or project.where.get("assets")
    return ConfigError(message, key=f"assets.{key}", hint=hint, where=where, code="assets")
