"""Which of wrangler's keys Aerostack honours; every other one is refused by name, never dropped."""

from __future__ import annotations

from aerostack.errors import ConfigError
from aerostack.model import Project, Resource

#: Consumed while the code is built.
_BUNDLE = frozenset(
    {
        "main", "base_dir", "tsconfig", "jsx_factory", "jsx_fragment", "find_additional_modules",
        "preserve_file_names", "rules", "no_bundle", "minify", "keep_names", "build", "upload_source_maps",
        "alias", "define",
    }
)  # fmt: skip

#: Sent with the upload.
_UPLOAD = frozenset(
    {
        "name", "compatibility_date", "compatibility_flags", "vars", "secrets", "limits", "placement", "observability",
        "triggers", "d1_databases", "kv_namespaces", "r2_buckets", "queues", "services", "ai", "browser", "images",
        "version_metadata", "assets",
    }
)  # fmt: skip

#: About an account of one's own, where there is nothing to do here: Aerostack has its own account and addresses.
_ELSEWHERE = frozenset({"account_id", "workers_dev", "preview_urls"})

#: Without any influence on a deploy.
_IDLE = frozenset({"$schema", "dev", "send_metrics"})

SUPPORTED = _BUNDLE | _UPLOAD | _ELSEWHERE | _IDLE


def check_keys(project: Project) -> None:
    """Raise ``ConfigError`` for the first key of the project that Aerostack cannot honour."""
    for key, value in project.config.items():
        if key not in SUPPORTED and value not in ([], {}, None):
            raise _refusal(project, key)
    queues = project.config.get("queues")
    if isinstance(queues, dict) and queues.get("consumers"):
        raise _refusal(project, "queues.consumers")
    for resource in project.resources:
        if resource.shared:
            raise _resource(resource, "shared = true", "on Aerostack every environment has its own resources")
        if resource.options.get("jurisdiction"):
            raise _resource(resource, "jurisdiction", "Aerostack does not choose where data is kept")


def _resource(resource: Resource, key: str, why: str) -> ConfigError:
    return ConfigError(
        f"`{key}` of the binding {resource.binding} cannot be honoured: {why}",
        where=resource.where,
        hint="remove it, or deploy with another backend (`aerostack backends`)",
        code="unsupported_key",
    )


def _refusal(project: Project, key: str) -> ConfigError:
    return ConfigError(
        f"the backend `aerostack` cannot honour the key `{key}`",
        key=key,
        hint="remove it, or deploy with another backend (`aerostack backends`)",
        where=project.where.get(key) or project.where.get(f"{key}[0]"),
        code="unsupported_key",
    )
