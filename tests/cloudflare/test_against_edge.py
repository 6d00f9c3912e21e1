"""The client against a real account: the edge, and the Workers that run in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from aerostack.errors import (
    AerostackError,
    AuthError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RemoteError,
)
from aerostack.http import Client, parallel
from aerostack.model import Module, Secret
from aerostack.testing import RunningEdge, fetch
from aerostack_cloudflare.account import Cloudflare, accounts
from aerostack_cloudflare.credentials import Credentials

CODE = b"""
export default {
  async fetch(request, env) {
    const row = await env.DB.prepare("select n from t").first();
    return Response.json({ n: row.n, cached: await env.CACHE.get("k"), secret: env.KEY ?? null });
  },
};
"""


@pytest.fixture
def cloudflare(edge: RunningEdge) -> Iterator[Cloudflare]:
    credentials = Credentials(Secret(edge.environ["CLOUDFLARE_API_TOKEN"]), None, "the edge")
    with Cloudflare.open(credentials, edge.environ["CLOUDFLARE_API_BASE_URL"]) as account:
        yield account


@pytest.fixture
def name() -> str:
    """A name that no other test uses: all share one account."""
    return f"t-{uuid.uuid4().hex[:12]}"


def test_the_account_is_discovered_and_the_token_is_good(cloudflare: Cloudflare, edge: RunningEdge) -> None:
    assert cloudflare.account_id == edge.environ["CLOUDFLARE_ACCOUNT_ID"]
    assert cloudflare.tokens.verify().status == "active"
    assert cloudflare.subdomain.get()


def test_a_wrong_token_and_a_foreign_account_are_refused(edge: RunningEdge) -> None:
    address = edge.environ["CLOUDFLARE_API_BASE_URL"]
    with Client(address, token=Secret("wrong-wrong-wrong-wrong")) as http, pytest.raises(AuthError):
        accounts(http)
    foreign = Client(address, token=Secret(edge.environ["CLOUDFLARE_API_TOKEN"]))
    with foreign, pytest.raises(PermissionDeniedError, match="listing the D1 databases needs the permission D1 Read"):
        Cloudflare(foreign, "f" * 32).d1.list()


def test_databases(cloudflare: Cloudflare, name: str) -> None:
    d1 = cloudflare.d1
    assert d1.get(name) is None
    made = d1.create(name)
    assert d1.get(name) == d1.get(made.id) == made
    assert made in d1.list()
    with pytest.raises(ConflictError) as failure:
        d1.create(name)
    assert (failure.value.remote_code, failure.value.applied) == (7502, False)
    created, inserted, selected = d1.query(
        made.id, "create table t (n integer); insert into t values (7); select n from t"
    )
    assert selected.rows == ({"n": 7},)
    assert inserted.meta["changes"] == 1
    assert created.rows == ()
    assert d1.query(made.id, "select n + ? as m from t", [3])[0].rows == ({"m": 10},)
    with pytest.raises(RemoteError, match="querying the D1 database"):
        d1.query(made.id, "selec")
    d1.delete(made.id)
    assert d1.get(name) is None
    assert d1.get(made.id) is None


def test_namespaces_keys_and_values(cloudflare: Cloudflare, name: str) -> None:
    kv = cloudflare.kv
    assert kv.find(name) is None
    made = kv.create(name)
    assert kv.find(name) == kv.get(made.id) == made
    with pytest.raises(ConflictError):
        kv.create(name)
    kv.put(made.id, "a/b c%", b"\x00\xff")
    kv.put(made.id, "z", b"1", ttl=3600, metadata='{"a": 1}')
    assert kv.value(made.id, "a/b c%") == b"\x00\xff"
    assert kv.value(made.id, "none") is None
    assert [(key.name, key.expiration is None) for key in kv.keys(made.id)] == [("a/b c%", True), ("z", False)]
    assert [key.name for key in kv.keys(made.id, "a/")] == ["a/b c%"]
    kv.delete_key(made.id, "z")
    assert kv.value(made.id, "z") is None
    kv.delete(made.id)
    assert kv.get(made.id) is None


def test_buckets_and_objects(cloudflare: Cloudflare, name: str) -> None:
    r2 = cloudflare.r2
    assert r2.get(name) is None
    made = r2.create(name)
    assert r2.get(name) == made
    assert made in r2.list()
    with pytest.raises(ConflictError):
        r2.create(name)
    r2.put_object(name, "a/b c.txt", b"hello", type="text/plain")
    assert r2.object(name, "a/b c.txt") == b"hello"
    assert r2.object(name, "none") is None
    assert [(item.key, item.size) for item in r2.objects(name, "a/")] == [("a/b c.txt", 5)]
    r2.delete_object(name, "a/b c.txt")
    r2.delete(name)
    assert r2.get(name) is None


def test_queues(cloudflare: Cloudflare, name: str) -> None:
    queues = cloudflare.queues
    assert queues.find(name) is None
    made = queues.create(name)
    assert queues.find(name) == made
    assert made in queues.list()
    with pytest.raises(ConflictError):
        queues.create(name)
    queues.delete(made.id)
    assert queues.find(name) is None


def test_a_worker_is_uploaded_runs_and_goes(cloudflare: Cloudflare, name: str) -> None:
    scripts = cloudflare.scripts
    assert (scripts.settings(name), scripts.deployments(name), scripts.versions(name)) == (None, (), ())
    assert scripts.worker(name) is None
    database, namespace = parallel(lambda: cloudflare.d1.create(name), lambda: cloudflare.kv.create(name))
    cloudflare.d1.query(database.id, "create table t (n integer); insert into t values (7)")
    cloudflare.kv.put(namespace.id, "k", b"v")
    metadata = {
        "main_module": "index.js",
        "compatibility_date": "2026-01-01",
        "bindings": [
            {"name": "DB", "type": "d1", "id": database.id},
            {"name": "CACHE", "type": "kv_namespace", "namespace_id": namespace.id},
        ],
        "keep_bindings": ["secret_text", "secret_key"],
        "annotations": {"workers/tag": "as1:hash:nonce"},
    }
    uploaded = scripts.upload(name, metadata=metadata, modules=[Module(name="index.js", content=CODE, type="esm")])
    assert scripts.deployments(name)[0].versions == ((uploaded.version_id, 100),)
    (version,) = scripts.versions(name)
    assert (version.id, version.annotations["workers/tag"]) == (uploaded.version_id, "as1:hash:nonce")
    assert scripts.version(name, uploaded.version_id).id == uploaded.version_id
    settings = scripts.settings(name)
    assert settings is not None
    assert settings.compatibility_date == "2026-01-01"
    assert {binding["name"]: binding["type"] for binding in settings.bindings} == {"DB": "d1", "CACHE": "kv_namespace"}
    assert scripts.set_subdomain(name, enabled=True, previews_enabled=False).enabled
    assert scripts.subdomain(name).enabled
    scripts.put_secret(name, "KEY", Secret("hush-hush"))
    assert scripts.secrets(name) == ("KEY",)
    worker = scripts.worker(name)
    assert worker is not None
    assert worker.enabled
    assert worker.url is not None
    assert fetch(worker.url) == (200, b'{"n":7,"cached":"v","secret":"hush-hush"}')
    scripts.delete_secret(name, "KEY")
    assert scripts.secrets(name) == ()
    scripts.delete(name)
    assert scripts.settings(name) is None
    with pytest.raises(NotFoundError):
        scripts.delete(name)


def test_a_script_that_throws_at_start_is_refused_with_its_reason(cloudflare: Cloudflare, name: str) -> None:
    module = Module(name="index.js", content=b'throw new Error("no config");', type="esm")
    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01"}
    with pytest.raises(AerostackError) as failure:
        cloudflare.scripts.upload(name, metadata=metadata, modules=[module])
    assert isinstance(failure.value, RemoteError)
    assert (failure.value.remote_code, failure.value.applied) == (10021, False)
    assert "no config" in failure.value.message
    assert cloudflare.scripts.settings(name) is None
