"""R2 buckets, and the objects in them."""

from __future__ import annotations

from urllib.parse import quote

from aerostack.errors import NotFoundError
from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, absent, segment
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.record import Record

_ABSENT = frozenset({10006})
_OBJECT_ABSENT = 10007


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket has no id beside its name."""

    name: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """``size`` is in bytes."""

    key: str
    size: int


class R2:
    """The buckets of an account. Every call raises ``RemoteError``.

    ``jurisdiction`` (such as ``eu``) is part of a bucket's identity: the same name may exist once in each.
    """

    def __init__(self, http: Client, account_id: str) -> None:
        self._http = http
        self._api = Api(http, "r2", f"/accounts/{account_id}/r2/buckets")

    def get(self, name: str, jurisdiction: str | None = None) -> Bucket | None:
        """``GET /accounts/{account}/r2/buckets/{name}``"""
        operation = f"reading the R2 bucket {name}"
        path, headers = f"/{segment(name)}", _place(jurisdiction)
        answer = absent(lambda: self._api.call("GET", path, operation, headers=headers), _ABSENT)
        if answer is None:
            return None
        found = _bucket(answer.record)
        if found.name != name:
            raise answer.record.wrong("name")
        return found

    def list(self, jurisdiction: str | None = None) -> tuple[Bucket, ...]:
        """All buckets. ``GET /accounts/{account}/r2/buckets``"""
        found = self._api.cursors(
            "",
            "listing the R2 buckets",
            params={"per_page": 1000},
            headers=_place(jurisdiction),
            items=lambda answer: answer.record.records("buckets"),
        )
        return tuple(_bucket(item) for item in found)

    def create(self, name: str, jurisdiction: str | None = None) -> Bucket:
        """A new bucket; ``ConflictError`` when there is one. ``POST /accounts/{account}/r2/buckets``"""
        operation = f"creating the R2 bucket {name}"

        def send() -> Bucket:
            answer = self._api.call("POST", "", operation, json={"name": name}, headers=_place(jurisdiction))
            return _bucket(answer.record)

        return settle(self._http, send, lambda: self.get(name, jurisdiction))

    def delete(self, name: str, jurisdiction: str | None = None) -> None:
        """Delete an empty bucket. ``DELETE /accounts/{account}/r2/buckets/{name}``"""
        operation = f"deleting the R2 bucket {name}"
        self._api.call("DELETE", f"/{segment(name)}", operation, headers=_place(jurisdiction))

    def objects(self, bucket: str, prefix: str = "", jurisdiction: str | None = None) -> tuple[StoredObject, ...]:
        """All objects with that prefix. ``GET …/buckets/{name}/objects``"""
        path, operation = f"/{segment(bucket)}/objects", f"listing the objects of the R2 bucket {bucket}"
        params = {"per_page": 1000} | ({"prefix": prefix} if prefix else {})
        found = self._api.cursors(path, operation, params=params, headers=_place(jurisdiction))
        return tuple(StoredObject(item.text("key"), int(item.number("size"))) for item in found)

    def object(self, bucket: str, key: str, jurisdiction: str | None = None) -> bytes | None:
        """An object's content, at most 64 MiB; ``None`` when there is none. ``GET …/buckets/{name}/objects/{key}``"""
        operation = f"reading {key} of the R2 bucket {bucket}"
        try:
            return self._api.raw("GET", _object(bucket, key), operation, headers=_place(jurisdiction)).content
        except NotFoundError as error:
            if error.remote_code == _OBJECT_ABSENT:
                return None
            raise

    def put_object(
        self,
        bucket: str,
        key: str,
        content: bytes,
        *,
        type: str = "application/octet-stream",
        jurisdiction: str | None = None,
    ) -> None:
        """Write an object. ``PUT …/buckets/{name}/objects/{key}``"""
        self._api.call(
            "PUT",
            _object(bucket, key),
            f"writing {key} to the R2 bucket {bucket}",
            content=content,
            headers={"Content-Type": type} | _place(jurisdiction),
        )

    def delete_object(self, bucket: str, key: str, jurisdiction: str | None = None) -> None:
        """``DELETE …/buckets/{name}/objects/{key}``"""
        operation = f"deleting {key} from the R2 bucket {bucket}"
        self._api.call("DELETE", _object(bucket, key), operation, headers=_place(jurisdiction))


def _place(jurisdiction: str | None) -> dict[str, str]:
    return {"cf-r2-jurisdiction": jurisdiction} if jurisdiction else {}


def _object(bucket: str, key: str) -> str:
    # The slashes of a key are slashes of the path there, and no part of it may climb out of the bucket.
    for part in key.split("/"):
        if part in (".", ".."):
            segment(part)
    return f"/{segment(bucket)}/objects/{quote(key)}"


def _bucket(record: Record) -> Bucket:
    return Bucket(record.text("name"))
