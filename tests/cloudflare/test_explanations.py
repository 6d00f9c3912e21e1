"""Cloudflare's codes, explained: the table, the places in aerostack.toml, and the page for users."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from aerostack import project
from aerostack.errors import AerostackError, BundleError, CommandError, RemoteError
from aerostack.model import Bundle, Diagnosis, Module, Project
from aerostack_cloudflare.explanations import TABLE
from aerostack_cloudflare.explanations.explain import explain
from aerostack_cloudflare.explanations.table import explanation

DOCS = Path(__file__).parent.parent.parent / "docs" / "errors.md"
DATABASE = "11111111-2222-3333-4444-555555555555"
NAMESPACE = "0123456789abcdef0123456789abcdef"

TOML = f"""\
name = "shop"
main = "index.js"
compatibility_date = "2026-06-01"

[vars]
LIMIT = "3"

[[d1_databases]]
binding = "ORDERS"
database_id = "{DATABASE}"

[[kv_namespaces]]
binding = "CACHE"
id = "{NAMESPACE}"

[[r2_buckets]]
binding = "FILES"
bucket_name = "shop-files"

[[queues.producers]]
binding = "JOBS"
queue = "shop-jobs"

[[services]]
binding = "AUTH"
service = "auth-worker"

[[services]]
binding = "MAIL"
service = "mail-worker"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    (tmp_path / "index.js").write_text("export default {}")
    (tmp_path / "aerostack.toml").write_text(TOML)
    return project.load(tmp_path / "aerostack.toml", None)


def place(text: str) -> str:
    """Where the value of the line ``text`` stands."""
    lines = TOML.splitlines()
    line = next(line for line in lines if line.startswith(text))
    return f"aerostack.toml:{lines.index(line) + 1}:{line.index('=') + 3}"


def upload(api: Any, answer: httpx.Response) -> RemoteError:
    with pytest.raises(RemoteError) as failure:
        api.will(answer).scripts.upload("shop", metadata={}, modules=())
    return failure.value


def told(diagnosis: Diagnosis | None) -> tuple[str, str | None, str | None]:
    assert diagnosis is not None
    return diagnosis.message, diagnosis.hint, str(diagnosis.where) if diagnosis.where else None


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (
            10021,
            "binding ORDERS of type d1 must have a valid `id` specified",
            (
                f"the binding `ORDERS` is bound to the D1 database `{DATABASE}`, which does not exist in the account",
                "remove database_id there and deploy again to have one created, or write an existing one: a UUID",
                place("database_id"),
            ),
        ),
        (
            10021,
            "binding CACHE of type kv_namespace must have a valid `namespace_id` specified",
            (
                f"the binding `CACHE` is bound to the KV namespace `{NAMESPACE}`, which does not exist in the account",
                "remove id there and deploy again to have one created, or write an existing one: 32 hex digits",
                place("id ="),
            ),
        ),
        (
            10021,
            "binding ELSEWHERE of type d1 must have a database that already exists",
            (
                "the binding `ELSEWHERE` names nothing that exists in the account",
                "add `ELSEWHERE` to aerostack.toml, or correct the id that it has there",
                None,
            ),
        ),
        (
            10021,
            "The binding name 'LIMIT' is used more than once.",
            (
                "two bindings, variables or secrets of the Worker are called `LIMIT`",
                "give one of them another name; a secret is removed with: aerostack secrets delete LIMIT",
                place("LIMIT"),
            ),
        ),
        (
            10021,
            "binding API_KEY of type inherit: there is no 'API_KEY' yet",
            (
                "the secret `API_KEY` is to be kept from the version before, which does not have it",
                "set it: aerostack secrets set API_KEY, with the same --env and --backend",
                None,
            ),
        ),
        (
            10021,
            "Script startup exceeded CPU time limit.",
            (
                "the code computes too long while it is loaded: Cloudflare gives it 1 second before the first request",
                "do the work inside a handler, at the first request, or while building",
                place("main"),
            ),
        ),
        (
            10021,
            "Script startup exceeded memory limits.",
            (
                "the code takes more memory than the 128 MB of a Worker while it is loaded",
                "load large data from R2 or KV at run time",
                place("main"),
            ),
        ),
        (
            10021,
            "Can't set compatibility date in the future: 2030-01-01",
            (
                "Cloudflare does not know this compatibility date yet, or it is no date",
                'write one that is not in the future: compatibility_date = "YYYY-MM-DD"',
                place("compatibility_date"),
            ),
        ),
        (
            10021,
            "The uploaded script has no registered event handlers.",
            (
                "the entry module exports no handler, so nothing could ever call the Worker",
                "export one: export default { fetch(request, env) { … } }",
                place("main"),
            ),
        ),
        (
            10021,
            "Uncaught ReferenceError: process is not defined\n  at index.js:1:1",
            (
                "the code throws while it is loaded, before any request",
                "mend the place that is named, or do that work inside a handler; the version that was live still is",
                None,
            ),
        ),
        (
            10021,
            "something new",
            (
                "Cloudflare checked the Worker and refused it",
                "mend what Cloudflare names, then deploy again; the version that was live still is",
                None,
            ),
        ),
        (
            10181,
            f"D1 binding 'ORDERS' references database '{DATABASE}' which was not found.",
            (
                f"the binding `ORDERS` is bound to the D1 database {DATABASE}, which is not in this account",
                "correct database_id, or remove it and deploy again to have a database created",
                place("database_id"),
            ),
        ),
        (
            10042,
            f"KV namespace '{NAMESPACE}' is not valid.",
            (
                f"the binding `CACHE` is bound to the KV namespace {NAMESPACE}, which is not an id that Cloudflare "
                "gives out",
                "write the id of an existing namespace, 32 hex digits, or remove it and deploy again",
                place("id ="),
            ),
        ),
        (
            10085,
            "R2 bucket 'shop-files' not found. Please use a different name and try again.",
            (
                "the binding `FILES` is bound to the R2 bucket shop-files, which is not in this account",
                "create the R2 bucket first, or correct its name",
                place("bucket_name"),
            ),
        ),
        (
            11000,
            "Queue 'shop-jobs' of binding 'JOBS' not found.",
            (
                "the binding `JOBS` is bound to the queue shop-jobs, which is not in this account",
                "correct the queue's name, or deploy without --no-provision to have it created",
                place("queue ="),
            ),
        ),
        (
            10007,
            "Worker 'mail-worker' not found.",
            (
                "the service binding `MAIL` needs the Worker `mail-worker`, which does not exist in the account",
                "deploy `mail-worker` first, or correct `service`",
                place('service = "mail'),
            ),
        ),
        (
            10007,
            "This Worker does not exist on your account.",
            (
                "a Worker that a service binding needs does not exist in the account; it is one of "
                f"`auth-worker` ({place('service')}), `mail-worker` ({place('service = `mail'.replace('`', chr(34)))})",
                "deploy that Worker first, or correct `service`",
                place("service"),
            ),
        ),
    ],
)
def test_a_refused_upload(
    api: Any, bad: Any, shop: Project, code: int, text: str, expected: tuple[str, str, str | None]
) -> None:
    assert told(explain(upload(api, bad(400, code, text)), shop, None)) == expected


