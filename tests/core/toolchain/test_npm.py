from __future__ import annotations

from pathlib import Path

import pytest

from aerostack.errors import CommandError, MissingExecutableError
from aerostack.toolchain import npm
from aerostack.toolchain.nodejs import Node, Npm

AGAIN = "then run: aerostack toolchain install"


def test_the_command_line_says_everything_the_result_depends_on() -> None:
    installer = Npm(Node(path=Path("/opt/node"), version=(24, 1, 0)), cli=Path("/opt/npm-cli.js"))
    assert npm.ci(installer) == (
        "/opt/node",
        "/opt/npm-cli.js",
        "ci",
        "--ignore-scripts",
        "--include=optional",
        "--package-lock",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
    )


def test_npm_sees_its_own_configuration_and_no_credential_of_ours() -> None:
    seen = npm.environment(
        {
            "PATH": "/bin",
            "NPM_TOKEN": "kept",
            "npm_config_registry": "kept",
            "CLOUDFLARE_API_TOKEN": "dropped",
            "CF_API_KEY": "dropped",
            "AEROSTACK_API_KEY": "dropped",
        }
    )
    assert seen == {"PATH": "/bin", "NPM_TOKEN": "kept", "npm_config_registry": "kept"}


@pytest.mark.parametrize(
    ("said", "meaning", "hint"),
    [
        (
            "npm error code EAI_AGAIN",
            "the npm registry cannot be reached",
            "go online, or name a registry that you can reach (npm config set registry <address>, or a proxy), "
            + AGAIN,
        ),
        (
            "npm error code SELF_SIGNED_CERT_IN_CHAIN",
            "the npm registry's certificate is not trusted",
            f"name your company's certificate (npm config set cafile <file>), {AGAIN}",
        ),
        (
            "npm error code EINTEGRITY",
            "a downloaded package is not the one that is pinned",
            "something between you and the registry changed it: clean npm's cache (npm cache clean --force), " + AGAIN,
        ),
        ("npm error code ENOSPC", "the disk is full", f"free about 300 MB, {AGAIN}"),
    ],
)
def test_known_failures_come_with_their_fix(said: str, meaning: str, hint: str) -> None:
    error = npm.failure(("node", "npm-cli.js", "ci"), 1, said)
    assert isinstance(error, MissingExecutableError)
    assert error.message == f"the tools cannot be installed: {meaning}\n  {said}"
    assert error.hint == hint
    assert (error.argv, error.status, error.stderr) == (("node", "npm-cli.js", "ci"), 1, said)


def test_an_unknown_failure_shows_what_npm_said_without_the_place_of_its_log() -> None:
    said = (
        "npm error something odd\n"
        "npm error A complete log of this run can be found in: /home/me/.npm/_logs/2026-01-01-debug-0.log"
    )
    error = npm.failure((), 7, said)
    assert type(error) is CommandError
    assert error.message == "the tools cannot be installed: npm ended with status 7\n  npm error something odd"
    assert error.hint == f"mend what npm says, {AGAIN}"
