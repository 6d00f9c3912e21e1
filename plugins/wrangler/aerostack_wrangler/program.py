"""Which wrangler runs: the pinned one, or the one that the user names."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from aerostack import toolchain
from aerostack.errors import CommandError, ConfigError, MissingExecutableError
from aerostack.model import Project, Tools
from aerostack.values import dataclass
from aerostack_wrangler.settings import WranglerSettings

#: The oldest wrangler that knows every flag we use and tells its failures in its output file.
OLDEST = (4, 100, 0)

_VERSION = re.compile(r"^\D*(\d+)\.(\d+)\.(\d+)", re.MULTILINE)
# Node's start, and whatever a script before it does.
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """``argv`` is the beginning of its command line; ``environ`` is what it wants to find."""

    argv: tuple[str, ...]
    version: str
    environ: Mapping[str, str] = field(default_factory=dict)


def program(project: Project, settings: WranglerSettings, tools: Tools) -> Program:
    """The wrangler of this run. One that is not ours is asked for its version, once.

    Raises ``MissingExecutableError``, and ``ConfigError`` for one that is too old.
    """
    return tools.keep("wrangler", lambda: contextlib.nullcontext(_program(project, settings, tools)))


def _program(project: Project, settings: WranglerSettings, tools: Tools) -> Program:
    if settings.program is None:
        pinned = toolchain.wrangler(progress=tools.step)
        return Program(argv=pinned.argv, version=pinned.version, environ=pinned.environ)
    path = _find(project.root, settings.program)
    answer = tools.run([path, "--version"], cwd=project.root, timeout=_TIMEOUT)
    found = _VERSION.search(answer.stdout)
    if found is None:
        raise CommandError(
            f"{settings.program} is no wrangler: asked for its version, it said {answer.stdout.strip()[:100]!r}",
            argv=answer.argv,
            hint="correct `program` under [backend.wrangler], or remove it to use the pinned wrangler",
        )
    version = ".".join(found.groups())
    if tuple(map(int, found.groups())) < OLDEST:
        raise ConfigError(
            f"{settings.program} is wrangler {version}, older than {'.'.join(map(str, OLDEST))}",
            key="program",
            hint="update it (npm install wrangler@latest), or remove `program` to use the pinned wrangler",
            code="wrangler_too_old",
        )
    return Program(argv=(path,), version=version)


def _find(root: Path, name: str) -> str:
    found = shutil.which(root / name if "/" in name else name)
    if found is None:
        if (path := root / name).is_file():
            raise MissingExecutableError(
                f"{name}, which `program` names, may not be executed",
                argv=(name,),
                hint=f"make it executable: chmod +x {shlex.quote(str(path))}",
            )
        raise MissingExecutableError(
            f"there is no program {name}, which `program` names",
            argv=(name,),
            hint="correct `program` under [backend.wrangler], or remove it to use the pinned wrangler",
        )
    return found
