"""Static files: sessions, buckets, and what happens when something is lost on the way."""

from __future__ import annotations

import base64
import email
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.transport import HttpxTransport

from aerostack.errors import AuthError, BundleError, ConfigError, RemoteError, UnavailableError
from aerostack.http import Client
from aerostack.model import Secret
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.assets import StaticFile
from aerostack_cloudflare.media_types import media_type

ACCOUNT, TOKEN = "a" * 32, "canary-0123456789abcdef"


def claims(**said: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"header.{body}.signature"


class FakeAssets:
    """An account that keeps static files, in buckets of two. ``interfere`` may answer an upload instead of it; a
    ``silent`` one never says that it has all.
    """

    def __init__(self, claimed: str = "session") -> None:
        self.kept: dict[str, tuple[bytes, str]] = {}
        self.paths: list[str] = []
        self.manifests: list[dict[str, Any]] = []
        self.interfere: Callable[[int], httpx.Response | None] = lambda upload: None
        self.session: Callable[[dict[str, Any]], dict[str, Any]] = self._session
        self.silent = False
        self._claimed = claimed
        self._uploads = 0
        self._lock = threading.Lock()
        self.http = Client(
            "https://api.example.com/v4",
            token=Secret(TOKEN),
            transport=HttpxTransport(self._answer),
            sleep=lambda seconds: None,
        )
        self.assets = Cloudflare(self.http, ACCOUNT).assets

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            path = request.url.raw_path.decode().removeprefix(f"/v4/accounts/{ACCOUNT}/workers")
            self.paths.append(path)
            if path.endswith("/assets-upload-session"):
                assert request.headers["authorization"] == f"Bearer {TOKEN}"
                self.manifests.append(json.loads(request.content)["manifest"])
                return good(self.session(self.manifests[-1]))
            assert request.headers["authorization"] == f"Bearer {self._claimed}"
            self._uploads += 1
            if (instead := self.interfere(self._uploads)) is not None:
                return instead
            return self._upload(request, path)

    def _session(self, manifest: dict[str, Any]) -> dict[str, Any]:
        self._wanted = {entry["hash"] for entry in manifest.values()}
        missing = sorted(self._wanted - self.kept.keys())
        buckets = [missing[start : start + 2] for start in range(0, len(missing), 2)]
        return {"jwt": self._claimed if missing else "complete", "buckets": buckets}

    def _upload(self, request: httpx.Request, path: str) -> httpx.Response:
        kind = request.headers["content-type"]
        if path == "/assets/upload?base64=true":
            form = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.content)
            for part in form.get_payload():
                assert not isinstance(part, str)
                name = str(part.get_param("name", header="content-disposition"))
                assert part.get_filename() == name
                content = base64.b64decode(part.get_payload(decode=True), validate=True)  # type: ignore[arg-type]
                self.kept[name] = content, str(part["content-type"])
        else:
            self.kept[path.rpartition("/")[2]] = request.content, kind
        complete = self._wanted <= self.kept.keys()
        return good({"jwt": "complete" if complete and not self.silent else None}, 201 if complete else 202)


def good(result: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"success": True, "errors": [], "messages": [], "result": result})


def bad(status: int, code: int = 10013, message: str = "because") -> httpx.Response:
    errors = [{"code": code, "message": message}]
    return httpx.Response(status, json={"success": False, "errors": errors, "messages": [], "result": None})


def file(path: str, content: bytes) -> StaticFile:
    return StaticFile(path=path, size=len(content), hash=f"{abs(hash((path, content))):032x}", read=lambda: content)


FILES = [
    file("/index.html", b"<h1>hello</h1>"),
    file("/app.js", b"code\r\n--x"),
    file("/img/logo.PNG", bytes(range(256))),
    file("/LICENSE", b"text"),
    file("/a.unknown", b""),
]


@pytest.fixture
def account() -> Iterator[FakeAssets]:
    fake = FakeAssets()
    with fake.http:
        yield fake


