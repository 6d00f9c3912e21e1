"""The OpenAPI document: what it says holds for requests that nobody would think of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.api.routes import routes

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
#: Not `positive_data_acceptance`: a name that is well-formed need not exist.
CHECKS = ",".join(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "unsupported_method",
        "ignored_auth",
        "use_after_free",
    ]
)
#: What is wrong with a request is never a failure of the server's.
CONFIGURATION = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422]
"""


@pytest.fixture(scope="module")
def document(sqlite_server):
    return sqlite_server.call("GET", "/api/v1/openapi.json").document


def test_it_names_every_route_and_what_it_refuses(document):
    for route in routes():
        path = "/api/v1" + route.path.replace(":path", "")
        operation = document["paths"][path][route.method.lower()]
        assert operation["summary"], str(route)
        assert operation["description"], str(route)
        if route.policy == "public":
            assert operation["security"] == [], str(route)
        else:
            assert operation["security"] == [{"key": [route.policy.rpartition(":")[2]]}], str(route)
            assert {"401", "403"} <= operation["responses"].keys(), str(route)
    assert document["components"]["securitySchemes"] == {"key": {"type": "http", "scheme": "bearer"}}


def test_it_holds_for_requests_that_nobody_would_think_of(sqlite_server, tmp_path):
    tenant = sqlite_server.tenant()
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    run = subprocess.run(
        [
            SCHEMATHESIS,
            "run",
            f"{sqlite_server.url}/api/v1/openapi.json",
            f"--checks={CHECKS}",
            "--phases=examples,coverage,fuzzing",
            "--seed=1",
            "--max-examples=8",
            "--workers=2",
            "--request-timeout=20",
            "--suppress-health-check=all",
            "--generation-database=none",
            "--exclude-path-regex=/logs$",
            "--warnings=off",
            "--no-color",
            f"--header=Authorization: Bearer {tenant.key}",
        ],
        cwd=tmp_path,
        env={name: text for name, text in os.environ.items() if not name.startswith("AEROSTACK_")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Traceback" not in sqlite_server.log
