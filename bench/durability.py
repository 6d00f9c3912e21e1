"""SIGKILL under load, again and again: what was acknowledged has to be there, whole, and the newest of it live."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from aerostack.testing import fetch, running_edge
from bench import databases
from bench.measure import table, verdict
from bench.server import Server, ServerProcess, upload

ROUNDS = int(os.environ.get("BENCH_KILLS", "100"))
CLIENTS = 4
#: The kill comes at any moment of so many seconds under load.
LOAD = (0.2, 1.2)


@dataclass
class Client:
    """Deploys to an environment of its own until it is told to stop. ``acknowledged`` is the code by deployment."""

    server: Server
    path: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Again and again, as soon as the one before is recorded."""
        while not stop.is_set():
            self.deploy()

    def deploy(self) -> None:
        """Once."""
        code = f"export default {{ fetch() {{ return new Response('{uuid.uuid4().hex}') }} }}"
        body, kind = upload(code.encode())
        headers = {"Content-Type": kind, "Idempotency-Key": uuid.uuid4().hex, "Prefer": "respond-async"}
        try:
            made = self.server.call("POST", f"{self.path}/deployments", body, headers)
        except HTTPError as error:
            if error.code not in (429, 503) or "Retry-After" not in error.headers:
                self.refused.append(f"{error.code} {error.read().decode()}")
            time.sleep(0.1)  # more is waiting than it takes on: killed so often, it carries out little
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)  # killed: nobody promised anything
        else:
            self.acknowledged[made["id"]] = code


def run() -> None:
    """Print the lines, for SQLite and PostgreSQL, which divide the kills."""
    rounds = ROUNDS // len(databases.wanted())
    rows = [(name, *kills(url, rounds)) for name, url in databases.each()]
    header = ("SIGKILLs", "acknowledged", "lost", "without their code", "not settled", "wrong Worker live", "goal", "")
    table(("database", *header), rows)


def kills(database_url: str, rounds: int) -> tuple[object, ...]:
    """How many kills and acknowledged deployments, and of the latter how many were not as promised."""
    with tempfile.TemporaryDirectory() as name, running_edge(Path(name) / "edge") as edge:
        data = Path(name) / "server"
        process = ServerProcess(data, edge, database_url)
        with process.running() as server:
            server.call("POST", "/projects", json.dumps({"name": "bench"}).encode())
            clients = [Client(server, f"/projects/bench/environments/e{number}") for number in range(CLIENTS)]
            for client in clients:
                client.deploy()
            for _ in range(rounds):
                stop = threading.Event()
                threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
                for thread in threads:
                    thread.start()
                time.sleep(random.uniform(*LOAD))
                process.kill()
                stop.set()
                for thread in threads:
                    thread.join()
                process.start()
            found = [state(client, data / "artifacts") for client in clients]
            assert not any(client.refused for client in clients), clients[0].refused[:3]
        acknowledged = sum(len(client.acknowledged) for client in clients)
        totals = [sum(column) for column in zip(*found, strict=True)]
        return (rounds, acknowledged, *totals, "0 of each", verdict(not any(totals)))


def state(client: Client, artifacts: Path) -> tuple[int, int, int, int]:
    """Of one environment: deployments that are lost, that have no code, that came to no end; 1 for a wrong Worker."""
    history = settled(client)
    lost = client.acknowledged.keys() - {item["id"] for item in history}
    digests = [hashlib.sha256(code.encode()).hexdigest() for code in client.acknowledged.values()]
    bare = [digest for digest in digests if not whole(artifacts / digest[:2] / digest, digest)]
    numbers = sorted(item["number"] for item in history)
    assert numbers == list(range(1, len(history) + 1)), "a number is missing, or there twice"
    newest = max(history, key=lambda item: item["number"])
    unsettled = [item for item in history if item["status"] not in ("live", "superseded")]
    code = client.acknowledged.get(newest["id"])
    wrong = code is not None and fetch(newest["url"])[1].decode() not in code
    return len(lost), len(bare), len(unsettled), int(wrong or newest["status"] != "live")


def settled(client: Client) -> list[dict[str, Any]]:
    """The whole history, once nothing is under way."""
    deadline = time.monotonic() + 60
    while True:
        history = list(pages(client))
        if time.monotonic() > deadline or all(item["status"] not in ("queued", "running") for item in history):
            return history
        time.sleep(0.2)


def pages(client: Client) -> Iterator[dict[str, Any]]:
    """Every deployment of the environment."""
    cursor = ""
    while True:
        page = client.server.call("GET", f"{client.path}/deployments?limit=100{cursor}")
        yield from page["items"]
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"


def whole(path: Path, digest: str) -> bool:
    """Whether the file is there and is what its name says."""
    with contextlib.suppress(FileNotFoundError):
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    return False
