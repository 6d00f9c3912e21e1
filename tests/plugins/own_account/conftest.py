"""A small project on an account of one's own: what `cfapi` and `wrangler` do there in one way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge, fetch


@dataclass(frozen=True)
class Own:
    """The project in ``folder``, deployed through ``cfapi``; ``backend`` carries out everything else."""

    folder: Path
    name: str
    backend: str
    edge: RunningEdge
    aerostack: Callable[..., Any]

    def run(self, *argv: object, env: dict[str, str] | None = None, stdin: str = "") -> Any:
        """A command in the project."""
        flags = () if self.backend in argv or argv[0] == "deploy" else ("--backend", self.backend)
        return self.aerostack(*argv, *flags, cwd=self.folder, env=dict(self.edge.environ) | (env or {}), stdin=stdin)

    def deploy(self, says: str) -> str:
        """Let the Worker say something and its secret; the version."""
        body = f"new Response({json.dumps(says)} + (env.TOKEN ?? ''))"
        (self.folder / "index.js").write_text(f"export default {{ fetch: (_, env) => {body} }};\n")
        done = self.run("deploy", "--backend", "cfapi", "--json")
        assert done.status == 0, done.stderr
        return str(done.document["version"])

    def visit(self) -> str:
        url = self.edge.account("GET", f"/workers/workers/{self.name}")["subdomain"]["url"]
        status, content = fetch(url)
        assert status == 200, content
        return content.decode()

    def live(self) -> list[str]:
        """The versions that were live, the newest first."""
        listed = self.edge.account("GET", f"/workers/scripts/{self.name}/deployments")["deployments"]
        return [item["versions"][0]["version_id"] for item in listed]

    def writes(self) -> list[str]:
        """The last parts of the paths of what the account was asked to change since ``edge.forget``."""
        return [
            f"{entry['method']} {entry['path'].rpartition('/')[2]}"
            for entry in self.edge.requests()
            if entry["method"] != "GET" and not entry["path"].startswith("/client/v4/_edge")
        ]


#: For a test of what each backend does itself: all else is the same code.
both = pytest.mark.parametrize("own", ["cfapi", "wrangler"], indirect=True)


@pytest.fixture
def own(request: pytest.FixtureRequest, tmp_path: Path, edge: RunningEdge, aerostack: Callable[..., Any]) -> Own:
    """Not deployed yet. All tests share one account, so it has names of its own."""
    name = f"own-{uuid.uuid4().hex[:8]}"
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "aerostack.toml").write_text(
        f'name = "{name}"\nmain = "index.js"\ncompatibility_date = "2026-01-01"\n', encoding="utf-8"
    )
    return Own(folder, name, getattr(request, "param", "cfapi"), edge, aerostack)