@pytest.mark.parametrize("row", [row for row in TABLE if row.product == "workers"], ids=lambda row: str(row.code))
def test_every_code_of_workers_has_its_row(api: Any, bad: Any, tmp_path: Path, row: Any) -> None:
    """In a project without bindings there is nothing to point at, so the row stands as it is."""
    (tmp_path / "index.js").write_text("export default {}")
    (tmp_path / "aerostack.toml").write_text('name = "shop"\nmain = "index.js"\ncompatibility_date = "2026-06-01"\n')
    bare = project.load(tmp_path / "aerostack.toml", None)
    assert told(explain(upload(api, bad(400, row.code)), bare, None)) == (row.means, row.fix, None)


@pytest.mark.parametrize(
    ("product", "code", "call"),
    [
        ("d1", 7406, lambda c: c.d1.create("x")),
        ("d1", 7502, lambda c: c.d1.create("x")),
        ("kv", 10014, lambda c: c.kv.create("x")),
        ("kv", 10019, lambda c: c.kv.create("x")),
        ("r2", 10004, lambda c: c.r2.create("x")),
        ("r2", 10005, lambda c: c.r2.create("x")),
        ("queues", 11003, lambda c: c.queues.create("x")),
        ("queues", 11004, lambda c: c.queues.create("x")),
        ("queues", 11009, lambda c: c.queues.create("x")),
        ("any", 971, lambda c: c.queues.create("x")),
        ("any", 10429, lambda c: c.d1.create("x")),
    ],
)
def test_the_codes_of_the_other_products(api: Any, bad: Any, shop: Project, product: str, code: int, call: Any) -> None:
    row = next(row for row in TABLE if (row.product, row.code) == (product, code))
    with pytest.raises(RemoteError) as failure:
        call(api.will(bad(400, code)))
    assert told(explain(failure.value, shop, None)) == (row.means, row.fix, None)


@pytest.mark.parametrize(("status", "code"), [(400, 9106), (401, 10001)])
def test_a_token_that_is_not_understood_is_to_be_replaced_by_one_with_the_permission(
    api: Any, bad: Any, shop: Project, status: int, code: int
) -> None:
    row = explanation("d1", code)
    assert row is not None
    with pytest.raises(RemoteError) as failure:
        api.will(bad(status, code)).d1.create("x")
    assert told(explain(failure.value, shop, None)) == (
        row.means,
        f"{row.fix}; this request needs Account › D1 › Edit",
        None,
    )


