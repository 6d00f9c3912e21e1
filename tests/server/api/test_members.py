"""Who may decide who belongs to an account."""

from __future__ import annotations

import pytest

PASSWORD = "correct horse battery"


@pytest.fixture
def tenant(server):
    return server.tenant()


def added(tenant, role, **options):
    address = f"{role}-of-{tenant.slug}@example.com"
    return tenant.call("POST", "/members", {"email": address, "role": role, "password": PASSWORD}, **options)


def test_an_admin_decides_about_everybody_but_owners(tenant):
    (founder,) = tenant.call("GET", "/members").document["items"]
    second = added(tenant, "owner").document
    admin = added(tenant, "admin").document
    key = tenant.key_of(admin["id"])
    assert added(tenant, "viewer", key=key).status == 201

    words = "only an owner decides who is an owner"
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


def changed(tenant, member, role, **options):
    return tenant.call("PATCH", f"/members/{member['id']}", {"role": role}, **options)


def test_a_role_is_another_one_from_now_on_and_keys_may_do_no_more(tenant):
    admin = added(tenant, "admin").document
    key = tenant.key_of(admin["id"])
    made = tenant.call("POST", "/keys", {"name": "theirs", "scopes": ["admin"]}, key=key).document
    done = changed(tenant, admin, "member")
    assert (done.status, done.document) == (200, {**admin, "role": "member"})
    assert tenant.call("GET", "/me", key=key).document["key"]["scopes"] == ["read", "deploy"]
    assert tenant.call("GET", "/members", key=key).status == 403
    # Nothing would be left of it.
    assert tenant.call("GET", "/members", key=made["key"]).status == 401
    entry = tenant.call("GET", "/audit").document["items"][0]
    assert (entry["action"], entry["subject"]) == ("member.change", admin["email"])
    assert entry["detail"] == {"role": "member", "before": "admin"}
    # What a key may do does not grow by itself.
    changed(tenant, admin, "owner")
    assert tenant.call("GET", "/me", key=key).document["key"]["scopes"] == ["read", "deploy"]


def test_only_an_owner_decides_who_is_an_owner_and_one_stays(tenant):
    (founder,) = tenant.call("GET", "/members").document["items"]
    admin, viewer = added(tenant, "admin").document, added(tenant, "viewer").document
    key = tenant.key_of(admin["id"])
    assert changed(tenant, viewer, "member", key=key).status == 200
    for member, role in ((viewer, "owner"), (admin, "owner"), (founder, "viewer")):
        refused = changed(tenant, member, role, key=key)
        assert (refused.status, refused.code) == (403, "forbidden")
        assert refused.document["message"] == "only an owner decides who is an owner"
    refused = changed(tenant, founder, "admin")
    assert (refused.status, refused.code) == (409, "last_owner")
    assert changed(tenant, founder, "owner").status == 200
    assert changed(tenant, admin, "owner").status == 200
    assert changed(tenant, founder, "viewer").status == 200
    assert changed(tenant, viewer, "king").status == 422


def test_somebody_new_needs_a_password(tenant):
    address = f"new-{tenant.slug}@example.com"
    refused = tenant.call("POST", "/members", {"email": address})
    assert (refused.status, refused.document["message"]) == (422, f"{address} has no login here yet")
    assert refused.document["error"]["hint"] == "give a first password, of at least 12 characters"
