"""The place of a cell: a real edge, the fault layer in front of it, projects, and the real command line."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.conftest import clean_environment
from tests.faults import oracle
from tests.faults.launch import NOTHING, Cold, Launcher, Process, end_all, launcher
from tests.faults.layer import Layer, Strike, fault_layer

from aerostack.testing import RunningEdge, running_edge

#: Seconds become hundredths: a request that gets no answer is given up after a second.
PATIENCE = "0.04"
#: Where no silence is waited for, an answer may take as long as it does on a machine that has much else to do.
UNHURRIED = {"AEROSTACK_PATIENCE": "0.2"}

NO_RESOURCES = """name = "{mark}" # kept
main = "index.js"
no_bundle = true
compatibility_date = "2026-01-01"
"""

_TOML = (
    NO_RESOURCES
    + """
[[d1_databases]]
binding = "DB"
database_name = "{mark}-db"

[[kv_namespaces]]
binding = "CACHE"

[[r2_buckets]]
binding = "FILES"
bucket_name = "{mark}-files"

[[queues.producers]]
binding = "JOBS"
queue = "{mark}-jobs"
"""
)

#: What befalls the database of a project: each leaves a trace of every time that it was applied.
MIGRATIONS = {
    "0001_one.sql": "CREATE TABLE IF NOT EXISTS done (name TEXT);\nINSERT INTO done VALUES ('one');\n",
    "0002_two.sql": "INSERT INTO done VALUES ('two');\n",
}


_TRIGGERS = """
[[queues.consumers]]
queue = "{mark}-jobs"
max_batch_size = {size}

[triggers]
crons = ["{minute} 3 * * *"]
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished command, and the seconds that it took."""

    status: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def document(self) -> Mapping[str, Any]:
        """What it says of itself; empty when it was killed before it could."""
        return json.loads(self.stdout) if self.stdout.strip() else {}


@dataclass(frozen=True, slots=True)
class Project:
    """A project in a folder of its own, with a home of its own.

    ``task`` is the command that a cell is about, ``given`` what it reads, ``environ`` what is different around it.
    """

    mark: str
    folder: Path
    home: Path
    task: tuple[str, ...] = ("deploy",)
    given: Path = NOTHING
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / "aerostack.toml"

    @property
    def owned(self) -> frozenset[tuple[str, str]]:
        """Kinds and names of what was made from here, as the journals have it."""
        journals = [json.loads(file.read_bytes()) for file in self.folder.glob(".aerostack/journal/*/*/*.json")]
        return frozenset((item["kind"], item["name"]) for journal in journals for item in journal.get("owned", ()))

    @property
    def half_written(self) -> frozenset[Path]:
        """Files that were to take the place of others."""
        return frozenset(self.folder.rglob("*.tmp"))

    def say(self, text: str) -> None:
        """What the Worker answers once it is deployed."""
        code = f"export default {{ fetch() {{ return new Response({json.dumps(text)}); }} }};\n"
        (self.folder / "index.js").write_text(code)

    def call_by(self, size: int, minute: int) -> None:
        """Have the Worker called by its queue, in batches of that size, and once a day."""
        base = self.file.read_text().partition("\n[[queues.consumers]]")[0]
        self.file.write_text(base + _TRIGGERS.format(mark=self.mark, size=size, minute=minute))

    def log(self) -> None:
        """Have what the Worker does logged: a setting that belongs to no version."""
        name, rest = self.file.read_text().split("\n", 1)
        self.file.write_text(f"{name}\nlogpush = true\n{rest}")

    def forget(self) -> None:
        """As somebody else has it who checks it out: no ids, no journal."""
        shutil.rmtree(self.folder / ".aerostack", ignore_errors=True)
        self.file.write_text(_TOML.format(mark=self.mark))


@dataclass(frozen=True)
class Stage:
    """Everything that the cells of one process share; for the backends that need an account. ``layer`` is spoilt."""

    edge: RunningEdge
    layer: Layer
    launcher: Launcher
    root: Path

    def project(self) -> Project:
        """A new one, under names of its own."""
        mark = f"w-{uuid.uuid4().hex[:10]}"
        folder = self.root / mark / "project"
        folder.mkdir(parents=True)
        project = Project(mark, folder, self.root / mark / "home")
        project.home.mkdir()
        project.forget()
        project.say("one")
        return project

    @property
    def secret(self) -> str:
        """What the secret of a Worker is set to."""
        return "canary-of-a-secret-0123456789"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may see."""
        return (self.edge.environ["CLOUDFLARE_API_TOKEN"], self.secret)

    def environ(self, *, faulty: bool) -> dict[str, str]:
        """Where the account is: behind the layer, or past it."""
        return dict(self.edge.environ) | ({"CLOUDFLARE_API_BASE_URL": self.layer.url} if faulty else {})

    def start(self, project: Project, *argv: str, faulty: bool = True, env: Mapping[str, str] | None = None) -> Process:
        """Begin a command in the project, through the layer or past it."""
        environment = clean_environment(project.home) | self.environ(faulty=faulty) | {"AEROSTACK_PATIENCE": PATIENCE}
        environment |= {**project.environ, **(env or {})}
        # What changes a program when it is loaded does nothing to one that is loaded already.
        launcher = Cold() if "LD_PRELOAD" in environment else self.launcher
        return launcher.start(argv, cwd=project.folder, env=environment, stdin=project.given)

    def deploy(
        self, project: Project, backend: str, *, faulty: bool = True, env: Mapping[str, str] | None = None
    ) -> Run:
        """Deploy the project, or do with it what else its cell is about."""
        return self.run(project, *project.task, "--json", "--backend", backend, faulty=faulty, env=env)

    def run(self, project: Project, *argv: str, faulty: bool = True, env: Mapping[str, str] | None = None) -> Run:
        """Run a command in the project to its end."""
        began = time.monotonic()
        process = self.start(project, *argv, faulty=faulty, env=env)
        if faulty:
            self.layer.victim = process.pid
        stdout, stderr, status = process.communicate(timeout=60)
        return Run(status, stdout, stderr, time.monotonic() - began)

    def state(self, project: Project) -> oracle.State:
        found = oracle.state(self.edge, project.mark)
        databases = [resource.id for resource in found.resources if resource.kind == "d1"]
        if project.task[0] != "migrations":
            return found
        return replace(found, applied=tuple(row for one in databases for row in oracle.applied(self.edge, one)))

    def play(self, *strikes: Strike) -> None:
        """Spoil these from now on, and nothing else."""
        self.layer.begin(strikes)

    def remove(self, project: Project) -> None:
        end_all(project.folder)
        oracle.remove(self.edge, project.mark)
        shutil.rmtree(project.folder.parent)


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Set one up for the block."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        root = Path(name)
        (root / "home").mkdir()
        environ = clean_environment(root / "home")
        with (
            running_edge(root / "edge", environ) as edge,
            fault_layer(edge.environ["CLOUDFLARE_API_BASE_URL"]) as layer,
            launcher(environ) as start,
        ):
            yield Stage(edge, layer, start, root)
