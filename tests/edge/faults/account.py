"""An account on an edge: what can be written there, and read again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from aerostack.testing import RunningEdge

#: Each is written and read by name, and a name is written once.
KINDS = ("kv", "d1", "r2")


CONSUMER = """
export default { async queue(batch, env) {
  const insert = env.DB.prepare("INSERT OR IGNORE INTO got VALUES (?)");
  await env.DB.batch(batch.messages.map(({ body }) => insert.bind(body)));
} };
"""


class Refused(Exception):
    """The edge answered, and did not do it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class Account:
    """Calls of the API, each on a connection of its own. Raises ``Refused`` and ``httpx.TransportError``."""

    def __init__(self, client: httpx.Client, edge: RunningEdge) -> None:
        self._client = client
        self._token = edge.environ["CLOUDFLARE_API_TOKEN"]
        self.move(edge)
        self.kv = self.call("POST", "/storage/kv/namespaces", json={"title": "values"})["id"]
        self.database = self.call("POST", "/d1/database", json={"name": "rows"})["uuid"]
        self.queue = self.call("POST", "/queues", json={"queue_name": "jobs"})["queue_id"]
        self.call("POST", "/r2/buckets", json={"name": "objects"})
        self.query("CREATE TABLE written (name TEXT PRIMARY KEY, value TEXT); CREATE TABLE got (name TEXT PRIMARY KEY)")
        #: To all that an account has.
        self.bindings: list[Mapping[str, Any]] = [
            {"name": "KV", "type": "kv_namespace", "namespace_id": self.kv},
            {"name": "DB", "type": "d1", "id": self.database},
            {"name": "R2", "type": "r2_bucket", "bucket_name": "objects"},
            {"name": "QUEUE", "type": "queue", "queue_name": "jobs"},
        ]

    def move(self, edge: RunningEdge) -> None:
        """Go on with an edge that was started again: it must be the same account."""
        assert edge.environ["CLOUDFLARE_API_TOKEN"] == self._token
        self._root = f"{edge.environ['CLOUDFLARE_API_BASE_URL']}/accounts/{edge.environ['CLOUDFLARE_ACCOUNT_ID']}"

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The result."""
        answer = self._send(method, path, **options)
        document = answer.json()
        if not document["success"]:
            raise Refused(answer.status_code, document["errors"][0]["message"])
        return document["result"]

    def write(self, kind: str, name: str, value: str) -> None:
        """Write a value; it is acknowledged when this returns."""
        if kind == "kv":
            self.call("PUT", f"/storage/kv/namespaces/{self.kv}/values/{name}", content=value)
        elif kind == "d1":
            self.query("INSERT INTO written VALUES (?, ?)", name, value)
        else:
            self.call("PUT", f"/r2/buckets/objects/objects/{name}", content=value)

    def read(self, kind: str, name: str) -> str | None:
        """Read a value; ``None`` when there is none."""
        if kind == "d1":
            return next((row["value"] for row in self.query("SELECT value FROM written WHERE name = ?", name)), None)
        folder = f"/storage/kv/namespaces/{self.kv}/values" if kind == "kv" else "/r2/buckets/objects/objects"
        answer = self._send("GET", f"{folder}/{name}")
        return answer.text if answer.status_code == 200 else None

    def send(self, body: str) -> None:
        """Send a message to the queue."""
        self.call("POST", f"/queues/{self.queue}/messages", json={"body": body})

    def query(self, sql: str, *params: str) -> list[dict[str, Any]]:
        """The rows of a statement."""
        body = {"sql": sql, "params": params} if params else {"sql": sql}
        return list(self.call("POST", f"/d1/database/{self.database}/query", json=body)[0]["results"])

    def consume(self, script: str) -> None:
        """Have a Worker take the messages of the queue and note them in the table ``got``."""
        self.upload(script, {"index.js": CONSUMER}, self.bindings)
        # It is killed while it has messages, again and again.
        settings = {"batch_size": 20, "max_wait_time_ms": 100, "max_retries": 100}
        consumer = {"type": "worker", "script_name": script, "settings": settings}
        self.call("POST", f"/queues/{self.queue}/consumers", json=consumer)

    def upload(
        self, script: str, modules: Mapping[str, str], bindings: Sequence[Mapping[str, Any]] = (), **metadata: Any
    ) -> None:
        """Upload a Worker, the first module of which is the main one, and make it live."""
        # In the environment of its process it tells whose process that is.
        named = {"name": "NAME", "type": "secret_text", "text": script}
        described = {
            "main_module": next(iter(modules)),
            "compatibility_date": "2026-01-01",
            "bindings": [*bindings, named],
            **metadata,
        }
        files = [("metadata", (None, json.dumps(described), "application/json"))]
        files += [(name, (name, code, "application/javascript+module")) for name, code in modules.items()]
        self.call("PUT", f"/workers/scripts/{script}", files=files)

    def enable(self, script: str) -> None:
        """Switch the address of a Worker on."""
        self.call("POST", f"/workers/scripts/{script}/subdomain", json={"enabled": True})

    def visit(self, script: str, path: str = "/") -> httpx.Response:
        """What a Worker answers."""
        port = httpx.URL(self._root).port
        headers = {"Host": f"{script}.edge.localhost:{port}"}
        return self._client.get(f"http://127.0.0.1:{port}{path}", headers=headers)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._client.request(method, f"{self._root}{path}", headers=headers, **options)


@contextlib.contextmanager
def opened(edge: RunningEdge) -> Iterator[Account]:
    """A new account on an edge that has nothing yet."""
    alone = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(timeout=60, trust_env=False, limits=alone) as client:
        yield Account(client, edge)
