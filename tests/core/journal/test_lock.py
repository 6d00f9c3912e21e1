import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aerostack.errors import LockedError
from aerostack.journal import Lock, read_owner

HOLD = """
import sys, time
from pathlib import Path
from aerostack.journal import Lock
with Lock(Path(sys.argv[1])).held():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".aerostack" / "journal" / "staging.lock"


def test_a_second_holder_is_refused_and_told_who_holds_it(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(LockedError) as raised, Lock(path).held():
            pass
        assert f"process {holder.pid}" in raised.value.message
        assert raised.value.hint == "wait for it, or see `aerostack unlock`"
        holder.kill()


def test_the_lock_dies_with_its_holder(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert Lock(path).is_held()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    owner = read_owner(path)
    assert owner is not None and owner.pid == holder.pid
    assert not Lock(path).is_held()
    with Lock(path).held():
        pass
    assert read_owner(path) is None


def test_what_a_dead_holder_left_is_cleared(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text('{"user": "u", "host": "h", "pid": 1, "since": "2026-01-01"}')
    assert str(read_owner(path)) == "u on h, process 1, since 2026-01-01"
    Lock(path).clear_stale()
    assert read_owner(path) is None