def test_files_are_sent_in_the_buckets_that_the_account_asks_for(account: FakeAssets) -> None:
    told: list[tuple[int, int]] = []
    done = account.assets.upload("my site", FILES, tell=lambda count, size: told.append((count, size)))
    assert (done.token, done.files, done.size) == ("complete", 5, 283)
    assert told == [(5, 283)]
    assert account.paths == ["/scripts/my%20site/assets-upload-session", *["/assets/upload?base64=true"] * 3]
    assert account.manifests[0]["/index.html"] == {"hash": FILES[0].hash, "size": 14}
    assert account.kept == {
        FILES[0].hash: (b"<h1>hello</h1>", "text/html; charset=utf-8"),
        FILES[1].hash: (b"code\r\n--x", "text/javascript; charset=utf-8"),
        FILES[2].hash: (bytes(range(256)), "image/png"),
        FILES[3].hash: (b"text", "application/null"),
        FILES[4].hash: (b"", "application/null"),
    }


def test_only_what_is_missing_is_read_and_sent(account: FakeAssets) -> None:
    account.assets.upload("site", FILES)
    account.paths.clear()

    def unread() -> bytes:
        raise AssertionError

    old = [StaticFile(path=one.path, size=one.size, hash=one.hash, read=unread) for one in FILES]
    assert account.assets.upload("site", old).files == 0
    assert account.paths == ["/scripts/site/assets-upload-session"]
    done = account.assets.upload("site", [*old, file("/new.txt", b"new")])
    assert (done.token, done.files, done.size, len(account.paths)) == ("complete", 1, 3, 3)


def test_a_file_at_two_addresses_is_sent_once(account: FakeAssets) -> None:
    once = FILES[0]
    twice = StaticFile(path="/copy.html", size=once.size, hash=once.hash, read=once.read)
    assert account.assets.upload("site", [once, twice]).files == 1
    assert account.manifests[0].keys() == {"/index.html", "/copy.html"}


def test_the_files_of_a_worker_in_a_namespace_have_a_session_there(account: FakeAssets) -> None:
    account.assets.upload("site", FILES[:1], namespace="my tenants")
    assert account.paths[0] == "/dispatch/namespaces/my%20tenants/scripts/site/assets-upload-session"


def test_a_lost_answer_costs_a_repetition(account: FakeAssets) -> None:
    account.interfere = lambda upload: bad(502) if upload == 2 else None
    assert account.assets.upload("site", FILES).token == "complete"
    assert len(account.paths) == 5 and len(account.manifests) == 1


@pytest.mark.parametrize("failure", [bad(401, 10000, "expired"), bad(403, 10000, "expired")])
def test_a_session_that_ends_on_the_way_is_opened_again_for_the_rest(
    account: FakeAssets, failure: httpx.Response
) -> None:
    account.interfere = lambda upload: failure if upload == 3 else None
    told: list[tuple[int, int]] = []
    done = account.assets.upload("site", FILES, tell=lambda count, size: told.append((count, size)))
    assert (done.token, done.files, done.size) == ("complete", 5, 283)
    assert [len(manifest) for manifest in account.manifests] == [5, 5]
    assert account.paths.count("/assets/upload?base64=true") == 4
    assert told == [(5, 283)]


def test_an_upload_that_keeps_failing_is_given_up(account: FakeAssets) -> None:
    account.interfere = lambda upload: bad(503)
    with pytest.raises(UnavailableError, match=r"uploading static files failed: because \(code 10013\)") as raised:
        account.assets.upload("site", FILES[:1])
    assert raised.value.applied is False  # nobody can see the files
    assert account.paths.count("/assets/upload?base64=true") == 4
    assert len(account.manifests) == 1


def test_a_refusal_is_final(account: FakeAssets) -> None:
    account.interfere = lambda upload: bad(413, 10027, "too large")
    with pytest.raises(RemoteError, match="uploading static files failed: too large"):
        account.assets.upload("site", FILES)
    assert len(account.manifests) == 1


