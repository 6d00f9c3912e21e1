from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.clocks import DAY, wrong_clock

from aerostack.files import write_atomic


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_gets_what_the_umask_leaves(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_atomic(tmp_path / "new", b"x")
    finally:
        os.umask(old)
    assert _mode(tmp_path / "new") == 0o640


def test_an_existing_file_keeps_its_mode_unless_one_is_given(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o604)
    write_atomic(path, b"new")
    assert (path.read_bytes(), _mode(path)) == (b"new", 0o604)
    write_atomic(path, b"newer", mode=0o600)
    assert (path.read_bytes(), _mode(path)) == (b"newer", 0o600)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_atomic(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(IsADirectoryError):
        write_atomic(tmp_path / "taken", b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]


def test_what_a_killed_process_left_behind_is_removed_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    abandoned, fresh, other = (tmp_path / f".{name}.tmp" for name in ("a.0123abcd", "a.4567cdef", "b.0123abcd"))
    for file in (abandoned, fresh, other):
        file.write_bytes(b"half")
    for file in (abandoned, other):
        os.utime(file, (0, 0))
    write_atomic(tmp_path / "a", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.4567cdef.tmp", ".b.0123abcd.tmp", "a"]


@pytest.mark.parametrize("seconds", [DAY, -DAY])
def test_a_wrong_clock_takes_nothing_that_is_being_written_for_abandoned(tmp_path: Path, seconds: int) -> None:
    abandoned, fresh = tmp_path / ".a.0123abcd.tmp", tmp_path / ".a.4567cdef.tmp"
    for file in (abandoned, fresh):
        file.write_bytes(b"half")
    os.utime(abandoned, (0, 0))
    program = "import sys; from pathlib import Path; from aerostack.files import write_atomic\n"
    program += "write_atomic(Path(sys.argv[1], 'a'), b'x')"
    subprocess.run([sys.executable, "-c", program, tmp_path], env=os.environ | wrong_clock(seconds), check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [fresh.name, "a"]
