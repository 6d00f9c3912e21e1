"""The configuration of the store's workerd: the simulators as Durable Objects, files under the data folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aerostack_edge.runtime import capnp
from aerostack_edge.runtime.capnp import Embed, Value
from aerostack_edge.runtime.namespace import StoreKind

_SIMULATORS: dict[StoreKind, str] = {
    "d1": "d1/database.worker.js",
    "kv": "kv/namespace.worker.js",
    "r2": "r2/bucket.worker.js",
}
_SHARED = {"miniflare:shared": "shared/index.worker.js", "miniflare:zod": "shared/zod.worker.js"}


def unique_key(kind: StoreKind) -> str:
    """The name of the folder with the SQLite files of a kind; changing it loses all data."""
    return f"aerostack-{kind}"


def text(*, simulators: Path, objects: Path, blobs: Path, socket: Path, control: Path, syncer: Path) -> str:
    """The configuration file. It listens at ``socket`` for bindings and at ``control`` for us.

    It asks at ``syncer`` to have files of ``blobs`` on disk.
    """

    def embed(path: Path) -> Embed:
        return Embed(str(path.absolute()))

    modules: list[Value] = [{"name": "store", "esModule": embed(Path(__file__).with_name("store.js"))}]
    modules += [
        {"name": f"simulator-{kind}", "esModule": embed(simulators / file)} for kind, file in _SIMULATORS.items()
    ]
    store: dict[str, Value] = {
        # What the simulators are published for.
        "compatibilityDate": "2023-07-24",
        "compatibilityFlags": ["nodejs_compat", "experimental"],
        "modules": modules,
        "bindings": [
            *({"name": kind, "durableObjectNamespace": {"className": kind.upper()}} for kind in _SIMULATORS),
            {"name": "MINIFLARE_BLOBS", "service": "blobs"},
        ],
        "durableObjectNamespaces": [
            {"className": kind.upper(), "uniqueKey": unique_key(kind), "enableSql": True} for kind in _SIMULATORS
        ],
        "durableObjectStorage": {"localDisk": "objects"},
    }
    config: dict[str, Value] = {
        "services": [
            {"name": "store", "worker": store},
            {"name": "objects", "disk": {"path": str(objects.absolute()), "writable": True}},
            {"name": "blobs", "worker": _blobs()},
            {"name": "disk", "disk": {"path": str(blobs.absolute()), "writable": True}},
            {"name": "syncer", "external": {"address": f"unix:{syncer}", "http": {}}},
            {"name": "internet", "network": {"allow": []}},
        ],
        "sockets": [
            {"name": "store", "address": f"unix:{socket}", "http": {}, "service": "store"},
            {
                "name": "control",
                "address": f"unix:{control}",
                "http": {},
                "service": {"name": "store", "entrypoint": "control"},
            },
        ],
        "extensions": [
            {"modules": [{"name": name, "esModule": embed(simulators / file)} for name, file in _SHARED.items()]}
        ],
        "logging": {"structuredLogging": True},
    }
    return capnp.document(config)


def _blobs() -> Mapping[str, Value]:
    return {
        "compatibilityDate": "2026-01-01",
        "modules": [{"name": "blobs", "esModule": Embed(str(Path(__file__).with_name("blobs.js").absolute()))}],
        "bindings": [{"name": "DISK", "service": "disk"}, {"name": "SYNC", "service": "syncer"}],
    }
