"""From bindings on the wire to bindings in workerd's configuration. One row of the table for each type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from aerostack_edge.runtime import assets, dispatch
from aerostack_edge.runtime.capnp import Embed, Value
from aerostack_edge.runtime.errors import UnsupportedBinding
from aerostack_edge.runtime.headers import PROTOCOL
from aerostack_edge.runtime.namespace import Namespace, StoreKind
from aerostack_edge.runtime.neighbours import Neighbours
from aerostack_edge.runtime.producer import QUEUE

_QUEUE_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")

#: A binding as Cloudflare's API describes it.
Wire: TypeAlias = Mapping[str, Any]


class Surroundings(Protocol):
    """What a binding may need to know of where its Worker runs."""

    @property
    def version(self) -> str:
        """The id of the version."""

    @property
    def near(self) -> Neighbours:
        """The other processes."""

    def part(self, name: str) -> Embed | None:
        """An uploaded file, ``None`` when there is none of that name."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What workerd needs for one binding: its ``value``, a service it may lead to, and variables of its environment."""

    value: Mapping[str, Value]
    services: tuple[Mapping[str, Value], ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)


def bind(wire: Wire, service: str, around: Surroundings) -> Bound:
    """Bind ``wire``; ``service`` is an unused name, for a service it may add. Raises ``UnsupportedBinding``."""
    make = _TABLE.get(str(wire.get("type")))
    if make is None:
        raise _refused(wire)
    try:
        name = str(wire["name"])
        bound = make(wire, service, around)
    except KeyError as missing:
        raise _refused(wire, f"it has no {missing}") from None
    return Bound({"name": name, **bound.value}, bound.services, bound.environ)


def secret(name: str, text: str, variable: str) -> Bound:
    """A text that reaches workerd by its environment only, never by a file or an argument."""
    return Bound({"name": name, "fromEnvironment": variable}, environ={variable: text})


def _refused(wire: Wire, *why: str) -> UnsupportedBinding:
    return UnsupportedBinding(str(wire.get("name", "?")), str(wire.get("type")), *why)


def _plain_text(wire: Wire, service: str, around: Surroundings) -> Bound:
    return Bound({"text": str(wire["text"])})


def _json(wire: Wire, service: str, around: Surroundings) -> Bound:
    return Bound({"json": json.dumps(wire["json"])})


def _version_metadata(wire: Wire, service: str, around: Surroundings) -> Bound:
    described = {"id": around.version, "tag": wire.get("tag", ""), "timestamp": wire.get("timestamp", "")}
    return Bound({"json": json.dumps(described)})


def _d1(wire: Wire, service: str, around: Surroundings) -> Bound:
    # workerd has no D1 binding of its own: a module inside it makes one of any service.
    inner: Value = [{"name": "fetcher", "service": service}]
    return Bound(
        {"wrapped": {"moduleName": "cloudflare-internal:d1-api", "innerBindings": inner}},
        (_stored(wire, service, around, "d1", wire.get("id") or wire.get("database_id")),),
    )


def _kv(wire: Wire, service: str, around: Surroundings) -> Bound:
    return Bound({"kvNamespace": service}, (_stored(wire, service, around, "kv", wire["namespace_id"]),))


def _r2(wire: Wire, service: str, around: Surroundings) -> Bound:
    return Bound({"r2Bucket": service}, (_stored(wire, service, around, "r2", wire["bucket_name"]),))


def _stored(wire: Wire, service: str, around: Surroundings, kind: StoreKind, id: object) -> dict[str, Value]:
    try:
        namespace = Namespace(kind, str(id))
    except ValueError as error:
        raise _refused(wire, str(error)) from None
    return store_service(service, around.near.store, namespace.header)


def store_service(name: str, store: Path, header: Mapping[str, str]) -> dict[str, Value]:
    """The store, asked with a header that nobody but us can set."""
    injected: Value = [{"name": key, "value": value} for key, value in header.items()]
    return {"name": name, "external": {"address": f"unix:{store}", "http": {"injectRequestHeaders": injected}}}


def _queue(wire: Wire, service: str, around: Surroundings) -> Bound:
    name = str(wire["queue_name"])
    if not _QUEUE_NAME.fullmatch(name):
        raise _refused(wire, f"not a name of a queue: {name!r}")
    injected: Value = [{"name": QUEUE, "value": name}]
    external: Value = {"address": f"unix:{around.near.queues}", "http": {"injectRequestHeaders": injected}}
    return Bound({"queue": service}, ({"name": service, "external": external},))


def _dispatch(wire: Wire, service: str, around: Surroundings) -> Bound:
    if wire.get("outbound"):
        raise _refused(wire, "the edge does not support outbound Workers")
    try:
        leads = dispatch.service(service, around.near.dispatch, str(wire["namespace"]))
    except ValueError as error:
        raise _refused(wire, str(error)) from None
    inner: Value = [{"name": "namespace", "service": service}]
    return Bound({"wrapped": {"moduleName": dispatch.MODULE, "innerBindings": inner}}, (leads,))


def _service(wire: Wire, service: str, around: Surroundings) -> Bound:
    if wire.get("entrypoint") not in (None, "", "default"):
        raise _refused(wire, f"the edge does not support named entrypoints yet ({wire['entrypoint']})")
    address = f"unix:{around.near.door(str(wire['service']))}"
    external: Value = {"address": address, "http": {"capnpConnectHost": "capnp", "forwardedProtoHeader": PROTOCOL}}
    return Bound({"service": service}, ({"name": service, "external": external},))


def _durable_object(wire: Wire, service: str, around: Surroundings) -> Bound:
    return Bound({"durableObjectNamespace": {"className": str(wire["class_name"])}})


def _assets(wire: Wire, service: str, around: Surroundings) -> Bound:
    return Bound({"service": assets.SERVICE})


def _part_of(field: str) -> _Make:
    def make(wire: Wire, service: str, around: Surroundings) -> Bound:
        content = around.part(str(wire["part"]))
        if content is None:
            raise _refused(wire, f"no file {wire['part']} was uploaded")
        return Bound({field: content})

    return make


_Make: TypeAlias = Callable[[Wire, str, Surroundings], Bound]
_TABLE: Mapping[str, _Make] = {
    "plain_text": _plain_text,
    "json": _json,
    "version_metadata": _version_metadata,
    "d1": _d1,
    "kv_namespace": _kv,
    "r2_bucket": _r2,
    "queue": _queue,
    "dispatch_namespace": _dispatch,
    "service": _service,
    "durable_object_namespace": _durable_object,
    "assets": _assets,
    "wasm_module": _part_of("wasmModule"),
    "text_blob": _part_of("text"),
    "data_blob": _part_of("data"),
}
