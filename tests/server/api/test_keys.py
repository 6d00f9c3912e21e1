"""Keys: shown once, recognised, and ended."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update
from tests.server.servers import Tenant

from aerostack_server import clock
from aerostack_server.database import Database, tables


@pytest.fixture
def tenant(sqlite_server):
    return sqlite_server.tenant()


def status(tenant, key):
    return tenant.call("GET", "/me", key=key).status


def test_a_key_is_shown_once_and_kept_as_a_hash(tenant):
    made = tenant.call("POST", "/keys", {"name": "ci", "scopes": ["deploy", "read"], "expires_in": 1}).document
    assert re.fullmatch(r"aero_acct_[0-9a-z]{16}_[0-9A-Za-z]{38}", made["key"])
    assert (made["name"], made["scopes"], made["project_id"]) == ("ci", ["read", "deploy"], None)
    assert made["expires_at"] > made["created_at"]
    listed = tenant.call("GET", "/keys")
    assert made["id"] in {item["id"] for item in listed.document["items"]}
    assert made["key"].encode() not in listed.body
    secret = made["key"].rpartition("_")[2].encode()
    for file in tenant.server.data.glob("server.db*"):
        assert secret not in file.read_bytes()


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key", "X-Aerostack-Key"])
def test_a_key_is_taken_from_where_clients_put_it(tenant, header):
    value = f"bearer {tenant.key}" if header == "Authorization" else tenant.key
    answer = tenant.call("GET", "/me", key=None, headers={header: value})
    assert answer.document["account"] == {"id": tenant.id, "name": tenant.slug, "slug": tenant.slug}


def test_what_is_no_key_is_refused_in_one_way(tenant):
    revoked = tenant.call("POST", "/keys", {"name": "r"}).document
    assert tenant.call("DELETE", f"/keys/{revoked['id']}").status == 204
    key = tenant.key
    other = tenant.call("POST", "/keys", {"name": "o"}).document["key"]
    swapped = key[:27] + other[27:]
    wrong = [
        revoked["key"],
        key[:-1] + ("a" if key[-1] != "a" else "b"),
        key[:-1],
        key + "a",
        key.upper(),
        swapped,
        key.replace("acct", "proj"),
        "aero_acct__",
        "x" * 5000,
        "\u00e9\u00ff",
        "a b c",
    ]
    bodies = {tenant.call("GET", "/me", key=item).body for item in wrong}
    assert {status(tenant, item) for item in wrong} == {401}
    assert len(bodies) == 1
    assert status(tenant, key) == 200


def test_a_revoked_key_is_gone_at_once(tenant):
    made = tenant.call("POST", "/keys", {"name": "gone"}).document
    assert status(tenant, made["key"]) == 200
    assert tenant.call("DELETE", f"/keys/{made['id']}").status == 204
    assert status(tenant, made["key"]) == 401
    again = tenant.call("DELETE", f"/keys/{made['id']}")
    assert (again.status, again.code) == (404, "key_not_found")
    assert made["id"] not in {item["id"] for item in tenant.call("GET", "/keys").document["items"]}


def test_a_key_ends_when_it_expires(tenant):
    made = tenant.call("POST", "/keys", {"name": "short", "expires_in": 1}).document
    assert status(tenant, made["key"]) == 200
    database = Database(tenant.server.database_url)
    past = update(tables.keys).where(tables.keys.c.id == made["id"]).values(expires_at=clock.now() - 1)
    database.write_now(lambda connection: connection.execute(past))
    database.engine.dispose()
    assert status(tenant, made["key"]) == 401


def test_the_use_of_a_key_is_noted(tenant):
    made = tenant.call("POST", "/keys", {"name": "used"}).document
    assert made["last_used_at"] is None
    assert status(tenant, made["key"]) == 200
    seen = {item["id"]: item for item in tenant.call("GET", "/keys").document["items"]}
    for _ in range(100):
        if seen[made["id"]]["last_used_at"]:
            break
        seen = {item["id"]: item for item in tenant.call("GET", "/keys").document["items"]}
    assert seen[made["id"]]["last_used_at"]


def test_a_member_who_leaves_takes_their_keys_along(tenant: Tenant):
    member = tenant.call("POST", "/members", {"email": f"m@{tenant.slug}.example", "password": "a long password"})
    assert member.status == 201, member.body
    made = tenant.call("POST", "/keys", {"name": "theirs"}).document
    database = Database(tenant.server.database_url)
    theirs = update(tables.keys).where(tables.keys.c.id == made["id"]).values(user_id=member.document["id"])
    database.write_now(lambda connection: connection.execute(theirs))
    assert status(tenant, made["key"]) == 200
    assert tenant.call("DELETE", f"/members/{member.document['id']}").status == 204
    assert status(tenant, made["key"]) == 401
    with database.engine.connect() as connection:
        rows = connection.execute(select(tables.keys.c.id).where(tables.keys.c.id == made["id"])).all()
    database.engine.dispose()
    assert rows == []


def test_an_account_keeps_an_owner(tenant):
    (owner,) = tenant.call("GET", "/members").document["items"]
    refused = tenant.call("DELETE", f"/members/{owner['id']}")
    assert (refused.status, refused.code) == (409, "last_owner")
    assert refused.document["error"]["hint"] == "add another owner first"
    again = tenant.call("POST", "/members", {"email": owner["email"]})
    assert (again.status, again.code) == (409, "member_exists")


def test_what_is_done_is_in_the_audit_log_without_a_key(tenant):
    made = tenant.call("POST", "/keys", {"name": "noted"}).document
    tenant.call("DELETE", f"/keys/{made['id']}")
    page = tenant.call("GET", "/audit?limit=1")
    entry = page.document["items"][0]
    assert (entry["action"], entry["subject"], entry["actor"]) == (
        "key.revoke",
        "noted",
        {"kind": "key", "name": "tests"},
    )
    following = tenant.call("GET", f"/audit?limit=1&cursor={page.document['next']}")
    assert following.document["items"][0]["action"] == "key.create"
    assert made["key"].encode() not in page.body + following.body
