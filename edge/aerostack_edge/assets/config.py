"""How assets are served: what an upload says of it, checked, in the form that Cloudflare's own Workers take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerostack_edge.assets import headers, redirects, routing
from aerostack_edge.model import AssetConfig

_HTML = ("auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none")
_NOT_FOUND = ("none", "404-page", "single-page-application")
#: All that there is to say.
KEYS = (
    "html_handling", "not_found_handling", "base_path", "run_worker_first", "serve_directly", "_headers", "_redirects",
)  # fmt: skip


class ConfigError(Exception):
    """What is wrong with it."""


def parsed(wire: Mapping[str, Any]) -> AssetConfig:
    """The configuration. Raises ``ConfigError``, ``HeadersError`` and ``RedirectsError``."""
    unknown = sorted(set(wire) - set(KEYS))
    if unknown:
        raise ConfigError(f"assets.config has the unknown key {unknown[0]}")
    html = _one_of(wire, "html_handling", _HTML)
    first, rules = _worker_first(wire)
    return AssetConfig(
        html_handling=html,
        not_found_handling=_one_of(wire, "not_found_handling", _NOT_FOUND),
        base_path=_base_path(wire.get("base_path")),
        redirects=redirects.parsed(_text(wire, "_redirects"), html_handling=html),
        headers=headers.parsed(_text(wire, "_headers")),
        worker_first=first,
        routing=rules,
    )


def _worker_first(wire: Mapping[str, Any]) -> tuple[bool, Mapping[str, Any] | None]:
    value = wire.get("run_worker_first")
    if value is None:
        # Its older name, the other way round.
        directly = wire.get("serve_directly", True)
        if directly is not None and not isinstance(directly, bool):
            raise ConfigError("assets.config.serve_directly must be true or false")
        return directly is False, None
    if isinstance(value, bool):
        return value, None
    if not isinstance(value, list) or not all(isinstance(rule, str) for rule in value):
        raise ConfigError("assets.config.run_worker_first must be true, false or a list of paths")
    try:
        return False, routing.parsed(value)
    except routing.RoutingError as error:
        raise ConfigError(f"assets.config.run_worker_first: {error}") from error


def _one_of(wire: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str | None:
    value = wire.get(key)
    if value is None or value in allowed:
        return value
    raise ConfigError(f"assets.config.{key} must be one of {', '.join(allowed)}, not {value!r}")


def _base_path(value: Any) -> str | None:
    if value is None:
        return None
    good = isinstance(value, str) and value.startswith("/") and value.isprintable() and not value.startswith("//")
    if not good or set(value) & set("\\?#%"):
        raise ConfigError(f"assets.config.base_path must be a plain path such as /docs, not {value!r}")
    return str(value)


def _text(wire: Mapping[str, Any], key: str) -> str:
    value = wire.get(key)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"assets.config.{key} must be the text of the file")
    return value or ""
