"""Logging a program in through a browser, as RFC 8628 says."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.identity import devices
from aerostack_server.problems import Problem


@pytest.fixture
def tenant(sqlite_server):
    return sqlite_server.tenant()


@pytest.fixture
def database(sqlite_server):
    database = Database(sqlite_server.database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def begun(sqlite_server):
    answer = sqlite_server.call("POST", "/api/v1/device/code", {"client_name": "aerostack on host"})
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    return answer.document


def claim(server, begun):
    return server.call("POST", "/api/v1/device/token", {"device_code": begun["device_code"]})


def decide(database, tenant, begun, approve):
    (member,) = tenant.call("GET", "/members").document["items"]

    def work(connection):
        devices.decide(connection, begun["user_code"], account=tenant.id, user=member["id"], approve=approve)

    database.write_now(work)


def test_a_login_begins_with_a_code_to_type(sqlite_server, begun, database):
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", begun["user_code"])
    assert begun["verification_uri"] == f"{sqlite_server.url}/device"
    assert begun["verification_uri_complete"] == f"{sqlite_server.url}/device?code={begun['user_code']}"
    assert (begun["expires_in"], begun["interval"]) == (600, 2)
    typed = begun["user_code"].lower().replace("-", " ")
    assert database.write_now(lambda connection: devices.pending(connection, typed)) == "aerostack on host"


def test_who_waits_is_told_to_and_who_hurries_to_slow_down(sqlite_server, begun):
    waiting = claim(sqlite_server, begun)
    assert (waiting.status, waiting.document) == (400, {"error": "authorization_pending"})
    assert claim(sqlite_server, begun).document == {"error": "slow_down"}


def test_an_address_has_only_so_many_logins_that_wait(sqlite_server, database, tenant):
    def begin(place):
        headers = {"X-Forwarded-For": place, "Content-Type": "application/json"}
        return sqlite_server.call("POST", "/api/v1/device/code", body=b"{}", headers=headers)

    first = begin("203.0.113.7")
    assert [begin("203.0.113.7").status for _ in range(49)] == [200] * 49
    refused = begin("203.0.113.7")
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    assert refused.document["message"] == "too many logins from your address wait for somebody to approve them"
    assert begin("203.0.113.8").status == 200
    # One that has come to its end waits no more.
    decide(database, tenant, first.document, approve=True)
    assert claim(sqlite_server, first.document).status == 200
    assert begin("203.0.113.7").status == 200


def test_an_approved_login_gives_one_key(sqlite_server, begun, database, tenant):
    decide(database, tenant, begun, approve=True)
    answer = claim(sqlite_server, begun)
    assert (answer.status, list(answer.document)) == (200, ["key"])
    assert answer.headers["cache-control"] == "no-store"
    me = sqlite_server.call("GET", "/api/v1/me", key=answer.document["key"]).document
    assert me["account"]["id"] == tenant.id
    assert me["user"]["email"] == f"{tenant.slug}@example.com"
    assert re.fullmatch(rf"{tenant.slug}@example\.com, aerostack on host \(\w{{4}}\)", me["key"]["name"])
    assert claim(sqlite_server, begun).document == {"error": "expired_token"}
    with pytest.raises(Problem, match="there is no such login"):
        decide(database, tenant, begun, approve=True)


def test_a_login_gives_one_key_to_whoever_asks_at_the_same_moment(server):
    tenant, database = server.tenant(), Database(server.database_url)
    for _ in range(5):
        begun = server.call("POST", "/api/v1/device/code", {"client_name": "many"}).document
        decide(database, tenant, begun, approve=True)
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _, begun=begun: claim(server, begun), range(8)))
        assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    database.engine.dispose()


def test_a_denied_login_gives_none(sqlite_server, begun, database, tenant):
    decide(database, tenant, begun, approve=False)
    answer = claim(sqlite_server, begun)
    assert (answer.status, answer.document) == (400, {"error": "access_denied"})


def test_a_login_expires(sqlite_server, begun, database, tenant):
    code = tables.device_logins.c.user_code == begun["user_code"]
    past = update(tables.device_logins).where(code).values(expires_at=clock.now() - 1)
    database.write_now(lambda connection: connection.execute(past))
    assert claim(sqlite_server, begun).document == {"error": "expired_token"}
    with pytest.raises(Problem, match="there is no such login"):
        decide(database, tenant, begun, approve=True)


def test_codes_that_nobody_was_given_are_expired(sqlite_server):
    answer = sqlite_server.call("POST", "/api/v1/device/token", {"device_code": "guess"})
    assert (answer.status, answer.document) == (400, {"error": "expired_token"})
