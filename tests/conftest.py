"""What every test may use: a clean environment, the command line, and a real edge with the real tools."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

AEROSTACK = Path(sys.executable).with_name("aerostack")
ROOT = Path(__file__).parent.parent


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of a user who has set nothing; the tools that are installed already stay reachable."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AEROSTACK_", "CLOUDFLARE_", "CF_", "WRANGLER_", "XDG_"))
    }
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    toolchain = os.environ.get("AEROSTACK_TOOLCHAIN_DIR") or str(cache / "aerostack" / "toolchain")
    return environment | {"HOME": str(home), "AEROSTACK_TOOLCHAIN_DIR": toolchain, "NO_COLOR": "1"}


@dataclass(frozen=True)
class Run:
    """A finished command."""

    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """stdout as the one JSON document it must be."""
        parsed = json.loads(self.stdout)
        assert isinstance(parsed, dict)
        return parsed


@dataclass(frozen=True)
class Edge:
    """A running edge: the variables that lead to it, and its data folder."""

    environ: dict[str, str]
    data: Path
    process: subprocess.Popen[str] = field(repr=False)

    @property
    def base_url(self) -> str:
        return self.environ["CLOUDFLARE_API_BASE_URL"]

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call its API and return ``result``."""
        request = urllib.request.Request(
            f"{self.base_url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.environ['CLOUDFLARE_API_TOKEN']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["result"]

    def account(self, method: str, path: str, body: Any = None) -> Any:
        """Call a path below the account."""
        return self.api(method, f"/accounts/{self.environ['CLOUDFLARE_ACCOUNT_ID']}{path}", body)

    def requests(self) -> list[dict[str, Any]]:
        """The API requests since the last ``forget``."""
        listed = self.api("GET", "/_edge/requests")
        return [entry for entry in listed if "_edge" not in entry["path"]]

    def forget(self) -> None:
        """Empty the request log."""
        self.api("POST", "/_edge/requests/reset")


def fetch(url: str) -> tuple[int, bytes]:
    """GET a Worker. ``*.localhost`` is this machine, whatever the resolver thinks."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    port = host.rpartition(":")[2]
    request = urllib.request.Request(f"{scheme}://127.0.0.1:{port}/{path}", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def start_edge(data: Path, environment: dict[str, str]) -> Edge:
    """Start an edge on a free port and wait until it says that it is ready."""
    process = subprocess.Popen(
        [AEROSTACK, "edge", "serve", "--port", "0", "--data", data],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "http://" in line:
            break
    else:
        raise AssertionError(f"the edge did not start: {''.join(lines)}")
    # Nobody reads the rest; a full pipe would stop the edge.
    subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL, start_new_session=True)
    shown = subprocess.run(
        [AEROSTACK, "edge", "env", "--json", "--data", data], env=environment, capture_output=True, check=True
    )
    return Edge(environ=json.loads(shown.stdout), data=data, process=process)


def stop_edge(edge: Edge) -> None:
    """Stop it as Ctrl-C would."""
    if edge.process.poll() is None:
        os.killpg(edge.process.pid, signal.SIGINT)
        edge.process.wait(timeout=30)
    if edge.process.stderr is not None:
        edge.process.stderr.close()


@pytest.fixture(scope="session")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """One real edge for the session."""
    running = start_edge(tmp_path_factory.mktemp("edge"), clean_environment(tmp_path_factory.mktemp("home")))
    yield running
    stop_edge(running)


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A clean environment with a home of its own."""
    return clean_environment(tmp_path_factory.mktemp("home"))


@pytest.fixture
def aerostack(environment: dict[str, str]) -> Callable[..., Run]:
    """Run the real command line in a process of its own."""

    def run(*argv: object, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = "") -> Run:
        finished = subprocess.run(
            [AEROSTACK, *map(str, argv)],
            cwd=cwd,
            env=environment | (env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in finished.stderr or "--debug" in argv, finished.stderr
        return Run(finished.returncode, finished.stdout, finished.stderr)

    return run


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demo project."""
    target = tmp_path / "demo-api"
    shutil.copytree(ROOT / "examples" / "demo-api", target, ignore=shutil.ignore_patterns(".aerostack"))
    return target
