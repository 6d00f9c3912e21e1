"""Static files of Workers: a session says which of them the account does not have, and takes those.

Files are known by their hash, so everything here can be repeated: whatever arrived need not be sent again.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from aerostack.errors import AuthError, PermissionDeniedError, RemoteError
from aerostack.http import Client, parallel
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, segment
from aerostack_cloudflare.media_types import media_type
from aerostack_cloudflare.multipart import Part, multipart
from aerostack_cloudflare.record import Record

#: A session is opened so many times before what it failed at is raised.
_SESSIONS = 3

#: Uploads under way at once, as wrangler; and of single files, where the account asks for those.
_BUCKETS, _SINGLES = 3, 16

#: How the API is told that a file has no media type.
_NO_TYPE = "application/null"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """``path`` begins with a slash, ``size`` is in bytes, ``hash`` has 32 hex digits. ``read`` may raise."""

    path: str
    size: int
    hash: str
    read: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """``token`` is what a script's metadata names the files by, for an hour; the numbers tell what had to be sent."""

    token: str = field(repr=False)
    files: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Session:
    """``buckets`` hold the hashes that are missing, in the portions in which they are to be sent."""

    token: str = field(repr=False)
    buckets: tuple[tuple[str, ...], ...]

    @property
    def single(self) -> int:
        """How many single files may be under way at once, where the account wants each in a request of its own."""
        claims = _claims(self.token)
        if claims.get("wrangler_single_asset_uploads") is not True:
            return 0
        asked = claims.get("edge_kv_upload_concurrency")
        return min(asked, _SINGLES) if isinstance(asked, int) and asked > 0 else _SINGLES


class Assets:
    """The static files of an account's Workers. Every call raises ``RemoteError``, and what reading a file raises."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._api = Api(http, "workers", f"/accounts/{account_id}/workers")

    def upload(
        self,
        worker: str,
        files: Sequence[StaticFile],
        *,
        namespace: str | None = None,
        tell: Callable[[int, int], None] = lambda files, size: None,
    ) -> Uploaded:
        """Let the account have all files. ``namespace`` is the dispatch namespace of the Worker, if it is in one.

        ``tell`` hears how many files are sent, with their bytes, before they are. A session that ends on the way is
        begun anew with what is missing still.
        ``POST …/workers/scripts/{name}/assets-upload-session``, ``POST …/workers/assets/upload?base64=true``
        """
        try:
            return self._uploaded(worker, files, namespace, tell)
        except RemoteError as error:
            # Nobody can see a file before a version refers to it.
            error.applied = False
            raise

    def _uploaded(
        self, worker: str, files: Sequence[StaticFile], namespace: str | None, tell: Callable[[int, int], None]
    ) -> Uploaded:
        known = {file.hash: file for file in files}
        sent: set[str] = set()
        for attempt in range(1, _SESSIONS + 1):
            session = self._open(worker, files, namespace)
            missing = {digest for bucket in session.buckets for digest in bucket}
            if not missing:
                return Uploaded(session.token, len(sent), sum(known[digest].size for digest in sent))
            if not sent:
                tell(len(missing), sum(known[digest].size for digest in missing))
            sent |= missing
            try:
                token = self._send(session, known)
            except (AuthError, PermissionDeniedError):
                # The session lasts an hour, an upload may not. What passes by itself has been waited for already.
                if attempt == _SESSIONS:
                    raise
                continue
            if token is not None:
                return Uploaded(token, len(sent), sum(known[digest].size for digest in sent))
        raise RemoteError(
            f"uploading the static files of {worker}: the account takes them and does not say that it has them",
            operation=f"uploading the static files of {worker}",
            hint="deploy again: what arrived is not sent again",
            code="malformed_answer",
        )

    def _open(self, worker: str, files: Sequence[StaticFile], namespace: str | None) -> _Session:
        where = f"/dispatch/namespaces/{segment(namespace)}" if namespace is not None else ""
        record = self._api.call(
            "POST",
            f"{where}/scripts/{segment(worker)}/assets-upload-session",
            f"asking which static files of {worker} are missing",
            json={"manifest": {file.path: {"hash": file.hash, "size": file.size} for file in files}},
            repeatable=True,
        ).record
        return _Session(record.text("jwt"), _buckets(record, {file.hash for file in files}))

    def _send(self, session: _Session, known: Mapping[str, StaticFile]) -> str | None:
        """Send what is missing; the token that says that all is there, from whichever answer has it."""
        single = session.single
        buckets = [(digest,) for bucket in session.buckets for digest in bucket] if single else session.buckets
        send = self._one if single else self._bucket
        work = [self._piece(send, session.token, [known[digest] for digest in bucket]) for bucket in buckets]
        return next((token for token in parallel(*work, limit=single or _BUCKETS) if token), None)

    @staticmethod
    def _piece(
        send: Callable[[str, Sequence[StaticFile]], str | None], token: str, files: Sequence[StaticFile]
    ) -> Callable[[], str | None]:
        return lambda: send(token, files)

    def _bucket(self, token: str, files: Sequence[StaticFile]) -> str | None:
        # Read when it is its turn: all of them would not fit into memory.
        content, kind = multipart(
            Part(file.hash, b64encode(file.read()), filename=file.hash, type=media_type(file.path) or _NO_TYPE)
            for file in files
        )
        return self._sent("/assets/upload", token, content, kind, params={"base64": "true"})

    def _one(self, token: str, files: Sequence[StaticFile]) -> str | None:
        (file,) = files
        return self._sent(f"/assets/upload/{segment(file.hash)}", token, file.read(), media_type(file.path) or _NO_TYPE)

    def _sent(self, path: str, token: str, content: bytes, kind: str, **request: Any) -> str | None:
        record = self._api.call(
            "POST",
            path,
            "uploading static files",
            content=content,
            headers={"Content-Type": kind, "Authorization": f"Bearer {token}"},
            repeatable=True,
            **request,
        ).record
        return record.optional_text("jwt")


def _buckets(record: Record, hashes: set[str]) -> tuple[tuple[str, ...], ...]:
    """The portions. Raises ``RemoteError`` for a hash that was not in the question."""
    found = record.raw.get("buckets") or ()
    if not isinstance(found, list | tuple) or not all(
        isinstance(bucket, list) and all(isinstance(digest, str) and digest in hashes for digest in bucket)
        for bucket in found
    ):
        raise record.wrong("buckets")
    return tuple(tuple(bucket) for bucket in found if bucket)


def _claims(token: str) -> Mapping[str, Any]:
    """What a token says of itself, unchecked: it comes from the account, and decides how files are sent to it."""
    body = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, Mapping) else {}
