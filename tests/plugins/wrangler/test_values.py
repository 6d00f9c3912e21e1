"""The command line, the report and the addresses as values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aerostack_cloudflare.project.unversioned import unset_settings
from aerostack_cloudflare.script import WorkerAddress
from aerostack_wrangler import live, session
from aerostack_wrangler.invocation import Invocation
from aerostack_wrangler.program import Program
from aerostack_wrangler.session import Session

INVOCATION = Invocation(
    program=Program(argv=("node", "cli.js"), version="4.164.0", environ={"NODE_COMPILE_CACHE": "/c"}),
    config=Path("/p/.aerostack/wrangler/_base.json"),
    output=Path("/p/out.ndjson"),
    api="https://api.example/client/v4",
    account_id="a" * 32,
    worker="shop-staging",
    tag="aw1:0123",
)


def test_the_command_line_names_the_generated_configuration_and_no_secret() -> None:
    assert INVOCATION.argv == (
        "node",
        "cli.js",
        "deploy",
        "--config",
        "/p/.aerostack/wrangler/_base.json",
        "--env=",
        "--tag",
        "aw1:0123",
        "--experimental-provision=false",
    )
    assert INVOCATION.environ == {
        "NODE_COMPILE_CACHE": "/c",
        "CLOUDFLARE_API_BASE_URL": "https://api.example/client/v4",
        "CLOUDFLARE_ACCOUNT_ID": "a" * 32,
        "CLOUDFLARE_ENV": None,
        "WRANGLER_CI_OVERRIDE_NAME": "shop-staging",
        "WRANGLER_OUTPUT_FILE_PATH": "/p/out.ndjson",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_SEND_ERROR_REPORTS": "false",
        "WRANGLER_HIDE_BANNER": "true",
    }


def test_the_last_entry_of_a_kind_counts_and_nonsense_is_passed_over(tmp_path: Path) -> None:
    report = tmp_path / "out.ndjson"
    report.write_text(
        '{"type": "wrangler-session", "wrangler_version": "4.164.0"}\n'
        "not JSON\n"
        '{"type": "deploy", "version_id": "one", "targets": ["a.example.com"]}\n'
        '{"type": "deploy", "version_id": "two", "targets": ["b.example.com", 3]}\n'
        '{"type": "command-failed", "code": "10021", "message": 5}\n'
    )
    assert session.read(report) == Session(wrangler="4.164.0", version_id="two", targets=("b.example.com",))
    assert session.read(tmp_path / "none") == Session()


@pytest.mark.parametrize(
    ("target", "urls"),
    [
        ("demo.me.workers.dev", ("https://demo.me.workers.dev",)),
        ("https://demo.me.workers.dev", ("https://demo.me.workers.dev",)),
        ("api.example.com (custom domain)", ("https://api.example.com",)),
        ("api.example.com (custom domain - zone name: example.com) [previews: enabled]", ("https://api.example.com",)),
        ("example.com/* (zone name: example.com)", ()),
        ("schedule: 0 3 * * *", ()),
        ("Consumer for jobs", ()),
    ],
)
def test_only_host_names_are_addresses(target: str, urls: tuple[str, ...]) -> None:
    assert live.urls((target,), "https://demo.me.workers.dev") == urls


def test_the_account_knows_the_scheme_and_the_port() -> None:
    assert live.urls(("demo.edge.localhost",), "http://demo.edge.localhost:8787") == (
        "http://demo.edge.localhost:8787",
    )


@pytest.mark.parametrize(
    ("wanted", "live", "lost", "lost_for_certain"),
    [
        ({"logpush": True}, {}, ["logpush"], []),
        ({"logpush": False}, {}, [], []),
        ({"logpush": False}, {"logpush": True}, ["logpush"], ["logpush"]),
        ({"observability": {"enabled": False}}, {"observability": {"enabled": True}}, *[["observability"]] * 2),
        ({"observability": {"enabled": True}}, {"observability": {"enabled": True, "logs": {"a": 1}}}, [], []),
        (
            {"observability": {"enabled": True, "head_sampling_rate": 1}},
            {"observability": {"enabled": True}},
            ["observability"],
            [],
        ),
        ({"tail_consumers": [{"service": "a"}]}, {"tail_consumers": [{"service": "a", "environment": "x"}]}, [], []),
        ({"tail_consumers": [{"service": "a"}]}, {"tail_consumers": [{"service": "b"}]}, *[["tail_consumers"]] * 2),
        ({"tail_consumers": []}, {"tail_consumers": [{"service": "b"}]}, *[["tail_consumers"]] * 2),
    ],
)
def test_settings_are_compared_by_what_the_file_names(
    wanted: dict[str, Any], live: dict[str, Any], lost: list[str], lost_for_certain: list[str]
) -> None:
    """Cloudflare adds defaults, and once it has accepted a setting need not repeat it."""
    seen = WorkerAddress(enabled=True, previews_enabled=True, url=None, settings=live)
    assert list(unset_settings(wanted, seen, absent=True)) == lost
    assert list(unset_settings(wanted, seen)) == lost_for_certain
