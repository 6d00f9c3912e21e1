"""Who may decide who belongs to an account."""

from __future__ import annotations

import pytest

PASSWORD = "correct horse battery"


@pytest.fixture
def tenant(sqlite_server):
    return sqlite_server.tenant()


def added(tenant, role, **options):
    address = f"{role}-of-{tenant.slug}@example.com"
    return tenant.call("POST", "/members", {"email": address, "role": role, "password": PASSWORD}, **options)


def test_an_admin_decides_about_everybody_but_owners(tenant):
    (founder,) = tenant.call("GET", "/members").document["items"]
    second = added(tenant, "owner").document
    admin = added(tenant, "admin").document
    key = tenant.key_of(admin["id"])
    assert added(tenant, "viewer", key=key).status == 201

    words = "only an owner may add or remove an owner"
    address = {"email": f"mine-{tenant.slug}@example.com", "role": "owner", "password": PASSWORD}
    refused = tenant.call("POST", "/members", address, key=key)
    assert (refused.status, refused.document["message"]) == (403, words)
    for owner in (founder, second):
        refused = tenant.call("DELETE", f"/members/{owner['id']}", key=key)
        assert (refused.status, refused.document["message"]) == (403, words)
    roles = [item["role"] for item in tenant.call("GET", "/members").document["items"]]
    assert sorted(roles) == ["admin", "owner", "owner", "viewer"]

    owner = tenant.key_of(second["id"])
    assert tenant.call("POST", "/members", address, key=owner).status == 201
    assert tenant.call("DELETE", f"/members/{founder['id']}", key=owner).status == 204
    # A key goes with its user.
    assert tenant.call("DELETE", f"/members/{admin['id']}", key=owner).status == 204
    assert tenant.call("GET", "/members", key=key).status == 401
