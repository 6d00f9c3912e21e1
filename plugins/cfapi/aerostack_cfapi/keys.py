"""Which of wrangler's keys this backend honours; every other one is refused by name, never dropped."""

from __future__ import annotations

from aerostack.errors import ConfigError
from aerostack.model import Project
from aerostack_cfapi.bindings import BINDING_KEYS

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
        "workers_dev", "preview_urls", "cache", "assets",
    }
)  # fmt: skip

#: Without any influence on a deploy.
_IDLE_KEYS = frozenset({"$schema", "dev", "send_metrics"})

SUPPORTED = _BUNDLE_KEYS | _UPLOAD_KEYS | _IDLE_KEYS | BINDING_KEYS


def check_keys(project: Project) -> None:
    """Raise ``ConfigError`` for the first key of the project that this backend cannot honour."""
    for key, value in project.config.items():
        if key in SUPPORTED or value in ([], {}, None):
            continue
        raise _refusal(project, key)
    queues = project.config.get("queues")
    if isinstance(queues, dict) and queues.get("consumers"):
        raise _refusal(project, "queues.consumers")


def _refusal(project: Project, key: str) -> ConfigError:
    return ConfigError(
        f"the backend `cfapi` cannot honour the key `{key}`",
        key=key,
        hint="remove it, or deploy with another backend (`aerostack backends`)",
        where=project.where.get(key) or project.where.get(f"{key}[0]"),
        code="unsupported_key",
    )
