"""`make demo`: start an account on this machine, deploy the demo project to it, show the Worker's answer, stop.

Works on a copy of the project, so that the ids it writes do not show up in the repository.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from aerostack.testing import RunningEdge, fetch, running_edge

AEROSTACK = Path(sys.executable).with_name("aerostack")
EXAMPLE = Path(__file__).with_name("demo-api")


def main() -> int:
    """The demonstration, step by step. Returns an exit status."""
    with tempfile.TemporaryDirectory(prefix="aerostack-demo-") as folder:
        project = Path(folder) / "demo-api"
        shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(".aerostack"))
        show("aerostack toolchain install")
        subprocess.run([AEROSTACK, "toolchain", "install"], check=True)
        show("aerostack edge serve &")
        with running_edge(Path(folder) / "edge") as edge:
            print(edge.environ["CLOUDFLARE_API_BASE_URL"])
            status = deploy(project, edge)
        print("\neverything is stopped again")
        return status


def deploy(project: Path, edge: RunningEdge) -> int:
    """Deploy the copy, show what changed in its aerostack.toml, and ask the Worker."""
    file = project / "aerostack.toml"
    before = file.read_text(encoding="utf-8")
    command = ["deploy", "--env", "staging", "--backend", "cfapi"]
    show(f'eval "$(aerostack edge env)"; aerostack {" ".join(command)}')
    deployed = subprocess.run(
        [AEROSTACK, *command],
        cwd=project,
        env=os.environ | edge.environ,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if deployed.returncode != 0:
        return deployed.returncode
    show("what changed in aerostack.toml")
    after = file.read_text(encoding="utf-8")
    print("\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=1)))
    url = deployed.stdout.strip().splitlines()[-1]
    show(f"curl {url}")
    status, body = fetch(url)
    print(body.decode())
    return 0 if status == 200 else 1


def show(step: str) -> None:
    """A headline."""
    print(f"\n\x1b[1m$ {step}\x1b[0m" if sys.stdout.isatty() else f"\n$ {step}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
