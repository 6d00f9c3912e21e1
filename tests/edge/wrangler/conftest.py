"""The real wrangler, unmodified, with the edge as its account."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aerostack import toolchain
from aerostack.testing import RunningEdge, fetch


@dataclass(frozen=True)
class Project:
    """A project of wrangler's in a folder of its own; every run must succeed unless ``status`` says otherwise."""

    folder: Path
    name: str
    program: tuple[str, ...]
    environment: Mapping[str, str]
    edge: RunningEdge

    def configure(self, **keys: Any) -> None:
        document = {"name": self.name, "main": "index.js", "compatibility_date": "2026-01-01", **keys}
        self.write("wrangler.json", json.dumps({key: value for key, value in document.items() if value is not None}))

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def answer(self, text: str) -> None:
        """What the Worker says from the next upload on."""
        self.write("index.js", f"export default {{ fetch() {{ return new Response({json.dumps(text)}); }} }};")

    def wrangler(self, *argv: str, stdin: str = "", status: int = 0) -> str:
        finished = subprocess.run(
            [*self.program, *argv],
            cwd=self.folder,
            env=dict(self.environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert finished.returncode == status, finished.stdout + finished.stderr
        return finished.stdout + finished.stderr

    def json(self, *argv: str) -> Any:
        """The document that a command prints, after whatever it says before."""
        text = self.wrangler(*argv)
        start = min(position for position in (text.find("[\n"), text.find("{\n"), text.find("[]")) if position >= 0)
        return json.JSONDecoder().raw_decode(text[start:])[0]

    def account(self, method: str, path: str, body: Any = None) -> Any:
        return self.edge.account(method, path, body)

    def visit(self, path: str = "/") -> str:
        url = self.account("GET", f"/workers/workers/{self.name}")["subdomain"]["url"]
        status, content = fetch(f"{url}{path}")
        assert status == 200, content
        return content.decode()

    def tail(self, *argv: str, until: Callable[[str], bool]) -> str:
        """Run ``wrangler tail`` until what it printed is enough, then end it as Ctrl-C does."""
        process = subprocess.Popen(
            [*self.program, "tail", self.name, *argv],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        said: list[str] = []
        stream = process.stdout
        reader = threading.Thread(target=lambda: said.extend(iter(stream.readline, "")), daemon=True)
        reader.start()
        try:
            deadline = time.monotonic() + 60
            while not until("".join(said)):
                assert process.poll() is None and time.monotonic() < deadline, "".join(said)
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0, "".join(said)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        reader.join(timeout=10)
        stream.close()
        return "".join(said)


@pytest.fixture
def project(edge: RunningEdge, environment: dict[str, str], tmp_path: Path) -> Project:
    """A project with a name of its own."""
    name = f"w-{uuid.uuid4().hex[:10]}"
    wrangler = toolchain.wrangler()
    settings = {
        **edge.environ,
        **wrangler.environ,
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_SEND_ERROR_REPORTS": "false",
        "CI": "1",
        "PATH": os.environ["PATH"],
    }
    made = Project(tmp_path, name, wrangler.argv, environment | settings, edge)
    made.configure()
    made.answer("one")
    return made
