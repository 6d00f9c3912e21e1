"""Workers KV: namespaces, and the keys in them."""

from __future__ import annotations

from aerostack.errors import NotFoundError
from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, absent, segment
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.multipart import Part, multipart
from aerostack_cloudflare.record import HEX32, Record

_ABSENT = frozenset({10013})
_KEY_ABSENT = 10009


@dataclass(frozen=True, slots=True)
class Namespace:
    """``id`` has 32 hex digits."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Key:
    """``expiration`` is in seconds since 1970, ``None`` for a key that stays."""

    name: str
    expiration: int | None


class Kv:
    """The namespaces of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._http = http
        self._api = Api(http, "kv", f"/accounts/{account_id}/storage/kv/namespaces")

    def list(self) -> tuple[Namespace, ...]:
        """All namespaces. ``GET /accounts/{account}/storage/kv/namespaces``"""
        order = {"order": "title", "direction": "asc"}
        found = self._api.pages("", "listing the KV namespaces", per_page=1000, params=order)
        return tuple(_namespace(item) for item in found)

    def find(self, title: str) -> Namespace | None:
        """The namespace of that exact title; KV has no lookup, so this is ``list``."""
        return next((namespace for namespace in self.list() if namespace.title == title), None)

    def get(self, namespace_id: str) -> Namespace | None:
        """``GET /accounts/{account}/storage/kv/namespaces/{id}``"""
        operation = f"reading the KV namespace {namespace_id}"
        answer = absent(lambda: self._api.call("GET", f"/{segment(namespace_id)}", operation), _ABSENT)
        return _namespace(answer.record) if answer else None

    def create(self, title: str) -> Namespace:
        """A new one; ``ConflictError`` when the title is taken. ``POST /accounts/{account}/storage/kv/namespaces``"""
        operation = f"creating the KV namespace {title}"

        def send() -> Namespace:
            return _namespace(self._api.call("POST", "", operation, json={"title": title}).record)

        return settle(self._http, send, lambda: self.find(title))

    def delete(self, namespace_id: str) -> None:
        """Delete it with its keys. ``DELETE /accounts/{account}/storage/kv/namespaces/{id}``"""
        self._api.call("DELETE", f"/{segment(namespace_id)}", f"deleting the KV namespace {namespace_id}")

    def keys(self, namespace_id: str, prefix: str = "") -> tuple[Key, ...]:
        """All keys with that prefix. ``GET …/namespaces/{id}/keys``"""
        path, operation = f"/{segment(namespace_id)}/keys", f"listing the keys of the KV namespace {namespace_id}"
        params = {"limit": 1000} | ({"prefix": prefix} if prefix else {})
        return tuple(_key(item) for item in self._api.cursors(path, operation, params=params))

    def page(self, namespace_id: str, prefix: str = "", *, limit: int, cursor: str = "") -> tuple[tuple[Key, ...], str]:
        """``limit`` keys (10 to 1000) from ``cursor`` on, and the cursor of those after them, empty at the end."""
        path, operation = f"/{segment(namespace_id)}/keys", f"listing the keys of the KV namespace {namespace_id}"
        params = {"limit": limit, **({"prefix": prefix} if prefix else {}), **({"cursor": cursor} if cursor else {})}
        answer = self._api.call("GET", path, operation, params=params)
        following = answer.info.get("cursor")
        return tuple(_key(item) for item in answer.records), following if isinstance(following, str) else ""

    def value(self, namespace_id: str, key: str) -> bytes | None:
        """The value; ``None`` when there is no such key. ``GET …/namespaces/{id}/values/{key}``"""
        try:
            return self._api.raw("GET", _value_path(namespace_id, key), f"reading the KV key {key}").content
        except NotFoundError as error:
            if error.remote_code == _KEY_ABSENT:
                return None
            raise

    def put(self, namespace_id: str, key: str, value: bytes, *, ttl: int | None = None, metadata: str = "") -> None:
        """Set a value; ``ttl`` in seconds, at least 60; ``metadata`` is JSON. ``PUT …/namespaces/{id}/values/{key}``"""
        if metadata:
            content, kind = multipart([Part("value", value), Part("metadata", metadata.encode())])
        else:
            content, kind = value, "application/octet-stream"
        self._api.call(
            "PUT",
            _value_path(namespace_id, key),
            f"writing the KV key {key}",
            content=content,
            headers={"Content-Type": kind},
            params={"expiration_ttl": ttl} if ttl else None,
        )

    def delete_key(self, namespace_id: str, key: str) -> None:
        """``DELETE …/namespaces/{id}/values/{key}``"""
        self._api.call("DELETE", _value_path(namespace_id, key), f"deleting the KV key {key}")


def _value_path(namespace_id: str, key: str) -> str:
    return f"/{segment(namespace_id)}/values/{segment(key)}"


def _namespace(record: Record) -> Namespace:
    return Namespace(record.identifier("id", HEX32), record.text("title"))


def _key(record: Record) -> Key:
    expiration = record.optional_number("expiration")
    return Key(record.text("name"), None if expiration is None else int(expiration))
