"""What a user reads when a deploy meets a code, on the edge, which refuses on request what only Cloudflare would."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge
from aerostack_cloudflare.explanations.table import explanation

Run = Callable[..., Any]
TOKENS = "https://dash.cloudflare.com/profile/api-tokens"


@pytest.fixture
def name() -> str:
    return f"e-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def project(tmp_path: Path, name: str) -> Path:
    (tmp_path / "index.js").write_text("export default { fetch() { return new Response('hi') } }")
    (tmp_path / "aerostack.toml").write_text(
        f'name = "{name}"\nmain = "index.js"\ncompatibility_date = "2026-06-01"\n\n[deploy]\nbackend = "cfapi"\n'
    )
    return tmp_path


@pytest.fixture
def deploy(aerostack: Run, edge: RunningEdge, project: Path) -> Callable[..., dict[str, Any]]:
    """The error of a deploy that must fail."""

    def failing(*argv: str, status: int = 1) -> dict[str, Any]:
        done = aerostack("deploy", "--json", *argv, cwd=project, env=dict(edge.environ))
        assert done.status == status, done.stdout + done.stderr
        error = done.document["error"]
        assert isinstance(error, dict)
        return error

    return failing


def bind(project: Path, table: str, **keys: str) -> None:
    with (project / "aerostack.toml").open("a") as file:
        file.write(f"\n[[{table}]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items()))


def test_10063_no_subdomain_is_said_before_anything_is_created(
    deploy: Run, edge: RunningEdge, project: Path, name: str
) -> None:
    bind(project, "kv_namespaces", binding="CACHE")
    label = edge.account("GET", "/workers/subdomain")["subdomain"]
    edge.account("DELETE", "/workers/subdomain")
    try:
        error = deploy()
    finally:
        edge.account("PUT", "/workers/subdomain", {"subdomain": label})
    assert error["message"] == (
        "this account has no workers.dev subdomain yet, so the Worker would have no address (code 10063)"
    )
    assert error["cause"] == "the account has no workers.dev subdomain yet"
    assert error["hint"] == (
        "register one in the Cloudflare dashboard under Workers & Pages, or set workers_dev = false"
    )
    titles = [item["title"] for item in edge.account("GET", "/storage/kv/namespaces?per_page=1000")]
    assert not [title for title in titles if name in title]


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "said"),
    [
        ("PUT", "", 403, 10034, "workers.api.error.email_verification_required"),
        ("POST", "/subdomain", 409, 10063, "You need a workers.dev subdomain"),
    ],
)
def test_a_refused_upload(
    deploy: Run, edge: RunningEdge, name: str, method: str, path: str, status: int, code: int, said: str
) -> None:
    with edge.refusing(method, f"/workers/scripts/{name}{path}", status=status, code=code, message=said):
        error = deploy()
    assert f"{said} (code {code})" in error["message"]
    row = explanation("workers", code)
    assert row is not None
    assert (error["cause"], error["hint"]) == (row.means, row.fix)


@pytest.mark.parametrize("backend", ["cfapi", "wrangler"])
@pytest.mark.parametrize(
    ("status", "code", "said"),
    [(400, 9106, "Authentication failed"), (401, 10001, "Unable to authenticate request")],
)
def test_a_token_that_is_not_understood_says_what_the_next_one_needs(
    deploy: Run, edge: RunningEdge, name: str, status: int, code: int, said: str, backend: str
) -> None:
    with edge.refusing("PUT", f"/workers/scripts/{name}", status=status, code=code, message=said):
        error = deploy("--backend", backend)
    assert said in error["message"]
    row = explanation("workers", code)
    assert row is not None
    assert (error["cause"], error["hint"]) == (
        row.means,
        f"make a new token at {TOKENS} and set CLOUDFLARE_API_TOKEN; "
        "this request needs Account › Workers Scripts › Edit",
    )


@pytest.mark.parametrize(
    ("method", "path", "table", "permission"),
    [
        ("PUT", "/workers/scripts/NAME", None, "Workers Scripts"),
        ("POST", "/d1/database", "d1_databases", "D1"),
        ("POST", "/storage/kv/namespaces", "kv_namespaces", "Workers KV Storage"),
        ("POST", "/r2/buckets", "r2_buckets", "Workers R2 Storage"),
        ("POST", "/queues", "queues.producers", "Queues"),
    ],
)
def test_10000_names_the_permission_that_each_product_needs(
    deploy: Run,
    edge: RunningEdge,
    project: Path,
    name: str,
    method: str,
    path: str,
    table: str | None,
    permission: str,
) -> None:
    if table:
        bind(project, table, binding="THING")
    with edge.refusing(method, path.replace("NAME", name), status=403, code=10000, message="Authentication error"):
        error = deploy()
    assert error["cause"] == "the token is accepted, but lacks the permission for this request"
    assert error["hint"] == (
        f"add Account › {permission} › Edit to the token at {TOKENS}, and check that it covers this account"
    )


@pytest.mark.parametrize("code", [10000, 10013])
def test_an_outage_is_no_matter_of_the_token_whatever_code_it_has(
    deploy: Run, edge: RunningEdge, name: str, code: int
) -> None:
    path = f"/workers/scripts/{name}"
    with edge.refusing("PUT", path, status=503, code=code, message="Authentication error"):
        error = deploy()
    assert error["cause"] == (
        "Cloudflare could not answer: the problem is on its side, not with the token or the project"
    )
    assert error["hint"].startswith("Cloudflare has a problem (https://www.cloudflarestatus.com)")


def test_an_outage_is_none_through_wrangler_either(deploy: Run, edge: RunningEdge, name: str) -> None:
    path = f"/workers/scripts/{name}"
    with edge.refusing("PUT", path, status=503, code=10000, message="Authentication error"):
        error = deploy("--backend", "wrangler")
    assert "Authentication error [code: 10000]" in error["message"]
    assert error["cause"] == (
        "Cloudflare could not answer: the problem is on its side, not with the token or the project"
    )


@pytest.mark.parametrize(
    ("code", "said", "cause"),
    [
        (10034, "workers.api.error.email_verification_required", "the account's e-mail address is not verified"),
        (
            10021,
            "binding DB of type d1 must have a valid `id` specified",
            "the binding `DB` is bound to the D1 database `UUID`, which does not exist in the account",
        ),
    ],
)
def test_what_wrangler_says_in_its_own_words_is_explained_all_the_same(
    deploy: Run, edge: RunningEdge, project: Path, name: str, code: int, said: str, cause: str
) -> None:
    id = edge.account("POST", "/d1/database", {"name": name})["uuid"]
    bind(project, "d1_databases", binding="DB", database_name=name, database_id=id)
    with edge.refusing("PUT", f"/workers/scripts/{name}", status=400, code=code, message=said):
        error = deploy("--backend", "wrangler")
    assert error["cause"] == cause.replace("UUID", id)
    assert error["where"] == ("aerostack.toml:11:15" if code == 10021 else None)


def test_what_the_edge_does_not_serve_is_refused_with_what_to_do(deploy: Run, project: Path) -> None:
    bind(project, "durable_objects.bindings", name="ROOM", class_name="Room", script_name="another")
    error = deploy("--backend", "wrangler")
    said = "A binding to Durable Objects of another Worker is not supported by this edge [code: 19000]"
    assert said in error["message"]
    row = explanation("workers", 19000)
    assert row is not None
    assert (error["cause"], error["hint"]) == (row.means, row.fix)


def test_971_too_many_requests(deploy: Run, edge: RunningEdge, name: str) -> None:
    path = f"/workers/scripts/{name}"
    with edge.refusing("PUT", path, status=429, code=971, message="You have been rate limited"):
        error = deploy()
    assert error["cause"] == "too many requests came from this account in a short time"
    assert error["hint"].startswith("Cloudflare allows 1200 requests in 5 minutes: wait 5 minutes")


def test_a_name_that_d1_does_not_take_is_refused_before_the_account_is_asked(
    deploy: Run, edge: RunningEdge, project: Path
) -> None:
    bind(project, "d1_databases", binding="DB", database_name="my orders!")
    edge.forget()
    error = deploy(status=2)
    assert error["message"] == "no D1 database can be called `my orders!`"
    assert error["hint"] == "use letters, digits, - and _ only"
    assert error["where"] == "aerostack.toml:10:17"
    assert edge.requests() == []
