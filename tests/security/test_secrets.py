"""A token is known to the process that needs it, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

Run = Callable[..., Any]

CANARY = "canary-0123456789abcdef"
OTHERS = (
    "CLOUDFLARE_API_KEY", "CF_API_TOKEN", "CLOUDFLARE_ACCESS_CLIENT_SECRET", "WRANGLER_R2_SQL_AUTH_TOKEN",
    "AEROSTACK_API_KEY",
)  # fmt: skip


def files(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("flags", [(), ("--json",), ("--debug",)])
def test_what_is_built_and_who_looks_on_see_no_secret(
    run: Run, edge: RunningEdge, project: Path, flags: tuple[str, ...]
) -> None:
    """The build command writes down its environment and the command line of every process."""
    file = project / "aerostack.toml"
    spy = "env > seen; cat /proc/[0-9]*/cmdline >> seen 2>/dev/null; true"
    file.write_text(file.read_text() + f'\n[build]\ncommand = "{spy}"\n')
    token = edge.environ["CLOUDFLARE_API_TOKEN"]
    done = run("deploy", *flags, env=dict.fromkeys(OTHERS, CANARY))
    assert done.status == 0, done.stderr
    written = files(project)
    assert b"PATH=" in written["seen"]
    for secret in (token, CANARY):
        assert secret not in done.stdout + done.stderr
        assert [name for name, content in written.items() if secret.encode() in content] == []


@pytest.mark.parametrize("flags", [("--debug",), ("--debug", "--json")])
def test_a_traceback_shows_no_token(aerostack: Run, project: Path, flags: tuple[str, ...]) -> None:
    credentials = {
        "CLOUDFLARE_API_TOKEN": CANARY,
        "CLOUDFLARE_ACCOUNT_ID": "0" * 32,
        "CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9/client/v4",
    }
    done = aerostack("deploy", *flags, cwd=project, env=credentials)
    assert done.status == 1
    assert "Traceback" in done.stderr
    assert CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize("setting", ["api_base_url", "base_url", "api_token"])
def test_the_projects_file_does_not_decide_where_a_token_goes(run: Run, project: Path, setting: str) -> None:
    file = project / "aerostack.toml"
    before = file.read_text()
    refused = run("plan", "-o", f"{setting}=http://198.51.100.1", "--json")
    file.write_text(f'{before}\n[backend.cfapi]\n{setting} = "http://198.51.100.1"\n')
    for done in (refused, run("plan", "--json")):
        assert done.status == 2
        assert setting in done.document["error"]["message"]


@pytest.mark.parametrize("address", ["http://198.51.100.1/client/v4", "ftp://127.0.0.1/", "https://user:pw@127.0.0.1/"])
def test_an_address_that_a_token_must_not_be_sent_to_is_refused(run: Run, address: str) -> None:
    done = run("plan", "--json", env={"CLOUDFLARE_API_BASE_URL": address})
    assert done.status == 2
    assert "CLOUDFLARE_API_BASE_URL" in done.document["error"]["message"]
    assert "pw@" not in done.stdout + done.stderr