def test_a_missing_permission_is_named(api: Any, bad: Any, shop: Project) -> None:
    assert told(explain(upload(api, bad(403, 10000, "Authentication error")), shop, None)) == (
        "the token is accepted, but lacks the permission for this request",
        "add Account › Workers Scripts › Edit to the token at https://dash.cloudflare.com/profile/api-tokens, "
        "and check that it covers this account",
        None,
    )


def test_a_narrow_token_that_may_not_list_its_accounts_is_told_what_it_lacks(api: Any, bad: Any, shop: Project) -> None:
    with pytest.raises(RemoteError) as failure:
        api.will(bad(403, 10001, "Unable to authenticate request")).d1.create("x")
    hint = "add Account › D1 › Edit to the token at https://dash.cloudflare.com/profile/api-tokens, "
    assert told(explain(failure.value, shop, None))[1] == f"{hint}and check that it covers this account"


def test_an_outage_is_never_a_matter_of_the_token(api: Any, bad: Any, shop: Project) -> None:
    for code in (10000, 10001, 9106, 10021):
        assert told(explain(upload(api, bad(503, code, "Authentication error")), shop, None)) == (
            "Cloudflare could not answer: the problem is on its side, not with the token or the project",
            "Cloudflare has a problem (https://www.cloudflarestatus.com): try again in a minute",
            None,
        )


def test_a_worker_that_is_too_large_names_its_largest_files(api: Any, bad: Any, shop: Project) -> None:
    sources = {"sources": ["src/index.ts", "node_modules/big/index.js"], "sourcesContent": ["x" * 100, "y" * 3 * 2**20]}
    bundle = Bundle(
        main="index.js",
        modules=(
            Module(name="index.js", content=b"z" * 10, type="esm"),
            Module(name="model.wasm", content=b"w" * 2048, type="wasm"),
            Module(name="index.js.map", content=json.dumps(sources).encode(), type="sourcemap"),
        ),
        digest="0" * 64,
    )
    message, hint, _ = told(explain(upload(api, bad(413, 10027)), shop, bundle))
    assert message == (
        "the Worker is larger than the account's plan allows: 3 MB compressed on the free plan, 10 MB on the paid one; "
        "the largest files in it: node_modules/big/index.js 3.0 MiB, model.wasm 2.0 KiB, src/index.ts 0.1 KiB"
    )
    assert hint == "import less, or load large data from R2 or KV at run time"


@pytest.mark.parametrize(
    ("path", "code", "said", "expected"),
    [
        (
            "/accounts/a/workers/scripts/shop/versions",
            10021,
            "binding ORDERS of type d1 must have a valid `id` specified",
            (
                f"the binding `ORDERS` is bound to the D1 database `{DATABASE}`, which does not exist in the account",
                "remove database_id there and deploy again to have one created, or write an existing one: a UUID",
                place("database_id"),
            ),
        ),
        (
            "/accounts/a/d1/database",
            7502,
            "exists",
            (
                "the account has a D1 database of this name already",
                "use it with --adopt d1/NAME, or give the binding another database_name",
                None,
            ),
        ),
        (
            "/accounts/a/queues",
            10000,
            "Authentication error",
            (
                "the token is not accepted, or lacks a permission for this request",
                "add Account › Queues › Edit to the token at https://dash.cloudflare.com/profile/api-tokens, "
                "and check that it covers this account",
                None,
            ),
        ),
    ],
)
@pytest.mark.parametrize("kind", [RemoteError, CommandError])
def test_wranglers_own_text_is_understood(
    shop: Project, kind: Any, path: str, code: int, said: str, expected: tuple[str, str, str | None]
) -> None:
    text = f"A request to the Cloudflare API ({path}) failed.\n  {said} [code: {code}]"
    message, hint, where = expected
    if code == 10000 and kind is CommandError:
        message += "; or Cloudflare has an outage, which can look the same"
    assert told(explain(kind(text, hint="look above"), shop, None)) == (message, hint, where)


@pytest.mark.parametrize(
    "error",
    [
        AerostackError("no"),
        BundleError("src/index.ts:10021"),
        RemoteError("no answer", status=None),
        RemoteError("unheard of", status=400, remote_code=99999),
    ],
)
def test_what_is_not_cloudflares_is_left_alone(shop: Project, error: AerostackError) -> None:
    assert explain(error, shop, None) is None


def test_no_row_stands_twice() -> None:
    assert len({(row.product, row.code) for row in TABLE}) == len(TABLE)


def test_the_page_for_users_is_the_table() -> None:
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in DOCS.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| \d+ \|", line)
    ]
    wanted = [
        (str(row.code), "every product" if row.product == "any" else row.product, row.means, row.fix)
        for row in sorted(TABLE, key=lambda row: (row.code, row.product))
    ]
    assert rows == wanted
