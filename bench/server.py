"""The server, under load that wrk makes on the same two cores: reads, durable records of deploys, and live ones."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aerostack.testing import RunningEdge, fetch, running_edge
from bench import databases
from bench.measure import AEROSTACK, table, verdict

if TYPE_CHECKING:
    from sqlalchemy import Connection

SECONDS = 8
CONNECTIONS = 16
#: Over so many, deploys seldom wait for one another.
ENVIRONMENTS = 16
#: Open model: so many deploys begin each second, whether earlier ones have ended or not.
RATE, LENGTH = 10, 10
#: Seconds after which a deploy that does not answer has failed.
LATEST = 20.0

#: Deploys of new code each, in turn to so many environments; the pieces of their body are in the folder.
RECORDS = """
local folder, environments = "%(folder)s", %(environments)d
local function piece(name)
  local file = io.open(folder .. "/" .. name, "rb")
  local text = file:read("*a")
  file:close()
  return text
end
local head, middle, tail = piece("head"), piece("middle"), piece("tail")
local codes, thread, count = {}, 0, 0
for line in io.lines(folder .. "/codes") do codes[#codes + 1] = line end
wrk.method = "POST"
function request()
  count = count + 1
  local mark, digest = codes[(count - 1) %% #codes + 1]:match("(%%S+) (%%S+)")
  wrk.headers["Idempotency-Key"] = "%(run)s-" .. count
  local path = "/api/v1/projects/bench/environments/e" .. count %% environments .. "/deployments"
  return wrk.format(nil, path, nil, head .. digest .. middle .. mark .. tail)
end
"""
CODES = 6000


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and a key that may do everything."""

    url: str
    key: str

    def call(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """A request below ``/api/v1``; the JSON document of its answer."""
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            method=method,
            data=body,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(headers or {})},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@dataclass(frozen=True, slots=True)
class Load:
    """What a kind of load came to: a second, the quantiles in milliseconds, and what failed in any way."""

    rate: float
    p50: float
    p99: float
    failed: int


@dataclass(frozen=True, slots=True)
class Goal:
    """At least so many a second, of which none fails, and so many milliseconds at most for 99 of 100."""

    rate: float
    p99: float | None = None

    def __str__(self) -> str:
        return f"{self.rate:.0f}" + (f", p99 {self.p99:.0f} ms" if self.p99 else "")

    def reached(self, load: Load) -> bool:
        return load.rate >= self.rate and not load.failed and (self.p99 is None or load.p99 <= self.p99)


READS = {"SQLite": Goal(5000, 20), "PostgreSQL": Goal(2000)}
RECORDS_GOAL = {"SQLite": Goal(300, 100), "PostgreSQL": Goal(250)}
#: Milliseconds from a deploy to the first answer, for 95 of 100.
LIVE_GOAL = 1000
HEADER = ("database", "", "per second", "p50 ms", "p99 ms", "failed", "goal", "")


def run() -> None:
    """Print the tables, for SQLite and PostgreSQL."""
    require_wrk()
    rows: list[tuple[object, ...]] = []
    for name, url in databases.each():
        with (
            tempfile.TemporaryDirectory() as folder,
            running_edge(Path(folder) / "edge") as edge,
            ServerProcess(Path(folder) / "server", edge, url).running() as server,
        ):
            rows += [(name, *row) for row in measure(name, server, Path(folder))]
    table(HEADER, rows)


def require_wrk() -> None:
    """Raises ``SystemExit`` without it."""
    if shutil.which("wrk") is None:
        raise SystemExit("error: wrk is not installed: apt-get install wrk")


def measure(database: str, server: Server, folder: Path) -> Iterator[tuple[object, ...]]:
    """One line for each kind of load."""
    server.call("POST", "/projects", json.dumps({"name": "bench"}).encode())
    environment = "/projects/bench/environments/staging"
    content = b"export default { fetch() { return new Response('%s') } }" % uuid.uuid4().hex.encode()
    body, kind = upload(content)
    server.call("POST", f"{environment}/deployments", body, {"Content-Type": kind, "Idempotency-Key": uuid.uuid4().hex})
    for what, path in {"whose key it is": "/me", "a project": "/projects/bench", "all of a plan": environment}.items():
        yield line(f"authenticated read: {what}", wrk(server, path), READS[database])
    for environments in (1, ENVIRONMENTS):
        where = "one environment" if environments == 1 else f"{environments} environments"
        what = f"durable record of a deploy, 100 kB of new code: {where}"
        yield line(what, records(server, folder, environments), RECORDS_GOAL[database])
        drain(server, environments)
    yield deploys(server)


def line(what: str, load: Load, goal: Goal) -> tuple[object, ...]:
    """Of the table."""
    figures = (f"{load.rate:.0f}", f"{load.p50:.1f}", f"{load.p99:.1f}", load.failed)
    return (what, *figures, goal, verdict(goal.reached(load)))


def wrk(server: Server, path: str, *, script: Path | None = None, headers: Mapping[str, str] | None = None) -> Load:
    """Closed loop: each of the connections sends its next request when the one before is answered."""
    argv = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
    for name, value in {"Authorization": f"Bearer {server.key}", **(headers or {})}.items():
        argv += ["-H", f"{name}: {value}"]
    argv += ["-s", str(script)] if script else []
    said = subprocess.run([*argv, f"{server.url}/api/v1{path}"], capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate is not None, said
    failed = [*(refused.groups() if refused else ()), *(broken.groups() if broken else ())]
    return Load(float(rate[1]), latency(said, "50%"), latency(said, "99%"), sum(map(int, failed)))


def records(server: Server, folder: Path, environments: int) -> Load:
    """As ``wrk``, for deployments that are answered as soon as they are recorded."""
    script, headers = prepared(folder, environments)
    return wrk(server, "", script=script, headers=headers)


def prepared(folder: Path, environments: int, more: str = "") -> tuple[Path, dict[str, str]]:
    """A script for ``wrk`` that deploys, and the headers for it. ``more`` is added to it."""
    mark = uuid.uuid4().hex
    content = b"export default { fetch() { return new Response('%s') } }//" + b"x" * 100_000
    body, kind = upload(content % mark.encode())
    digest = hashlib.sha256(content % mark.encode()).hexdigest().encode()
    (folder / "head").write_bytes(body[: body.index(digest)])
    (folder / "middle").write_bytes(body[body.index(digest) + 64 : body.index(mark.encode())])
    (folder / "tail").write_bytes(body[body.index(mark.encode()) + 32 :])
    with (folder / "codes").open("w") as file:
        for _ in range(CODES):
            mark = uuid.uuid4().hex
            file.write(f"{mark} {hashlib.sha256(content % mark.encode()).hexdigest()}\n")
    script = folder / "records.lua"
    values = {"folder": folder, "environments": environments, "run": uuid.uuid4().hex}
    script.write_text(RECORDS % values + more)
    return script, {"Content-Type": kind, "Prefer": "respond-async"}


def drain(server: Server, environments: int) -> None:
    """Wait until everything that was recorded is carried out."""
    for number in range(environments):
        path = f"/projects/bench/environments/e{number}/deployments"
        newest = server.call("GET", f"{path}?limit=1")["items"][0]
        while newest["status"] in ("queued", "running"):
            newest = server.call("GET", f"{path}/{newest['id']}?wait=20")


def latency(said: str, quantile: str) -> float:
    """In milliseconds, as wrk wrote it with any unit."""
    found = re.search(rf"{re.escape(quantile)}\s+([\d.]+)(us|ms|s)", said)
    assert found is not None, said
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def deploys(server: Server) -> tuple[object, ...]:
    """Deploys to as many projects at a constant rate: from the request to the first answer of the new version."""
    took: list[float] = []
    failed: list[str] = []

    def one(number: int) -> None:
        mark = uuid.uuid4().hex
        body, kind = upload(b"export default { fetch() { return new Response('%s') } }" % mark.encode())
        path = f"/projects/bench-{number % RATE}/environments/staging/deployments"
        started = time.perf_counter()
        try:
            made = server.call("POST", path, body, {"Content-Type": kind, "Idempotency-Key": mark})
            while fetch(made["url"])[1].decode() != mark:
                # On a machine that cannot keep up, a newer one may have taken its place before it was asked for.
                if time.perf_counter() - started > LATEST:
                    raise TimeoutError("never answered")
                time.sleep(0.005)
        except (OSError, urllib.error.HTTPError) as error:
            failed.append(str(error))
            return
        took.append((time.perf_counter() - started) * 1000)

    for number in range(RATE):
        server.call("POST", "/projects", json.dumps({"name": f"bench-{number}"}).encode())
        one(number)
    took.clear()
    threads = []
    begin = time.perf_counter()
    for number in range(RATE * LENGTH):
        time.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        threads.append(threading.Thread(target=one, args=(number,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    took.sort()
    if not took:
        raise SystemExit(f"error: no deploy was ever answered: {failed[:3]}")
    p95 = took[int(len(took) * 0.95)]
    return (
        f"deploy to first answer at {RATE} a second (p95 {p95:.0f} ms)",
        f"{len(took) / (time.perf_counter() - begin):.1f}",
        f"{statistics.median(took):.0f}",
        f"{took[int(len(took) * 0.99)]:.0f}",
        len(failed),
        f"p95 {LIVE_GOAL} ms",
        verdict(p95 <= LIVE_GOAL and not failed),
    )


def upload(content: bytes) -> tuple[bytes, str]:
    """The form of a deploy with one module, and its type."""
    document = {
        "main": "index.js",
        "modules": [{"name": "index.js", "type": "esm", "sha256": hashlib.sha256(content).hexdigest()}],
        "compatibility_date": "2026-01-01",
    }
    boundary = uuid.uuid4().hex
    head = "Content-Disposition: form-data; name="
    parts = [
        f'--{boundary}\r\n{head}"metadata"\r\n\r\n{json.dumps(document)}\r\n'.encode(),
        f'--{boundary}\r\n{head}"index.js"; filename="index.js"\r\n'.encode(),
        b"Content-Type: application/octet-stream\r\n\r\n" + content,
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


class ServerProcess:
    """A server with one account, on a free port, which may be killed and started again."""

    def __init__(self, data: Path, edge: RunningEdge, database_url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._data = data
        self.url = f"http://127.0.0.1:{self._port}"
        self._environ = {
            **os.environ,
            **edge.environ,
            "AEROSTACK_SERVER_DATA": str(data),
            "AEROSTACK_SERVER_URL": self.url,
            "AEROSTACK_SERVER_DOMAIN": f"localhost:{urlsplit(edge.environ['CLOUDFLARE_API_BASE_URL']).port}",
            **({"DATABASE_URL": database_url} if database_url else {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it and its platform answer."""
        command = [AEROSTACK, "server", "serve", "--port", str(self._port)]
        with (self._data.parent / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environ, stderr=log)
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"error: the server does not start: {Path(log.name).read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """As a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        """Start it, with a key that may do everything; end it after the block."""
        self.start()
        try:
            yield Server(self.url, self._key())
        finally:
            assert self._process is not None
            self._process.terminate()
            self._process.wait()

    def _key(self) -> str:
        """A key that may do everything in a new account."""
        from aerostack_server.database import Database
        from aerostack_server.identity import keys, users
        from aerostack_server.settings import from_environment

        database = Database(from_environment(self._environ).database_url)

        def work(connection: Connection) -> str:
            account, _ = users.create_account(
                connection, name="bench", address="bench@example.com", password_hash="none"
            )
            return keys.new(connection, account=account, name="bench", scopes=keys.SCOPES).key

        try:
            return database.write_now(work)
        finally:
            database.engine.dispose()
