"""The configuration of one version's workerd: its modules as files with names of our own, its bindings, two sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aerostack_edge.model import Module, ModuleType, ScriptVersion, StartupError
from aerostack_edge.runtime import assets, bindings, capnp, dispatch, objects
from aerostack_edge.runtime.bindings import Bound
from aerostack_edge.runtime.capnp import Embed, Value
from aerostack_edge.runtime.headers import PROTOCOL
from aerostack_edge.runtime.limits import HEAP_MEGABYTES
from aerostack_edge.runtime.neighbours import Neighbours

# What a request leaves behind is freed only when all of the heap is collected. By itself V8 first does so late, in each
# of the isolates of a process, of which one with assets has up to six: together more than it may hold.
_FIRST_COLLECTION_MEGABYTES = 8
# What Cloudflare takes for a script without one.
_OLDEST_DATE = "2021-11-02"
_FIELDS: Mapping[ModuleType, str] = {
    "esm": "esModule",
    "commonjs": "commonJsModule",
    "text": "text",
    "data": "data",
    "wasm": "wasm",
}


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration file, and the variables workerd must have in its environment (the secrets)."""

    path: Path
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Around:
    version: str
    near: Neighbours
    files: Mapping[str, Embed]

    def part(self, name: str) -> Embed | None:
        return self.files.get(name)


def write(
    version: ScriptVersion,
    folder: Path,
    *,
    socket: Path,
    aside: Path,
    near: Neighbours,
    simulators: Path,
    kept: Path,
    lasting: bool,
) -> Config:
    """Write everything into ``folder``; it may be deleted once workerd listens at ``socket``, and for us at ``aside``.

    ``simulators`` is the folder with Cloudflare's own Workers, ``kept`` that with Durable Objects, which are in memory
    unless ``lasting``.

    Raises ``StartupError`` for what cannot run at all, ``UnsupportedBinding`` for a binding the edge does not have.
    """
    files: dict[str, Embed] = {}
    for number, module in enumerate(version.modules):
        file = f"{number}.module"
        (folder / file).write_bytes(module.content)
        files[module.name] = Embed(file)
    bound = _bind(version, _Around(version.id, near, files))
    answers = assets.MAIN if version.assets is None else assets.front(version)
    config: dict[str, Value] = {
        "services": [
            *_services(version, files, bound, objects.worker_fields(version, lasting=lasting)),
            *(objects.services(version, kept) if lasting else ()),
            *(assets.services(version, version.assets, folder, simulators) if version.assets else ()),
            {"name": "internet", "network": {"allow": ["public"], "tlsOptions": {"trustBrowserCas": True}}},
            bindings.store_service("cache", near.store, {"x-ns": "cache"}),
            {"name": "aside", "worker": _aside(version, assets.MAIN if version.modules else answers)},
            {"name": "tails", "external": {"address": f"unix:{near.tails}", "http": {}}},
            *(service for entry in bound for service in entry.services),
        ],
        "sockets": [
            {
                "name": "http",
                "address": f"unix:{socket}",
                "http": {"capnpConnectHost": "capnp", "forwardedProtoHeader": PROTOCOL},
                "service": answers,
            },
            {"name": "aside", "address": f"unix:{aside}", "http": {}, "service": "aside"},
        ],
        "extensions": [dispatch.extension()],
        "v8Flags": [f"--max-heap-size={HEAP_MEGABYTES}", f"--initial-old-space-size={_FIRST_COLLECTION_MEGABYTES}"],
        "logging": {"structuredLogging": True},
    }
    path = folder / "config.capnp"
    try:
        path.write_text(capnp.document(config), encoding="ascii")
    except UnicodeEncodeError as error:
        raise StartupError("a name or a text in the upload holds half of a surrogate pair") from error
    return Config(path, {name: value for entry in bound for name, value in entry.environ.items()})


def _services(
    version: ScriptVersion, files: Mapping[str, Embed], bound: Sequence[Bound], holds: Mapping[str, Value]
) -> Iterator[Mapping[str, Value]]:
    """The Worker itself; none when the version is nothing but assets."""
    if version.assets is None or version.modules:
        worker: dict[str, Value] = {
            **_code(version, files),
            "compatibilityDate": version.compatibility_date or _OLDEST_DATE,
            "compatibilityFlags": version.compatibility_flags,
            "bindings": [entry.value for entry in bound],
            "globalOutbound": "internet",
            "cacheApiOutbound": "cache",
            "tails": ["aside"],
            **holds,
        }
        yield {"name": assets.MAIN, "worker": worker}


def _bind(version: ScriptVersion, around: _Around) -> list[Bound]:
    bound = [
        bindings.bind(wire, f"binding-{number}", around)
        for number, wire in enumerate(version.bindings)
        if wire.get("type") != "secret_text"
    ]
    for number, (name, text) in enumerate(version.secrets.items()):
        bound.append(bindings.secret(name, text, f"SECRET_{number}"))
    return bound


def _aside(version: ScriptVersion, main: str) -> dict[str, Value]:
    about = json.dumps({"script": version.script, "version": version.id})
    return {
        "compatibilityDate": "2026-01-01",
        # To send it events other than requests.
        "compatibilityFlags": ["service_binding_extra_handlers"],
        "modules": [{"name": "aside", "esModule": Embed(str(Path(__file__).with_name("aside.js").absolute()))}],
        "bindings": [
            {"name": "MAIN", "service": main},
            {"name": "TAILS", "service": "tails"},
            {"name": "ABOUT", "json": about},
        ],
    }


def _code(version: ScriptVersion, files: Mapping[str, Embed]) -> dict[str, Value]:
    modules = [module for module in version.modules if module.type != "sourcemap"]
    main = next((module for module in modules if module.name == version.main_module), None)
    if main is None:
        raise StartupError(f'No such module "{version.main_module}": it is the main module, but was not uploaded')
    if main.type == "commonjs":
        # A script of the time before modules; its other files are reached by bindings.
        return {"serviceWorkerScript": files[main.name]}
    return {"modules": [_module(module, files) for module in sorted(modules, key=lambda module: module is not main)]}


def _module(module: Module, files: Mapping[str, Embed]) -> dict[str, Value]:
    field = _FIELDS.get(module.type)
    if field is None:
        raise StartupError(f"the edge does not run modules of type {module.type} ({module.name})")
    return {"name": module.name, field: files[module.name]}
