"""A deployment's document → what the platform takes. Checked when it comes in, translated when it goes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aerostack.cron import Cron
from aerostack_server.deploys import entry
from aerostack_server.deploys.manifest import StaticFiles
from aerostack_server.deploys.resources import Resource, Wanted
from aerostack_server.problems import invalid

MOST_MODULES = 1000
_NAME = Field(min_length=1, max_length=255)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)
_MANAGED: dict[str, str] = {"d1": "d1", "kv_namespace": "kv", "r2_bucket": "r2", "queue": "queue"}
#: Bindings without an identity of their own, and what may stand in them.
_PLAIN: dict[str, tuple[str, ...]] = {
    "plain_text": ("text",),
    "json": ("json",),
    "ai": (),
    "browser": (),
    "images": (),
    "assets": (),
    "version_metadata": (),
}


class ModuleEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, _NAME]
    type: Literal["esm", "commonjs", "text", "data", "wasm", "sourcemap", "python"]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Metadata(BaseModel):
    """The first part of an upload."""

    model_config = ConfigDict(extra="forbid", strict=True)

    main: Annotated[str, _NAME] | None = None
    modules: Annotated[list[ModuleEntry], Field(max_length=MOST_MODULES)] = []
    compatibility_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = "2024-01-01"
    compatibility_flags: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = []
    bindings: Annotated[list[dict[str, Any]], Field(max_length=200)] = []
    crons: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=20)] = []
    limits: dict[str, Any] | None = None
    observability: dict[str, Any] | None = None
    placement: dict[str, Any] | None = None
    assets: StaticFiles | None = None
    tag: Annotated[str, Field(max_length=64)] = ""
    message: Annotated[str, Field(max_length=1000)] | None = None
    commit: Annotated[str, Field(max_length=100)] | None = None
    client: Annotated[str, Field(max_length=100)] | None = None
    holder: Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    replaces: Annotated[str, Field(max_length=128)] | None = None
    public: bool | None = None

    def checked(self) -> Metadata:
        """Raises ``Problem`` for what the types alone do not show."""
        seen: set[str] = set()
        for module in self.modules:
            check_module_name(module.name)
            folded = unicodedata.normalize("NFC", module.name).casefold()
            if folded in seen:
                raise invalid(f"two modules are called {module.name}")
            seen.add(folded)
        if self.main is None:
            self._check_without_code()
        elif self.main not in {module.name for module in self.modules}:
            raise invalid(f"`main` is {self.main}, which is none of the modules")
        else:
            self._check_events(self.main)
        if self.assets is not None:
            self.assets.check()
        names: set[str] = set()
        for binding in self.bindings:
            check_binding(binding)
            if binding["name"].startswith(entry.PREFIX):
                raise invalid(f"the binding {binding['name']} has a name of Aerostack's own", hint="rename it")
            if binding["name"] in names:
                raise invalid(f"two bindings are called {binding['name']}")
            if binding["type"] == "assets" and self.assets is None:
                raise invalid(f"the binding {binding['name']} is for static files, and there are none")
            names.add(binding["name"])
        return self

    def _check_without_code(self) -> None:
        """Of static files alone."""
        if self.assets is None:
            raise invalid("there is neither code nor a static file: `main` and `assets` are both missing")
        for key in ("modules", "bindings", "crons"):
            if getattr(self, key):
                raise invalid(f"`{key}` mean nothing without code: `main` is missing")
        if self.assets.config.run_worker_first:
            raise invalid("`run_worker_first` means nothing without code: `main` is missing")

    def _check_events(self, name: str) -> None:
        for cron in self.crons:
            try:
                Cron.parse(cron)
            except ValueError as error:
                raise invalid(f"the schedule {cron!r} is none: {error}") from None
        main = next(module for module in self.modules if module.name == name)
        if self.crons and main.type != "esm":
            raise invalid(f"schedules need a main module in ES module format, {name} is of the type {main.type}")
        if main.type != "esm" and any(binding.get("type") == "service" for binding in self.bindings):
            raise invalid(f"services need a main module in ES module format, {name} is of the type {main.type}")

    def wanted(self) -> list[Wanted]:
        """The resources that its bindings refer to."""
        return [
            Wanted(_MANAGED[binding["type"]], reference(binding), reference(binding).lower().replace("_", "-"))  # type: ignore[arg-type]
            for binding in self.bindings
            if binding["type"] in _MANAGED
        ]


def check_module_name(name: str) -> None:
    """Raise ``Problem`` for a name that is no relative path, or means something else on some system."""
    parts = name.split("/")
    bad = (
        any(part in ("", ".", "..") or _RESERVED.match(part) for part in parts)
        or "\\" in name
        or ":" in parts[0]
        or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name)
        or unicodedata.normalize("NFC", name) != name
    )
    if bad:
        raise invalid(f"{name[:80]!r} cannot be the name of a module")


def check_binding(binding: Mapping[str, Any]) -> None:
    """Raise ``Problem`` for a binding that cannot be honoured: none is dropped silently."""
    kind, name = binding.get("type"), binding.get("name")
    if not isinstance(kind, str) or not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise invalid("every binding has a `type` and a `name`")
    if kind in _MANAGED:
        kind_of, _, target = str(binding.get("resource", "")).partition(":")
        if kind_of != _MANAGED[kind] or not target or len(target) > 100:
            raise invalid(f"the binding {name} names no resource", hint=f'"resource": "{_MANAGED[kind]}:{name}"')
        return
    if kind == "service":
        _check_service(binding)
        return
    if kind not in _PLAIN:
        raise invalid(
            f"the binding {name} is of the type {kind[:40]}, which Aerostack cannot honour",
            hint="remove it, or deploy to your own account",
        )
    if kind == "plain_text" and not isinstance(binding.get("text"), str):
        raise invalid(f"the variable {name} has no text")


def _check_service(binding: Mapping[str, Any]) -> None:
    name = binding["name"]
    if not isinstance(binding.get("service"), str) or not isinstance(binding.get("environment", ""), str):
        raise invalid(f"the binding {name} names no service", hint='"service": "<project>"')
    for key in ("entrypoint", "props"):
        if key in binding:
            raise invalid(
                f"the binding {name} has `{key}`, which Aerostack cannot honour: services are called by fetch alone",
                hint="remove it, or deploy to your own account",
            )


def with_targets(document: Mapping[str, Any], target: Callable[[str, str | None], str]) -> dict[str, Any]:
    """The document in which every service is a host: ``target`` finds it by project and environment."""
    return {
        **document,
        "bindings": [
            {
                "type": "service",
                "name": binding["name"],
                "target": target(binding["service"], binding.get("environment")),
            }
            if binding["type"] == "service"
            else binding
            for binding in document["bindings"]
        ],
    }


def reference(binding: Mapping[str, Any]) -> str:
    """The binding name in ``resource``."""
    return str(binding["resource"]).partition(":")[2]


def platform_metadata(
    document: Mapping[str, Any], resources: Iterable[Resource], secrets: Mapping[str, str], tags: list[str]
) -> dict[str, Any]:
    """The ``metadata`` part for the platform, secrets included: it goes nowhere else."""
    known = {(resource.kind, resource.binding): resource for resource in resources}
    bindings = [
        _binding(binding, known)
        for binding in document["bindings"]
        if binding["name"] not in secrets and binding["type"] != "service"
    ]
    code = document.get("main") is not None
    made: dict[str, Any] = {
        "compatibility_date": document["compatibility_date"],
        "compatibility_flags": document["compatibility_flags"],
        "bindings": [
            *bindings,
            # Static files alone have no use for any.
            *({"type": "secret_text", "name": name, "text": text} for name, text in sorted(secrets.items()) if code),
        ],
        "tags": tags,
    }
    return made | {key: document[key] for key in ("limits", "observability", "placement") if document.get(key)}


def _binding(binding: Mapping[str, Any], known: Mapping[tuple[str, str], Resource]) -> dict[str, Any]:
    kind, name = binding["type"], binding["name"]
    if kind in _PLAIN:
        return {"type": kind, "name": name, **{key: binding[key] for key in _PLAIN[kind] if key in binding}}
    resource = known[(_MANAGED[kind], reference(binding))]
    made = {"type": kind, "name": name}
    if kind == "d1":
        return made | {"id": resource.remote_id}
    if kind == "kv_namespace":
        return made | {"namespace_id": resource.remote_id}
    if kind == "r2_bucket":
        return made | {"bucket_name": resource.remote_name}
    delay = {"delivery_delay": binding["delivery_delay"]} if "delivery_delay" in binding else {}
    return made | {"queue_name": resource.remote_name, **delay}
