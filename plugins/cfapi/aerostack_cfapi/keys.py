"""Which of wrangler's keys this backend honours; every other one is refused by name, never dropped."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.errors import ConfigError
from aerostack.model import Project
from aerostack_cfapi.bindings import BINDING_KEYS
from aerostack_cloudflare.project.domains import routes

#: Consumed while the code is built.
_BUNDLE_KEYS = frozenset(
    {
        "main", "base_dir", "tsconfig", "jsx_factory", "jsx_fragment", "find_additional_modules",
        "preserve_file_names", "rules", "no_bundle", "minify", "keep_names", "build", "upload_source_maps",
        "alias", "define",
    }
)  # fmt: skip

#: Sent with the upload, or read when the plan is made.
_UPLOAD_KEYS = frozenset(
    {
        "name", "account_id", "compatibility_date", "compatibility_flags", "vars", "keep_vars", "secrets",
        "limits", "placement", "observability", "logpush", "tail_consumers", "streaming_tail_consumers",
        "workers_dev", "preview_urls", "cache", "assets", "triggers",
        "durable_objects", "migrations", "route", "routes",
    }
)  # fmt: skip

#: Without any influence on a deploy.
_IDLE_KEYS = frozenset({"$schema", "dev", "send_metrics"})

_ROUTE_KEYS = frozenset({"pattern", "custom_domain", "zone_id", "zone_name"})

SUPPORTED = _BUNDLE_KEYS | _UPLOAD_KEYS | _IDLE_KEYS | BINDING_KEYS


def check_keys(project: Project) -> None:
    """Raise ``ConfigError`` for the first key of the project that this backend cannot honour."""
    for key, value in project.config.items():
        if key in SUPPORTED or value in ([], {}, None):
            continue
        raise _refusal(project, key)
    for key, route in routes(project):
        for name, value in route.items() if isinstance(route, Mapping) else ():
            if name not in _ROUTE_KEYS and value is not None:
                raise _refusal(project, f"{key}.{name}")
    _check_triggers(project)


def _check_triggers(project: Project) -> None:
    """Schedules and Workers that consume queues are honoured, and no other trigger."""
    triggers, queues = project.config.get("triggers"), project.config.get("queues")
    for key, value in triggers.items() if isinstance(triggers, Mapping) else ():
        if key != "crons" and value not in ([], {}, None):
            raise _refusal(project, f"triggers.{key}")
    consumers = queues.get("consumers") if isinstance(queues, Mapping) else None
    for index, consumer in enumerate(consumers if isinstance(consumers, list | tuple) else ()):
        at = f"queues.consumers[{index}]"
        if consumer.get("type", "worker") != "worker":
            raise _refusal(project, f"{at}.type")
        if consumer.get("visibility_timeout_ms") is not None:
            raise _refusal(project, f"{at}.visibility_timeout_ms")


def _refusal(project: Project, key: str) -> ConfigError:
    return ConfigError(
        f"the backend `cfapi` cannot honour the key `{key}`",
        key=key,
        hint="remove it, or deploy with another backend (`aerostack backends`)",
        where=project.where.get(key) or project.where.get(f"{key}[0]"),
        code="unsupported_key",
    )
