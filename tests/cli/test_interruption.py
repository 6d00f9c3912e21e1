"""Ctrl-C, a cancelled job, a closed terminal: the command ends at once, and nothing that it started stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

AEROSTACK = Path(sys.executable).with_name("aerostack")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_build_command_ends_with_the_deploy(
    environment: dict[str, str], edge: RunningEdge, project: Path, run: Callable[..., Any], number: signal.Signals
) -> None:
    file = project / "aerostack.toml"
    whole = file.read_text()
    # The shell and what it put into the background both hold the pipe open: an end of file means that both are gone.
    alive = project / "alive"
    os.mkfifo(alive)
    file.write_text(whole + '\n[build]\ncommand = "exec 3>alive; echo on >&3; sleep 600 & sleep 600"\n')
    with (
        subprocess.Popen(
            [AEROSTACK, "deploy", "--json"],
            cwd=project,
            env=environment | dict(edge.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process,
        alive.open("rb", buffering=0) as end,
    ):
        assert end.read(3) == b"on\n"
        started = time.monotonic()
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
        assert end.read() == b""
    assert time.monotonic() - started < 10
    assert process.returncode == 130
    assert stderr.count("error:") == 1
    assert "hint: run the same command again" in stderr
    assert '"code": "interrupted"' in stdout
    file.write_text(whole)
    assert run("deploy", "--json").document["outcome"] == "applied"


def test_ctrl_c_while_the_program_is_still_loading_ends_quietly() -> None:
    program = (
        "import sys\n"
        "class Impatient:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Impatient())\n"
        "from aerostack.__main__ import main\n"
        "sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "error: interrupted\n")
