"""The command line on a terminal, as a person sits before it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Session:
    """A finished command and everything that stood on the screen, typed text included where it was echoed."""

    status: int
    screen: str


def at_terminal(
    argv: Sequence[object], answers: Sequence[tuple[str, str]], *, cwd: Path, env: Mapping[str, str]
) -> Session:
    """Run a command; type each answer, and Enter, once its question is on the screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(part) for part in argv],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env=dict(env),
        start_new_session=True,
    )
    os.close(theirs)
    seen, left, deadline = b"", list(answers), time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 0.1)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                seen += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if left and left[0][0].encode() in seen:
                os.write(ours, f"{left.pop(0)[1]}\n".encode())
        status = process.wait(timeout=10)
    finally:
        process.kill()
        os.close(ours)
    assert not left, f"was not asked {left[0][0]!r}: {seen.decode()}"
    return Session(status, seen.decode("utf-8", "replace").replace("\r\n", "\n"))
