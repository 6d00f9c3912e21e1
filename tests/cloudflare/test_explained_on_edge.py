"""Each code that the edge can be brought to answer with, provoked on it, and explained."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import AerostackError
from aerostack.http import Client
from aerostack.model import Diagnosis, Module, Project, Secret
from aerostack.testing import RunningEdge
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.explanations.explain import explain

UNKNOWN_UUID = "6e1c2f0a-9d3b-4c58-8a77-2b0f1d9e4c31"
UNKNOWN_HEX = "9f2c4e1ab07d483692cf51d0e8b7a634"
CODE = b"export default { fetch() { return new Response('hi') } }"


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    (tmp_path / "index.js").write_bytes(CODE)
    (tmp_path / "aerostack.toml").write_text(
        f'''name = "shop"
main = "index.js"
compatibility_date = "2026-06-01"

[[d1_databases]]
binding = "ORDERS"
database_name = "an unusual name"
database_id = "{UNKNOWN_UUID}"

[[kv_namespaces]]
binding = "SESSIONS"
id = "{UNKNOWN_HEX}"

[[services]]
binding = "MAIL"
service = "nobody-here"
'''
    )
    return project.load(tmp_path / "aerostack.toml", None)


@pytest.fixture
def name() -> str:
    return f"x-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def cloudflare(edge: RunningEdge) -> Iterator[Cloudflare]:
    with Client(edge.environ["CLOUDFLARE_API_BASE_URL"], token=Secret(edge.environ["CLOUDFLARE_API_TOKEN"])) as http:
        yield Cloudflare(http, edge.environ["CLOUDFLARE_ACCOUNT_ID"])


def explained(call: Callable[[], object], shop: Project, code: int) -> Diagnosis:
    with pytest.raises(AerostackError) as refused:
        call()
    assert getattr(refused.value, "remote_code", None) == code, refused.value.message
    diagnosis = explain(refused.value, shop, None)
    assert diagnosis is not None
    return diagnosis


def upload(cloudflare: Cloudflare, name: str, *bindings: dict[str, object], code: bytes = CODE) -> Callable[[], object]:
    metadata = {"main_module": "index.js", "compatibility_date": "2026-06-01", "bindings": list(bindings)}
    return lambda: cloudflare.scripts.upload(
        name, metadata=metadata, modules=(Module(name="index.js", content=code, type="esm"),)
    )


def test_7400_a_name_that_d1_does_not_take(cloudflare: Cloudflare, shop: Project) -> None:
    found = explained(lambda: cloudflare.d1.create("an unusual name"), shop, 7400)
    assert found.message == "D1 does not take this name for a database"
    assert str(found.where) == "aerostack.toml:8:15"


def test_7404_a_database_that_is_not_there(cloudflare: Cloudflare, shop: Project) -> None:
    found = explained(lambda: cloudflare.d1.query(UNKNOWN_UUID, "select 1"), shop, 7404)
    assert found.message == (
        f"the binding `ORDERS` is bound to the D1 database {UNKNOWN_UUID}, which is not in this account"
    )
    assert str(found.where) == "aerostack.toml:8:15"


def test_7502_and_10014_names_that_are_taken(cloudflare: Cloudflare, shop: Project, name: str) -> None:
    cloudflare.d1.create(name)
    assert "a D1 database of this name already" in explained(lambda: cloudflare.d1.create(name), shop, 7502).message
    cloudflare.kv.create(name)
    assert "a KV namespace of this" in explained(lambda: cloudflare.kv.create(name), shop, 10014).message


def test_10013_a_namespace_that_is_not_there(cloudflare: Cloudflare, shop: Project) -> None:
    found = explained(lambda: cloudflare.kv.put(UNKNOWN_HEX, "k", b"v"), shop, 10013)
    assert found.message == "there is no KV namespace with this id in the account"


def test_10007_a_worker_that_is_not_there(cloudflare: Cloudflare, shop: Project, name: str) -> None:
    found = explained(lambda: cloudflare.scripts.put_secret(name, "A", Secret("hush")), shop, 10007)
    assert "Worker" in found.message


def test_10021_a_binding_without_a_valid_id_whatever_its_name(cloudflare: Cloudflare, shop: Project, name: str) -> None:
    call = upload(cloudflare, name, {"type": "d1", "name": "ORDERS", "id": "YOUR_D1_ID"})
    found = explained(call, shop, 10021)
    assert "`ORDERS`" in found.message
    assert str(found.where) == "aerostack.toml:8:15"
    assert found.hint


def test_10021_code_that_throws_while_it_is_loaded(cloudflare: Cloudflare, shop: Project, name: str) -> None:
    call = upload(cloudflare, name, code=b"throw new Error('not today'); export default {}")
    assert explained(call, shop, 10021).message == "the code throws while it is loaded, before any request"


def test_a_service_that_is_not_there_is_named(cloudflare: Cloudflare, shop: Project, name: str) -> None:
    call = upload(cloudflare, name, {"type": "service", "name": "MAIL", "service": "nobody-here"})
    found = explained(call, shop, 10143)
    assert found.message == (
        "the service binding `MAIL` needs the Worker `nobody-here`, which does not exist in the account"
    )
    assert str(found.where) == "aerostack.toml:16:11"


def test_10027_a_worker_that_is_too_large(cloudflare: Cloudflare, shop: Project, name: str) -> None:
    code = b"//" + b"x" * (101 * 1024 * 1024)
    assert "large" in explained(upload(cloudflare, name, code=code), shop, 10027).message


def test_10000_a_token_that_is_not_accepted(edge: RunningEdge, shop: Project) -> None:
    with Client(edge.environ["CLOUDFLARE_API_BASE_URL"], token=Secret("not-the-token-0123456789")) as http:
        stranger = Cloudflare(http, edge.environ["CLOUDFLARE_ACCOUNT_ID"])
        found = explained(lambda: stranger.d1.list(), shop, 10000)
    assert found.message == "the token is not accepted: it is wrong, has expired or was revoked"


def test_an_account_that_the_token_does_not_cover(edge: RunningEdge, shop: Project) -> None:
    with Client(edge.environ["CLOUDFLARE_API_BASE_URL"], token=Secret(edge.environ["CLOUDFLARE_API_TOKEN"])) as http:
        foreign = Cloudflare(http, "f" * 32)
        with pytest.raises(AerostackError) as refused:
            foreign.d1.list()
    found = explain(refused.value, shop, None)
    assert found is not None and found.hint
