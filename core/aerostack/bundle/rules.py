"""Module rules: which files are uploaded beside the code instead of being bundled into it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aerostack.errors import ConfigError
from aerostack.model import ModuleType, Project
from aerostack.values import dataclass

_TYPES: dict[str, ModuleType] = {
    "ESModule": "esm",
    "CommonJS": "commonjs",
    "Text": "text",
    "Data": "data",
    "CompiledWasm": "wasm",
}

_EXTENSION = re.compile(r"(?:\*\*/)?\*(\.[A-Za-z0-9_.-]+)")


@dataclass(frozen=True, slots=True)
class Rule:
    """Files whose path matches ``glob`` become modules of ``type``. ``key`` is the rule's place in the file."""

    type: ModuleType
    glob: str
    key: str = ""

    @property
    def is_script(self) -> bool:
        """Whether esbuild would bundle such files by itself."""
        return self.type in ("esm", "commonjs")


# Wrangler's, without `*.wasm?module`: a query is no part of a file name.
DEFAULTS = (
    Rule("text", "**/*.txt"),
    Rule("text", "**/*.html"),
    Rule("text", "**/*.sql"),
    Rule("data", "**/*.bin"),
    Rule("wasm", "**/*.wasm"),
)


def of(project: Project) -> tuple[Rule, ...]:
    """The rules, the user's first; the first that matches a file decides.

    Unlike wrangler a user's rule adds to the default rules of its type without ``fallthrough = true``.
    """
    return (*_users(project), *DEFAULTS)


def by_extension(project: Project) -> dict[str, ModuleType]:
    """The type of imported files by the end of their names, such as ``.wasm``.

    Raises ``ConfigError`` for a rule that does not select by extension: esbuild knows no other.
    """
    found: dict[str, ModuleType] = {}
    for rule in of(project):
        if rule.is_script:
            continue
        match = _EXTENSION.fullmatch(rule.glob)
        if match is None:
            raise ConfigError(
                f'the rule for "{rule.glob}" cannot be used while bundling, which goes by file extension',
                key=rule.key,
                hint='write it as "**/*.ext", or set no_bundle = true',
                where=project.where.get(rule.key),
            )
        found.setdefault(match[1], rule.type)
    return found


def _users(project: Project) -> list[Rule]:
    entries = project.config.get("rules")
    rules: list[Rule] = []
    for index, entry in enumerate(entries if isinstance(entries, (list, tuple)) else ()):
        key = f"rules[{index}]"
        if not isinstance(entry, Mapping):
            continue
        kind = entry.get("type")
        if kind not in _TYPES:
            raise ConfigError(
                f'"{kind}" is no type of module rule',
                key=f"{key}.type",
                hint=f"use one of {', '.join(_TYPES)}",
                where=project.where.get(f"{key}.type") or project.where.get(key),
            )
        globs = entry.get("globs")
        patterns = globs if isinstance(globs, (list, tuple)) else ()
        rules.extend(
            Rule(_TYPES[kind], str(glob), f"{key}.globs")
            for glob in patterns
            # `*.wasm?module` selects by query, and the default rule for wasm covers it.
            if not str(glob).endswith("?module")
        )
    return rules
