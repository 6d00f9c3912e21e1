"""The OpenAPI document: what it says holds for requests that nobody would think of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.api.routes import routes
from tests.server.servers import fetch

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
#: Seconds after which a request is taken for one that never ends. What bounds a run is the number of its examples, and
#: a machine under load works through them as well.
_HUNG = 90
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


#: By day what can be told from the document alone; by night random requests besides, of which each costs thrice that.
COVERED = ("--phases=examples,coverage",)
RANDOM = ("--phases=fuzzing", "--max-examples=50")
PHASES = pytest.mark.parametrize(
    "phases", [pytest.param(COVERED, id="covered"), pytest.param(RANDOM, id="random", marks=pytest.mark.nightly)]
)


@PHASES
def test_it_holds_for_requests_that_nobody_would_think_of(sqlite_server, tmp_path, phases):
    tenant = sqlite_server.tenant()
    check(sqlite_server, tenant.key, tmp_path, *phases, "--exclude-path-regex=/logs$")


@PHASES
def test_it_holds_within_an_environment_that_exists(sqlite_server, tmp_path, phases):
    project = sqlite_server.tenant().project("fuzzed")
    kinds = [{"kind": kind, "binding": "IT", "name": "it"} for kind in ("kv", "d1")]
    assert project.call("PUT", "/resources", {"resources": kinds}).status == 200
    made = project.live("export default { fetch() { return new Response('still here') } }")
    known = {"project": project.slug, "environment": "staging", "binding": "IT", "deployment": made["id"]}
    parameters = "[parameters]\n" + "".join(f'"path.{name}" = "{text}"\n' for name, text in known.items())
    # What it removes, or replaces by something that does not start, is no test of the others.
    only = "--include-path-regex=/assets|/environments/.*/(resources|secrets|d1|kv|deployments)"
    check(sqlite_server, project.tenant.key, tmp_path, *phases, only, configuration=parameters)
    assert fetch(made["url"]) == (200, "still here")


def check(server, key, folder, *options, configuration=""):
    """Run schemathesis on the server, bounded, and the same at every run."""
    (folder / "schemathesis.toml").write_text(configuration + CONFIGURATION)
    run = subprocess.run(
        [
            SCHEMATHESIS,
            "run",
            f"{server.url}/api/v1/openapi.json",
            f"--checks={CHECKS}",
            "--seed=1",
            # With threads, CPython 3.11's parser of Python fails in what makes the requests.
            "--workers=1",
            f"--request-timeout={_HUNG}",
            "--suppress-health-check=all",
            "--generation-database=none",
            "--warnings=off",
            "--no-color",
            f"--header=Authorization: Bearer {key}",
            *options,
        ],
        cwd=folder,
        env={name: text for name, text in os.environ.items() if not name.startswith("AEROSTACK_")},
        capture_output=True,
        text=True,
        timeout=30 * _HUNG,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Traceback" not in server.log
