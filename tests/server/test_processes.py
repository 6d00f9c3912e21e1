"""Several processes at one address: one that dies is replaced, and none outlives the one that watches them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aerostack.errors import AerostackError
from aerostack_server import processes
from aerostack_server.processes import Line

#: Answers one letter: its pid, how often it was rung up by another, or that it rings itself.
PROGRAM = """
import asyncio, os, sys
from aerostack_server import processes

async def main(listening, line):
    heard = []
    line.listen(lambda: heard.append(1))
    async def answer(reader, writer):
        asked = await reader.read(1)
        if asked == b"r":
            line.ring()
        writer.write(str(len(heard) if asked == b"h" else os.getpid()).encode())
        writer.close()
    server = await asyncio.start_server(answer, sock=listening)
    await server.serve_forever()

def work(listening, line):
    if len(sys.argv) > 3:
        sys.exit(int(sys.argv[3]))
    asyncio.run(main(listening, line))

port, steady = int(sys.argv[1]), float(sys.argv[2])
sys.exit(processes.serve(work, count=2, host="127.0.0.1", port=port, steady=steady))
"""


def until(found):
    """What ``found`` says as soon as it says something."""
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError):
            if said := found():
                return said
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ask(port, letter):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(letter)
        return int(connection.makefile().read())


def both(port, without=None):
    """The pids of two processes that answer, none of them ``without``."""
    seen = set()
    return until(lambda: seen.add(ask(port, b"p")) or (len(seen - {without}) == 2 and seen - {without}))


def is_running(pid):
    """A zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def watch(port):
    """Start the program; end it after the test."""
    started = []

    def start(steady=0, *more):
        command = [sys.executable, "-c", PROGRAM, str(port), str(steady), *more]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_one_that_dies_is_replaced_and_the_other_goes_on(watch, port):
    watching = watch()
    one, other = both(port)
    os.kill(one, signal.SIGKILL)
    assert other in both(port, without=one)
    watching.send_signal(signal.SIGTERM)
    assert watching.communicate(timeout=30)[1] == ("a process of the server ended with status -9: another is started\n")
    assert watching.returncode == 0
    assert not is_running(other)


def test_one_that_ends_at_once_ends_all_with_its_status(watch):
    ended = watch(60, "3")
    assert ended.wait(timeout=30) == 3


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all(watch, port, sign):
    watching = watch()
    pids = both(port)
    watching.send_signal(sign)
    assert watching.wait(timeout=30) == 0
    assert not any(map(is_running, pids))


def test_none_outlives_the_one_that_watches(watch, port):
    watching = watch()
    pids = both(port)
    watching.kill()
    watching.wait(timeout=30)
    assert until(lambda: not any(map(is_running, pids)))
    # Whoever starts next has the port to itself.
    watch()
    assert not both(port) & pids


def test_what_one_tells_the_others_hear(watch, port):
    watch()
    pids = both(port)
    rang, heard = ask(port, b"r"), []
    assert rang in pids
    # It is the other one that was told; which of them answers is up to the kernel.
    assert until(lambda: heard.append(ask(port, b"h")) or 1 in heard)
    assert max(heard) == 1


def test_one_that_dies_before_it_has_read_what_it_was_told_is_replaced(watch, port):
    watching = watch()
    one, other = both(port)
    os.kill(one, signal.SIGSTOP)
    # Only the other one answers by now; what it tells is not read any more.
    assert until(lambda: rings(port, one) == other)
    os.kill(one, signal.SIGKILL)
    assert other in both(port, without=one)
    assert watching.poll() is None


def rings(port, stopped):
    """Have one ring that is not stopped; its pid."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"r")
        connection.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            return int(connection.makefile().read())


def test_a_line_that_leads_nowhere_may_be_rung():
    Line().ring()
    one, other = socket.socketpair()
    other.close()
    Line(one).ring()
    one.close()


@pytest.mark.parametrize("count", [1, 2])
def test_a_port_that_is_taken_is_an_error(port, count):
    with socket.create_server(("127.0.0.1", port), reuse_port=True), pytest.raises(AerostackError) as refused:
        processes.serve(lambda listening, line: None, count=count, host="127.0.0.1", port=port)
    assert refused.value.message == f"the server cannot listen at 127.0.0.1, port {port}: Address already in use"
    assert refused.value.hint == "end what listens there, or take another one: aerostack server serve --port 4781"
