"""Independent calls at the same time."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from aerostack.http import parallel


def test_results_come_in_the_order_of_the_work() -> None:
    second_done = threading.Event()

    def first() -> str:
        assert second_done.wait(10)
        return "first"

    def second() -> str:
        second_done.set()
        return "second"

    assert parallel(first, second) == ("first", "second")


def test_nothing_is_nothing_and_one_runs_where_it_was_called() -> None:
    assert parallel() == ()
    assert parallel(threading.get_ident) == (threading.get_ident(),)


def test_no_more_than_the_limit_run_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(3)

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(10)
        with lock:
            running -= 1

    parallel(*[work] * 9, limit=3)
    assert most == 3


def test_the_first_failure_is_raised_after_what_was_under_way_and_notes_the_others() -> None:
    both, finished = threading.Barrier(3), threading.Event()

    def fail(text: str) -> None:
        both.wait(10)
        raise ValueError(text)

    def work() -> None:
        both.wait(10)
        finished.set()

    with pytest.raises(ValueError, match="one") as failure:
        parallel(lambda: fail("one"), lambda: fail("two"), work, limit=3)
    assert finished.is_set()
    assert failure.value.__notes__ == ["also: two"]


def test_after_a_failure_nothing_new_is_started() -> None:
    started: list[int] = []
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise ValueError("no")

    def slow() -> None:
        assert failed.wait(10)

    with pytest.raises(ValueError, match="no"):
        parallel(fail, slow, *(lambda n=n: started.append(n) for n in range(50)), limit=2)
    # The thread beside the failing one may have taken one more piece before the failure was noted.
    assert len(started) <= 1


def test_ctrl_c_ends_the_process_without_waiting_for_the_network() -> None:
    program = (
        "import os, threading; from aerostack.http import parallel\n"
        "def work(): os.write(1, b'running\\n'); threading.Event().wait(60)\n"
        "parallel(work, work)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in stderr
