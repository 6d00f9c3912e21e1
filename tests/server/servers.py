"""A server in a process of its own, with an edge as its platform."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Connection

from aerostack.testing import RunningEdge
from aerostack_server import ids
from aerostack_server.database import Database
from aerostack_server.identity import keys, users


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The JSON document that the body must be."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Of a refusal."""
        return str(self.document["error"]["code"])


@dataclass
class RunningServer:
    """``stop`` and ``start`` may be called in a test that has one of its own."""

    port: int
    edge: RunningEdge
    data: Path
    database_url: str
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def domain(self) -> str:
        return self.environ["AEROSTACK_SERVER_DOMAIN"]

    def start(self) -> None:
        """Start it, and wait until it and its platform answer."""
        command = [sys.executable, "-m", "aerostack", "server", "serve", "--port", str(self.port)]
        with (self.data / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environ, stdin=subprocess.DEVNULL, stderr=log)
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                if self.call("GET", "/readyz").status == 200:
                    return
            assert self.process.poll() is None and time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End it, as a machine does or as a crash would."""
        assert self.process is not None
        self.process.send_signal(sign)
        self.process.wait(timeout=30)

    @property
    def namespace(self) -> str:
        return self.environ["AEROSTACK_SERVER_NAMESPACE"]

    @property
    def log(self) -> str:
        """What it said so far."""
        return (self.data / "log").read_text()

    def call(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        key: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with a JSON document, or with a body as it is."""
        sent = dict(headers or {})
        if document is not None:
            body, sent["Content-Type"] = json.dumps(document).encode(), "application/json"
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def sign_in(self, email: str, password: str, **headers: str) -> Answer:
        """The answer to the form of the dashboard's sign-in."""
        page = self.call("GET", "/sign-in")
        cookie = page.headers["set-cookie"].partition(";")[0]
        fields = {"csrf": cookie.partition("=")[2], "email": email, "password": password}
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, **headers}
        return self.call("POST", "/sign-in", body=urlencode(fields).encode(), headers=sent)

    def tenant(self) -> Tenant:
        """A new account with a key that may do everything in it."""
        database, name = Database(self.database_url), f"t-{uuid.uuid4().hex[:8]}"

        def work(connection: Connection) -> tuple[str, str]:
            account, _ = users.create_account(
                connection, name=name, address=f"{name}@example.com", password_hash=ids.new("no")
            )
            return account, keys.new(connection, account=account, name="tests", scopes=keys.SCOPES).key

        account, key = database.write_now(work)
        database.engine.dispose()
        return Tenant(self, account, name, key)


@dataclass(frozen=True)
class Tenant:
    """An account, seen by its key."""

    server: RunningServer
    id: str
    slug: str
    key: str

    def call(self, method: str, path: str, document: Any = None, **options: Any) -> Answer:
        """A request below ``/api/v1``."""
        return self.server.call(method, f"/api/v1{path}", document, **{"key": self.key, **options})

    def key_of(self, member: str) -> str:
        """What a login of a member's would give, with every scope of an admin."""
        database = Database(self.server.database_url)
        made = database.write_now(
            lambda connection: keys.new(connection, account=self.id, user=member, name="login", scopes=keys.SCOPES)
        )
        database.engine.dispose()
        return made.key

    def project(self, name: str = "shop", **values: Any) -> Project:
        """A new project."""
        made = self.call("POST", "/projects", {"name": name, **values})
        assert made.status == 201, made.body
        return Project(self, made.document["slug"])


@dataclass(frozen=True)
class Project:
    """A project of a tenant."""

    tenant: Tenant
    slug: str

    def path(self, environment: str = "staging", rest: str = "") -> str:
        """Of an environment."""
        return f"/projects/{self.slug}/environments/{environment}{rest}"

    def call(
        self, method: str, rest: str, document: Any = None, environment: str = "staging", **options: Any
    ) -> Answer:
        """A request below an environment."""
        return self.tenant.call(method, self.path(environment, rest), document, **options)

    def deploy(
        self,
        code: str,
        *,
        environment: str = "staging",
        key: str | None = None,
        live: str | None = None,
        wait: bool = True,
        kind: str = "esm",
        **metadata: Any,
    ) -> Answer:
        """Upload one module. ``key`` is the ``Idempotency-Key``, ``live`` the ``If-Match``.

        Without ``wait`` the server answers as soon as the deployment is recorded.
        """
        content = code.encode()
        document = {
            "main": "index.js",
            "modules": [{"name": "index.js", "type": kind, "sha256": hashlib.sha256(content).hexdigest()}],
            "compatibility_date": "2026-01-01",
            **metadata,
        }
        body, form_type = form({"metadata": json.dumps(document).encode()}, {"index.js": content})
        headers = {"Content-Type": form_type, "Idempotency-Key": key or uuid.uuid4().hex}
        if live is not None:
            headers["If-Match"] = live
        if not wait:
            headers["Prefer"] = "respond-async"
        path = self.path(environment, "/deployments")
        return self.tenant.call("POST", path, body=body, headers=headers)

    def live(self, code: str, **options: Any) -> dict[str, Any]:
        """Deploy something that must become live."""
        made = self.deploy(code, **options)
        assert made.status == 201 and made.document["status"] == "live", made.body
        deployment: dict[str, Any] = made.document
        return deployment


def form(fields: Mapping[str, bytes], files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """A ``multipart/form-data`` body and its type."""
    boundary, parts = uuid.uuid4().hex, []
    for name, content in fields.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content)
    for name, content in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'
        kind = "Content-Type: application/octet-stream"
        parts.append(f"--{boundary}\r\n{head}\r\n{kind}\r\n\r\n".encode() + content)
    return b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def fetch(url: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> tuple[int, str]:
    """Ask a Worker. Its host is below ``localhost``, which not every resolver knows."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=30)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers={**(headers or {}), "Host": parts.netloc})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@contextlib.contextmanager
def running_server(
    edge: RunningEdge, data: Path, database_url: str | None = None, **variables: str
) -> Iterator[RunningServer]:
    """Serve on a free port, and stop it after the block. Its platform is a namespace of its own in the edge."""
    port, mark = _free_port(), f"s{uuid.uuid4().hex[:8]}"
    data.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{data / 'server.db'}"
    platform = urlsplit(edge.environ["CLOUDFLARE_API_BASE_URL"])
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AEROSTACK_", "CLOUDFLARE_"))},
        **edge.environ,
        "DATABASE_URL": url,
        "AEROSTACK_SERVER_DATA": str(data),
        "AEROSTACK_SERVER_URL": f"http://127.0.0.1:{port}",
        "AEROSTACK_SERVER_DOMAIN": f"{mark}.localhost:{platform.port}",
        "AEROSTACK_SERVER_NAMESPACE": mark,
        **variables,
    }
    with _running(RunningServer(port, edge, data, url, environ)) as server:
        yield server


@contextlib.contextmanager
def replica(server: RunningServer, **variables: str) -> Iterator[RunningServer]:
    """Another process with the same database, code and platform, and ``variables`` in its environment."""
    environ = {**server.environ, **variables}
    with _running(dataclasses.replace(server, port=_free_port(), process=None, environ=environ)) as another:
        yield another


@contextlib.contextmanager
def _running(server: RunningServer) -> Iterator[RunningServer]:
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
