"""`make demo`: start Aerostack on this machine, deploy the demo project to it, show the Worker's answer, stop.

Works on a copy of the project and in a folder of its own: neither the repository nor a login of the user changes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from aerostack.testing import fetch

AEROSTACK = Path(sys.executable).with_name("aerostack")
EXAMPLE = Path(__file__).with_name("demo-api")


def main() -> int:
    """The demonstration, step by step. Returns an exit status."""
    with tempfile.TemporaryDirectory(prefix="aerostack-demo-") as folder:
        project = Path(folder) / "demo-api"
        shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(".aerostack"))
        user = {"XDG_CONFIG_HOME": f"{folder}/config", "XDG_DATA_HOME": f"{folder}/data"}
        if run(["up", "--detach"], project, user) is None:
            return 1
        try:
            return deploy(project, user)
        finally:
            run(["down"], project, user)


def deploy(project: Path, user: dict[str, str]) -> int:
    """Create the project, deploy it, and ask the Worker."""
    if run(["projects", "create", "demo-api"], project, user) is None:
        return 1
    if run(["deploy"], project, user) is None:
        return 1
    document = json.loads(run(["deploy", "--json"], project, user, quietly=True) or "{}")
    url = document["urls"][0]
    show(f"curl {url}")
    status, body = fetch(url)
    print(body.decode())
    return 0 if status == 200 else 1


def run(arguments: list[str], project: Path, user: dict[str, str], *, quietly: bool = False) -> str | None:
    """Run a command as this user, and show what it prints; its result, ``None`` when it failed."""
    if not quietly:
        show(f"aerostack {' '.join(arguments)}")
    choices = ("AEROSTACK_API_", "AEROSTACK_BACKEND", "AEROSTACK_ENV", "AEROSTACK_PROFILE")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(choices)} | user
    done = subprocess.run(
        [AEROSTACK, *arguments],
        cwd=project,
        env=environ,
        stdin=subprocess.DEVNULL,  # so that nothing is asked
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quietly else None,
        text=True,
        check=False,
    )
    if not quietly:
        print(done.stdout, end="", flush=True)
    return done.stdout if done.returncode == 0 else None


def show(step: str) -> None:
    """A headline."""
    print(f"\n\x1b[1m$ {step}\x1b[0m" if sys.stdout.isatty() else f"\n$ {step}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
