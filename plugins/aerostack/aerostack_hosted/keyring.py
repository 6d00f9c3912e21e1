"""Keys in the keyring of the user's desktop, for who asked for it: ``aerostack login --keyring``.

Through the programs that come with it, ``secret-tool`` on Linux and ``security`` on macOS: importing a library for it
would cost every command more than asking takes. A key is never in their arguments, which everybody on the machine can
read. Each call is limited in time, as a keyring that is locked waits for somebody to type its password.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import field

from aerostack.errors import ConfigError
from aerostack.model import Secret
from aerostack.redact import is_secret_name
from aerostack.values import dataclass

_SERVICE = "aerostack"

#: Seconds for a key to be read, which nobody watches, and to be stored, when the user may be asked to unlock.
_READ, _STORE = 3.0, 60.0


@dataclass(frozen=True, slots=True)
class _Commands:
    """The command lines of one keyring; ``store`` is given ``stdin``, with the key."""

    look_up: tuple[str, ...]
    store: tuple[str, ...]
    clear: tuple[str, ...]
    stdin: str = field(repr=False)


class KeptKey(Secret):
    """A key in the keyring: asked for when it is first needed, and then known."""

    __slots__ = ("_place",)

    def __init__(self, url: str, profile: str) -> None:
        super().__init__("")
        self._place = (url, profile)

    def reveal(self) -> str:
        """The key. Raises ``ConfigError`` when the keyring does not give it."""
        if not self._value:
            self._value = read(*self._place)
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptKey) and other._place == self._place

    def __hash__(self) -> int:
        return hash(self._place)


def read(url: str, profile: str) -> str:
    """Look a key up. Raises ``ConfigError`` when it is not there, or nothing answers within 3 seconds."""
    found = _run(_commands(url, profile).look_up, _READ).stdout.rstrip("\n")
    if not found:
        raise _failed("it holds no key for this login")
    return found


def store(url: str, profile: str, key: Secret) -> None:
    """Put a key in, and read it back. Raises ``ConfigError`` when it cannot be read as it was written."""
    value = key.reveal()
    commands = _commands(url, profile, value)
    _run(commands.store, _STORE, commands.stdin)
    if read(url, profile) != value:
        raise _failed("it gives another key than was stored")


def clear(url: str, profile: str) -> None:
    """Take a key out; it need not be there. Raises ``ConfigError`` when there is no keyring."""
    _run(_commands(url, profile).clear, _READ, check=False)


def _commands(url: str, profile: str, key: str = "", platform: str = sys.platform) -> _Commands:
    if platform == "darwin":
        place = ("-s", f"{_SERVICE} {url}", "-a", profile)
        # Its own prompt takes the command from stdin, so that the key is no argument of a process.
        added = ("add-generic-password", "-U", *place, "-w", key)
        return _Commands(
            look_up=("security", "find-generic-password", *place, "-w"),
            store=("security", "-i"),
            clear=("security", "delete-generic-password", *place),
            stdin=" ".join(map(_quoted, added)) + "\n",
        )
    attributes = ("service", _SERVICE, "url", url, "profile", profile)
    return _Commands(
        look_up=("secret-tool", "lookup", *attributes),
        store=("secret-tool", "store", f"--label=aerostack key for {url}", *attributes),
        clear=("secret-tool", "clear", *attributes),
        stdin=key,
    )


def _quoted(part: str) -> str:
    return '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(
    argv: Sequence[str], seconds: float, stdin: str = "", *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    import shutil

    program = shutil.which(argv[0])
    if program is None:
        raise _failed(f"there is no `{argv[0]}` on this machine")
    # It needs to find the desktop's session, and no credential.
    environ = {name: value for name, value in os.environ.items() if not is_secret_name(name)}
    try:
        done = subprocess.run(
            [program, *argv[1:]], input=stdin, env=environ, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        # Not from it: what it was given would be shown.
        raise _failed(f"`{argv[0]}` did not answer within {seconds:g} seconds") from None
    except OSError as error:
        raise _failed(f"`{argv[0]}` cannot be run: {error.strerror or error}") from None
    said = done.stderr.strip()
    # secret-tool ends with 1 and says nothing when it has found nothing.
    if check and done.returncode != 0 and said:
        raise _failed(f"`{argv[0]}` ended with status {done.returncode}: {said}")
    return done


def _failed(why: str) -> ConfigError:
    return ConfigError(
        f"the keyring of this machine cannot be used: {why}",
        hint="unlock it and try again, keep the key in a file (aerostack login --no-keyring), or set AEROSTACK_API_KEY",
        code="keyring",
    )
