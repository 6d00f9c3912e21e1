"""Cloudflare's Python SDK, whose models come from Cloudflare's own schema, drives the account.

The SDK never checks what it gets, so every object it returns is validated against its model here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from cloudflare import Cloudflare

from aerostack.testing import RunningEdge

CODE = b'export default { fetch() { return new Response("hello"); } };'


def valid(item: Any) -> Any:
    """The object, once its own model has taken what it holds."""
    type(item).model_validate(item.model_dump(mode="json", by_alias=True, exclude_unset=True))
    return item


def all_valid(items: Iterable[Any]) -> list[Any]:
    return [valid(item) for item in items]


@pytest.fixture(scope="module")
def sdk(edge: RunningEdge) -> Iterator[Cloudflare]:
    with Cloudflare(
        api_token=edge.environ["CLOUDFLARE_API_TOKEN"],
        base_url=edge.environ["CLOUDFLARE_API_BASE_URL"],
        http_client=httpx.Client(trust_env=False),
        max_retries=0,
    ) as client:
        yield client


@pytest.fixture
def here(edge: RunningEdge) -> dict[str, str]:
    return {"account_id": edge.environ["CLOUDFLARE_ACCOUNT_ID"]}


@pytest.fixture
def name() -> str:
    return f"s-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def script(sdk: Cloudflare, here: dict[str, str], name: str) -> str:
    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01"}
    files = [("index.js", CODE, "application/javascript+module")]
    valid(sdk.workers.scripts.update(name, metadata=metadata, files=files, **here))
    return name


def test_the_account(sdk, here):
    assert valid(sdk.user.tokens.verify()).status == "active"
    assert [account.id for account in all_valid(sdk.accounts.list())] == [here["account_id"]]
    assert valid(sdk.workers.subdomains.get(**here)).subdomain


def test_databases(sdk, here, name):
    database = valid(sdk.d1.database.create(name=name, **here))
    assert name in [item.name for item in all_valid(sdk.d1.database.list(**here))]
    valid(sdk.d1.database.get(database.uuid, **here))
    (outcome,) = all_valid(sdk.d1.database.query(database.uuid, sql="SELECT ? AS a", params=["x"], **here))
    assert outcome.results == [{"a": "x"}]
    all_valid(sdk.d1.database.raw(database.uuid, sql="SELECT 1 AS a", **here))
    valid(sdk.d1.database.time_travel.get_bookmark(database.uuid, **here))
    sdk.d1.database.delete(database.uuid, **here)


def test_namespaces(sdk, here, name):
    namespace = valid(sdk.kv.namespaces.create(title=name, **here))
    assert name in [item.title for item in all_valid(sdk.kv.namespaces.list(**here))]
    at = {"namespace_id": namespace.id, **here}
    # The third: the SDK declares `value` as text or bytes, and sends bytes only.
    sdk.kv.namespaces.values.update("a/b", value=b"text", **at)
    assert sdk.kv.namespaces.values.get("a/b", **at).read() == b"text"
    assert [key.name for key in all_valid(sdk.kv.namespaces.keys.list(namespace.id, **here))] == ["a/b"]
    valid(sdk.kv.namespaces.bulk_update(namespace.id, body=[{"key": "k", "value": "v"}], **here))
    valid(sdk.kv.namespaces.bulk_get(namespace.id, keys=["k"], **here))
    valid(sdk.kv.namespaces.bulk_delete(namespace.id, body=["k"], **here))
    sdk.kv.namespaces.delete(namespace.id, **here)


def test_buckets_and_queues(sdk, here, name):
    valid(sdk.r2.buckets.create(name=name, **here))
    valid(sdk.r2.buckets.get(name, **here))
    assert name in [bucket.name for bucket in valid(sdk.r2.buckets.list(per_page=1000, **here)).buckets]
    sdk.r2.buckets.delete(name, **here)
    queue = valid(sdk.queues.create(queue_name=name, **here))
    valid(sdk.queues.get(queue.queue_id, **here))
    assert name in [item.queue_name for item in all_valid(sdk.queues.list(**here))]
    valid(sdk.queues.delete(queue.queue_id, **here))


def test_workers(sdk, here, script):
    assert script in [item.id for item in all_valid(sdk.workers.scripts.list(**here))]
    valid(sdk.workers.scripts.settings.get(script, **here))
    valid(sdk.workers.scripts.script_and_version_settings.get(script, **here))
    valid(sdk.workers.scripts.secrets.update(script, name="S", text="hush", type="secret_text", **here))
    assert [secret.name for secret in all_valid(sdk.workers.scripts.secrets.list(script, **here))] == ["S"]
    valid(sdk.workers.scripts.subdomain.create(script, enabled=True, **here))
    valid(sdk.workers.scripts.subdomain.get(script, **here))
    valid(sdk.workers.scripts.schedules.update(script, body=[{"cron": "*/5 * * * *"}], **here))
    valid(sdk.workers.scripts.schedules.get(script, **here))
    tail = valid(sdk.workers.scripts.tail.create(script, **here))
    valid(sdk.workers.scripts.tail.delete(tail.id, script_name=script, **here))
    sdk.workers.scripts.delete(script, **here)


def test_versions_and_deployments(sdk, here, script):
    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01"}
    files = [("index.js", CODE, "application/javascript+module")]
    # Two exceptions: pydantic cannot build the SDK's own models of what `create` and `get` return (ResourcesBindings).
    versions = sdk.workers.scripts.versions
    uploaded = versions.with_raw_response.create(script, metadata=metadata, files=files, **here).json()["result"]
    newest, _ = all_valid(sdk.workers.scripts.versions.list(script, **here))
    assert newest.id == uploaded["id"]
    got = versions.with_raw_response.get(newest.id, script_name=script, **here).json()["result"]
    assert got == uploaded
    wanted = [{"version_id": newest.id, "percentage": 100}]
    deployments = sdk.workers.scripts.deployments
    made = valid(deployments.create(script, strategy="percentage", versions=wanted, **here))
    got = valid(deployments.get(made.id, script_name=script, **here))
    assert [share.version_id for share in got.versions] == [newest.id]
    # The SDK looks for a page of `items` where Cloudflare answers with `deployments`.
    listed = deployments.with_raw_response.list(script, **here).json()["result"]["deployments"]
    assert listed[0]["id"] == made.id


def test_dispatch_namespaces(sdk, here, name):
    namespaces = sdk.workers_for_platforms.dispatch.namespaces
    valid(namespaces.create(name=name, **here))
    files = [("index.js", CODE, "application/javascript+module")]
    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01"}
    valid(namespaces.scripts.update("tenant", dispatch_namespace=name, metadata=metadata, files=files, **here))
    assert valid(namespaces.scripts.get("tenant", dispatch_namespace=name, **here)).dispatch_namespace == name
    assert valid(namespaces.get(name, **here)).script_count == 1
    assert name in [item.namespace_name for item in all_valid(namespaces.list(**here))]
    namespaces.delete(name, **here)


def test_domains(sdk, here, script):
    host = f"{script}.example.com"
    domain = valid(sdk.workers.domains.update(hostname=host, service=script, **here))
    assert [item.id for item in all_valid(sdk.workers.domains.list(service=script, **here))] == [domain.id]
    sdk.workers.domains.delete(domain.id, **here)


def test_a_refusal_has_cloudflares_code(sdk, here):
    with pytest.raises(Exception, match="10007") as refused:
        sdk.workers.scripts.settings.get("no-such-worker", **here)
    assert json.loads(refused.value.response.content)["errors"][0]["code"] == 10007
