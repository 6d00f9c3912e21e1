"""One call of npm, and what its failures mean."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from aerostack.errors import CommandError, MissingExecutableError
from aerostack.redact import redact, secret_values
from aerostack.toolchain.nodejs import Npm

# npm's own limit for one request is five minutes, and it tries three times.
_TIMEOUT = 1800.0

_AGAIN = "then run: aerostack toolchain install"
_UNREACHABLE = (
    f"go online, or name a registry that you can reach (npm config set registry <address>, or a proxy), {_AGAIN}"
)
_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED",
        "the npm registry cannot be reached",
        _UNREACHABLE,
    ),
    (
        r"CERT_|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)",
        "the npm registry's certificate is not trusted",
        f"name your company's certificate (npm config set cafile <file>), {_AGAIN}",
    ),
    (
        r"\bE40[13]\b|ENEEDAUTH",
        "the npm registry refused access",
        f"log in to your registry (npm login), or use the public one, {_AGAIN}",
    ),
    (
        r"\bE404\b|ETARGET|ENOVERSIONS",
        "the npm registry does not have a package that is needed",
        f"use a registry that has it (npm config set registry <address>), {_AGAIN}",
    ),
    (
        r"EINTEGRITY",
        "a downloaded package is not the one that is pinned",
        f"something between you and the registry changed it: clean npm's cache (npm cache clean --force), {_AGAIN}",
    ),
    (r"ENOSPC", "the disk is full", f"free about 300 MB, {_AGAIN}"),
)


def ci(npm: Npm) -> tuple[str, ...]:
    """The command line of `npm ci`.

    Everything a user's configuration could have switched off and that the result depends on is said explicitly.
    """
    return (
        str(npm.node.path),
        str(npm.cli),
        "ci",
        "--ignore-scripts",
        "--include=optional",
        "--package-lock",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
    )


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What npm may see: the user's npm configuration, and nothing that belongs to Cloudflare or to us."""
    return {name: value for name, value in environ.items() if not name.startswith(("CLOUDFLARE_", "CF_", "AEROSTACK_"))}


def run_ci(npm: Npm, folder: Path) -> None:
    """Run `npm ci` in ``folder``. Raises ``CommandError`` with the fix for what is known to go wrong."""
    argv = ci(npm)
    # npm is told by PATH which node to use for everything it starts.
    env = environment(os.environ) | {"PATH": os.pathsep.join((str(npm.node.path.parent), os.environ.get("PATH", "")))}
    try:
        result = subprocess.run(
            argv,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MissingExecutableError(
            f"npm did not finish within {_TIMEOUT / 60:g} minutes", argv=argv, hint=_UNREACHABLE
        ) from None
    except OSError as error:
        raise CommandError(f"npm cannot be run: {error.strerror or error}", argv=argv) from error
    if result.returncode != 0:
        said = redact(result.stderr.strip() or result.stdout.strip(), secret_values(os.environ))
        raise failure(argv, result.returncode, said)


def failure(argv: tuple[str, ...], status: int, said: str) -> CommandError:
    """The error for an npm that ended with ``status`` after having ``said`` that."""
    quoted = _quote(said)
    for pattern, meaning, hint in _CAUSES:
        if re.search(pattern, said):
            return MissingExecutableError(
                f"the tools cannot be installed: {meaning}{quoted}", argv=argv, status=status, stderr=said, hint=hint
            )
    return CommandError(
        f"the tools cannot be installed: npm ended with status {status}{quoted}",
        argv=argv,
        status=status,
        stderr=said,
        hint="mend what npm says, then run: aerostack toolchain install",
    )


def _quote(said: str) -> str:
    """npm's own lines, without the ones that only say where its log is."""
    lines = [line for line in said.splitlines() if line.strip() and "complete log of this run" not in line]
    lines = [line for line in lines if not line.strip().endswith("_logs") and "-debug-0.log" not in line]
    return "".join(f"\n  {line}" for line in lines[-12:])