def test_a_token_that_is_not_accepted_is_said_at_once() -> None:
    transport = HttpxTransport(lambda request: bad(401, 10000, "no"))
    said = "asking which static files of site are missing failed: Cloudflare does not accept the token"
    with (
        Client("https://api.example.com/v4", token=Secret(TOKEN), transport=transport) as http,
        pytest.raises(AuthError, match=said),
    ):
        Cloudflare(http, ACCOUNT).assets.upload("site", FILES)


def test_the_last_answer_may_be_lost_with_its_token(account: FakeAssets) -> None:
    # Only another session can tell then that everything is there.
    account.silent = True
    done = account.assets.upload("site", FILES)
    assert (done.token, done.files, len(account.manifests)) == ("complete", 5, 2)


def test_an_account_that_never_has_everything_is_an_error(account: FakeAssets) -> None:
    account.interfere = lambda upload: good({"jwt": None}, 202)
    with pytest.raises(RemoteError) as raised:
        account.assets.upload("site", FILES)
    assert str(raised.value) == (
        "uploading the static files of site: the account takes them and does not say that it has them"
    )
    assert raised.value.hint == "deploy again: what arrived is not sent again"


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"jwt": "t", "buckets": [["f" * 32]]}, "buckets"),
        ({"jwt": "t", "buckets": [[1]]}, "buckets"),
        ({"jwt": "t", "buckets": "all"}, "buckets"),
        ({"jwt": 1, "buckets": []}, "jwt"),
    ],
)
def test_an_answer_about_other_files_is_not_believed(account: FakeAssets, answer: Any, field: str) -> None:
    account.session = lambda manifest: answer
    with pytest.raises(RemoteError, match=f"the field `{field}` is wrong"):
        account.assets.upload("site", FILES)
    assert len(account.paths) == 1


@pytest.mark.parametrize("asked", [2, 500, -1, "many", None])
def test_single_files_are_sent_where_the_account_wants_them(asked: Any) -> None:
    account = FakeAssets(claims(wrangler_single_asset_uploads=True, edge_kv_upload_concurrency=asked))
    with account.http:
        assert account.assets.upload("site", FILES).token == "complete"
    assert sorted(account.paths[1:]) == sorted(f"/assets/upload/{one.hash}" for one in FILES)
    assert account.kept[FILES[2].hash] == (bytes(range(256)), "image/png")
    assert account.kept[FILES[3].hash] == (b"text", "application/null")


def test_a_file_that_cannot_be_read_ends_the_upload(account: FakeAssets) -> None:
    def gone() -> bytes:
        raise BundleError("the static file /index.html was changed")

    with pytest.raises(BundleError, match=r"the static file /index\.html was changed"):
        account.assets.upload("site", [StaticFile(path="/index.html", size=1, hash="0" * 32, read=gone)])


def test_neither_token_is_shown(account: FakeAssets) -> None:
    done = account.assets.upload("site", FILES)
    assert "complete" not in repr(done)


def test_a_name_that_would_change_the_path_is_refused(account: FakeAssets) -> None:
    with pytest.raises(ConfigError, match=r"'\.\.' cannot be the name of anything"):
        account.assets.upload("..", FILES)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/index.html", "text/html; charset=utf-8"),
        ("/a/B.CSS", "text/css; charset=utf-8"),
        ("/app.mjs", "text/javascript; charset=utf-8"),
        ("/data.json", "application/json"),
        ("/favicon.ico", "image/vnd.microsoft.icon"),
        ("/font.woff2", "font/woff2"),
        ("/LICENSE", None),
        ("/html", None),
        ("/folder.html/LICENSE", None),
        ("/a.unheard-of", None),
    ],
)
def test_the_media_type_follows_the_extension(path: str, expected: str | None) -> None:
    assert media_type(path) == expected
