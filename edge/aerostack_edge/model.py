"""Values shared by the edge's control plane (API, state) and its runtime (processes)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

ModuleType: TypeAlias = Literal["esm", "commonjs", "text", "data", "wasm", "sourcemap", "python"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One uploaded file. ``name`` may hold slashes; it is never used as a path on disk."""

    name: str
    type: ModuleType
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetConfig:
    """How assets are served, in the form that Cloudflare's asset and router Workers take; ``None`` is their default.

    ``worker_first`` lets the Worker answer every request, ``routing`` those for some paths.
    """

    html_handling: str | None
    not_found_handling: str | None
    base_path: str | None
    redirects: Mapping[str, Any]
    headers: Mapping[str, Any]
    worker_first: bool
    routing: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFile:
    """A static file. ``hash`` is its ETag, ``name`` the file's on disk, ``content_type`` empty when nobody said it."""

    hash: str
    name: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The static files of a version by their path, all of them in ``folder``, and how they are served."""

    folder: Path
    files: Mapping[str, AssetFile]
    config: AssetConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectNamespace:
    """The Durable Objects of one class. ``id``, 32 hex digits, is theirs for ever, whatever the class is called later.

    ``use_sqlite`` says whether they may use SQL.
    """

    id: str
    class_name: str
    use_sqlite: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What a migration of Durable Objects leaves: its tag, and all namespaces that the script has then."""

    tag: str
    objects: tuple[ObjectNamespace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptVersion:
    """One immutable version of a script, complete: code, bindings (Cloudflare's wire shape), settings and assets.

    Texts of ``secret_text`` bindings are not in ``bindings`` but in ``secrets``; everything else is. A version that is
    nothing but assets has no modules and an empty ``main_module``. ``cpu_ms`` is the CPU time that a request may use,
    in milliseconds; ``None`` for the usual. ``objects`` are the script's, the same for each of its versions.
    """

    id: str
    script: str
    number: int
    main_module: str
    modules: tuple[Module, ...]
    bindings: tuple[Mapping[str, Any], ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    compatibility_date: str = ""
    compatibility_flags: tuple[str, ...] = ()
    cpu_ms: int | None = None
    objects: tuple[ObjectNamespace, ...] = ()
    assets: Assets | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Startup:
    """What starting a version showed: how long it took, in milliseconds, and which handlers it exports."""

    milliseconds: int
    handlers: tuple[str, ...] = ("fetch",)


class StartupError(Exception):
    """The version does not start; the message is workerd's reason, such as ``Uncaught Error: no at index.js:3:9``."""
