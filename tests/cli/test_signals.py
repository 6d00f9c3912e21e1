"""What ends a command comes through at every moment, but not in the middle of the machinery of imports."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from aerostack.errors import RemoteTimeoutError

#: Runs ``code`` as if it were that machinery, of which nothing can be made to wait at the right line.
WITHIN = """
import os, signal, sys, time
from aerostack.cli import signals

def within(code):
    exec(compile(code, "<frozen importlib._bootstrap>", "exec"), globals())

signals.heed()
"""


def said(program: str) -> str:
    code = WITHIN + textwrap.dedent(program)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_waits_for_the_end_of_an_import(number: signal.Signals) -> None:
    program = f"""
        try:
            within("os.kill(os.getpid(), {int(number)})\\nfor _ in range(1000): pass\\nprint('whole')")
            time.sleep(30)
        except KeyboardInterrupt:
            print("interrupted")
    """
    assert said(program) == "whole\ninterrupted\n"


def test_an_import_that_does_not_end_is_interrupted_all_the_same() -> None:
    program = """
        try:
            within("os.kill(os.getpid(), signal.SIGTERM)\\nwhile True: pass")
        except KeyboardInterrupt:
            print("interrupted")
    """
    began = time.monotonic()
    assert said(program) == "interrupted\n"
    assert time.monotonic() - began < 30


def test_a_module_that_does_not_end_is_interrupted_at_once(tmp_path: Path) -> None:
    """Its own code is none of that machinery, though an import waits for it."""
    module = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nprint('late')\n"
    (tmp_path / "slow_module.py").write_text(module, encoding="utf-8")
    program = f"""
        sys.path.insert(0, {str(tmp_path)!r})
        try:
            import slow_module
        except KeyboardInterrupt:
            print("interrupted")
    """
    assert said(program) == "interrupted\n"


def test_a_deadline_waits_for_the_end_of_an_import_too() -> None:
    program = f"""
        from aerostack.errors import {RemoteTimeoutError.__name__}
        try:
            with signals.deadline(1):
                within("end = time.monotonic() + 1.3\\nwhile time.monotonic() < end: pass\\nprint('whole')")
                time.sleep(30)
        except {RemoteTimeoutError.__name__}:
            print("late")
        # Nothing comes afterwards.
        time.sleep(0.1)
    """
    assert said(program) == "whole\nlate\n"
