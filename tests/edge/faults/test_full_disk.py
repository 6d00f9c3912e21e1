"""A full disk: what needs room is refused with a reason, what does not goes on, and with room all is well again."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from aerostack.testing import RunningEdge, fetch, running_edge

FULL = "The disk of the edge is full. Free some space there, then try again."
#: Below what D1 takes as one statement, above what is left in the files that are there already.
LARGE = "x" * 90_000
CODE = """
const writes = {
  "/kv": (env, large) => env.KV.put("large", large),
  "/d1": (env, large) => env.DB.prepare("INSERT INTO t VALUES (?)").bind(large).run(),
  "/r2": (env, large) => env.R2.put("large", large),
  "/queue": (env, large) => env.QUEUE.send(large),
};
export default { async fetch(request, env) {
  const write = writes[new URL(request.url).pathname];
  try {
    await write?.(env, "x".repeat(90000));
    return new Response("%s" + await env.KV.get("small"));
  } catch (error) {
    return new Response(error, { status: 500 });
  }
} };
"""


class Account:
    """What the edge offers that needs room, by name."""

    def __init__(self, edge: RunningEdge) -> None:
        self.kv = edge.account("POST", "/storage/kv/namespaces", {"title": "n"})["id"]
        self.database = edge.account("POST", "/d1/database", {"name": "d"})["uuid"]
        self.queue = edge.account("POST", "/queues", {"queue_name": "q"})["queue_id"]
        edge.account("POST", "/r2/buckets", {"name": "bucket"})
        edge.account("POST", f"/d1/database/{self.database}/query", {"sql": "CREATE TABLE t (a)"})
        token = edge.environ["CLOUDFLARE_API_TOKEN"]
        self.client = httpx.Client(
            base_url=f"{edge.environ['CLOUDFLARE_API_BASE_URL']}/accounts/{edge.environ['CLOUDFLARE_ACCOUNT_ID']}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        )
        values = f"/storage/kv/namespaces/{self.kv}/values"
        self._call("PUT", f"{values}/small", content="small")
        self.writes: dict[str, Callable[[], tuple[int, str]]] = {
            "kv": lambda: self._call("PUT", f"{values}/large", content=LARGE),
            "d1": lambda: self._call(
                "POST", f"/d1/database/{self.database}/query", json={"sql": f"INSERT INTO t VALUES ('{LARGE}')"}
            ),
            "r2": lambda: self._call("PUT", "/r2/buckets/bucket/objects/large", content=LARGE),
            "queue": lambda: self._call("POST", f"/queues/{self.queue}/messages", json={"body": LARGE}),
            "upload": lambda: self.upload("second", "/" * 200_000),
            "namespace": lambda: self._call("POST", "/storage/kv/namespaces", json={"title": "m"}),
        }

    def rows(self) -> int:
        """How many are in the table."""
        body = {"sql": "SELECT count(*) AS n FROM t"}
        answer = self.client.post(f"/d1/database/{self.database}/query", json=body)
        return int(answer.json()["result"][0]["results"][0]["n"])

    def upload(self, says: str, padding: str = "") -> tuple[int, str]:
        """Deploy the Worker; it says what it is told."""
        bindings = [
            {"name": "KV", "type": "kv_namespace", "namespace_id": self.kv},
            {"name": "DB", "type": "d1", "id": self.database},
            {"name": "R2", "type": "r2_bucket", "bucket_name": "bucket"},
            {"name": "QUEUE", "type": "queue", "queue_name": "q"},
        ]
        metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01", "bindings": bindings}
        files = {
            "metadata": (None, json.dumps(metadata), "application/json"),
            "index.js": ("index.js", CODE % says + padding, "application/javascript+module"),
        }
        return self._call("PUT", "/workers/scripts/demo", files=files)

    def _call(self, method: str, path: str, **options: object) -> tuple[int, str]:
        answer = self.client.request(method, path, **options)  # type: ignore[arg-type]
        errors = answer.json()["errors"]
        return answer.status_code, errors[0]["message"] if errors else ""


def fill(disk: Path) -> Path:
    """Write until nothing fits any more."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left on device"):
        while True:
            file.write(bytes(4096))
    return ballast


def test_what_needs_room_is_refused_with_a_reason_until_there_is_some(small_disk, environment):
    folder = small_disk / "tmp"
    folder.mkdir()
    with running_edge(small_disk / "edge", environment | {"TMPDIR": str(folder)}) as edge:
        account = Account(edge)
        with contextlib.closing(account.client):
            the_disk_fills_and_empties(edge, account, small_disk)


def the_disk_fills_and_empties(edge, account, small_disk):
    assert account.upload("first") == (200, "")
    edge.account("POST", "/workers/scripts/demo/subdomain", {"enabled": True})
    url = edge.account("GET", "/workers/workers/demo")["subdomain"]["url"]

    ballast = fill(small_disk)
    for name, write in account.writes.items():
        assert write() == (507, FULL), name
    for path, reason in {
        "/kv": "Error: KV PUT failed: 500 Internal Server Error",
        "/r2": "Error: put: Unspecified error (0)",
        "/queue": "Error: Queue send failed: The message cannot be written: database or disk is full",
    }.items():
        assert fetch(f"{url}{path}") == (500, reason.encode())
    assert fetch(f"{url}/d1")[0] == 500
    # What was there is there, and the version that could not be written never was live.
    assert fetch(url) == (200, b"firstsmall")
    assert account.rows() == 0

    ballast.unlink()
    for name, write in account.writes.items():
        assert write() == (200, ""), name
    for path in ("/kv", "/d1", "/r2", "/queue"):
        assert fetch(f"{url}{path}") == (200, b"secondsmall")
    assert account.rows() == 2


def test_an_edge_that_starts_on_a_full_disk_says_so(small_disk, environment):
    data = small_disk / "edge"
    data.mkdir()
    fill(small_disk)
    command = [sys.executable, "-m", "aerostack", "edge", "serve", "--port", "0", "--data", str(data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"error: the disk of {data} is full" in done.stderr
    assert "hint: free some space there, then start the edge again" in done.stderr
