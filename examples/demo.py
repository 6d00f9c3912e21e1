"""`make demo`: start an account on this machine, deploy the demo project to it, show the Worker's answer, stop.

Works on a copy of the project, so that the ids it writes do not show up in the repository.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

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
        data = Path(folder) / "edge"
        edge = subprocess.Popen([AEROSTACK, "edge", "serve", "--port", "0", "--data", data], stderr=subprocess.PIPE)
        try:
            wait_until_ready(edge)
            return deploy(project, data)
        finally:
            edge.send_signal(signal.SIGINT)
            edge.communicate(timeout=30)
            print("everything is stopped again")


def deploy(project: Path, data: Path) -> int:
    """Deploy the copy, show what changed in its aerostack.toml, and ask the Worker."""
    shown = subprocess.run([AEROSTACK, "edge", "env", "--json", "--data", data], capture_output=True, check=True)
    environment = os.environ | json.loads(shown.stdout)
    before = (project / "aerostack.toml").read_text(encoding="utf-8")
    command = ["deploy", "--env", "staging", "--backend", "cfapi"]
    show(f'eval "$(aerostack edge env)"; aerostack {" ".join(command)}')
    deployed = subprocess.run(
        [AEROSTACK, *command], cwd=project, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if deployed.returncode != 0:
        return deployed.returncode
    show("what changed in aerostack.toml")
    after = (project / "aerostack.toml").read_text(encoding="utf-8")
    changes = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=1)
    print("\n".join(changes))
    url = deployed.stdout.strip().splitlines()[-1]
    show(f"curl {url}")
    print(fetch(url))
    return 0


def wait_until_ready(edge: subprocess.Popen[bytes]) -> None:
    """Read what the edge says until it names its address."""
    assert edge.stderr is not None
    for line in edge.stderr:
        print(line.decode().rstrip())
        if b"http://" in line:
            return
    raise SystemExit("the edge did not start")


def fetch(url: str) -> str:
    """GET ``url``. Its host is below ``localhost``, which not every resolver knows: so go to this machine by number."""
    host = url.split("/")[2]
    request = urllib.request.Request(f"http://127.0.0.1:{host.rpartition(':')[2]}/", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


def show(step: str) -> None:
    """A headline."""
    print(f"\n\x1b[1m$ {step}\x1b[0m" if sys.stdout.isatty() else f"\n$ {step}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
