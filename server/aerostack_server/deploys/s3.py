"""Artifacts in a bucket: Amazon's S3, Cloudflare's R2, or anything that speaks as they do.

Credentials and endpoint are those of every S3 client: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``,
``AWS_ENDPOINT_URL``, or a role of the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aerostack.errors import ConfigError, MissingExecutableError, UnavailableError
from aerostack_server.deploys.artifacts import MissingArtifactError, is_digest, whole

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, RetryConfig

_VARIABLE = "AEROSTACK_SERVER_ARTIFACTS"
_CLIENT: ClientConfig = {"timeout": timedelta(seconds=60), "connect_timeout": timedelta(seconds=5)}
#: Seconds after which what is put again is written again, so that it counts as new.
_FRESH = 6 * 3600.0
_RETRIES: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}


class S3:
    """``s3://bucket/folder``. Raises ``ConfigError`` when the bucket cannot be used."""

    def __init__(self, url: str, environ: Mapping[str, str]) -> None:
        try:
            from obstore.store import S3Store
        except ModuleNotFoundError as error:
            raise MissingExecutableError(
                "artifacts in a bucket need a client of S3", hint="pip install 'aerostack[s3]'", code="missing_extra"
            ) from error
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.hostname:
            raise ConfigError(f"{_VARIABLE} is no bucket", key=_VARIABLE, hint="write it like s3://bucket/folder")
        plain = environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        self._store = S3Store(
            parts.hostname,
            prefix=parts.path.strip("/") or None,
            region=environ.get("AWS_REGION") or "auto",
            client_options={**_CLIENT, "allow_http": plain},
            retry_config=_RETRIES,
        )
        self._check(url)

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        known = self._known(digest)
        if known is None or _age(known) > _FRESH:
            from obstore import exceptions

            try:
                self._store.put(_path(digest), content)
            except exceptions.BaseError as error:
                raise _unavailable("keeping the code") from error
        return digest

    def get(self, digest: str) -> bytes:
        from obstore import exceptions

        try:
            content = bytes(self._store.get(_path(digest)).bytes())
        except FileNotFoundError:
            raise MissingArtifactError(digest) from None
        except exceptions.BaseError as error:
            raise _unavailable("reading the code") from error
        return whole(content, digest)

    def digests(self) -> Iterator[str]:
        from obstore import exceptions

        try:
            for portion in self._store.list():
                for path in (item["path"] for item in portion):
                    name = path.rpartition("/")[2]
                    if is_digest(name) and path.endswith(_path(name)):
                        yield name
        except exceptions.BaseError as error:
            raise _unavailable("listing the code") from error

    def remove_old(self, digest: str, age: float) -> int | None:
        from obstore import exceptions

        known = self._known(digest)
        if known is None or _age(known) < age:
            return None
        try:
            self._store.delete(_path(digest))
        except exceptions.BaseError as error:
            raise _unavailable("removing the code") from error
        return int(known["size"])

    def _known(self, digest: str) -> ObjectMeta | None:
        from obstore import exceptions

        try:
            return self._store.head(_path(digest))
        except FileNotFoundError:
            return None
        except exceptions.BaseError as error:
            raise _unavailable("keeping the code") from error

    def _check(self, url: str) -> None:
        try:
            self._known("0" * 64)
        except UnavailableError as error:
            raise ConfigError(
                f"the bucket {url} cannot be read ({type(error.__cause__).__name__})",
                key=_VARIABLE,
                hint="check its name, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            ) from None


def _age(known: ObjectMeta) -> float:
    """In seconds, by the clock of this machine: a store tells no other."""
    return (datetime.now(UTC) - known["last_modified"]).total_seconds()


def _path(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _unavailable(operation: str) -> UnavailableError:
    return UnavailableError(
        "the store of the code does not answer", operation=operation, hint="try again in a minute", code="store"
    )
