"""What holds for every request: how large, in which form, and what is told to browsers."""

from __future__ import annotations

import http.client
import json
import time

import pytest
from tests.server.api.routes import BODIES, routes
from tests.server.servers import form

PATH = {
    "project": "p",
    "environment": "e",
    "deployment": "d",
    "binding": "B",
    "name": "N",
    "key": "k",
    "member": "m",
    "report": "r",
}
OURS = [route for route in routes() if str(route) in BODIES and not route.path.startswith("/cli/")]


@pytest.fixture
def tenant(sqlite_server):
    return sqlite_server.tenant()


@pytest.mark.parametrize("route", OURS, ids=str)
def test_a_body_holds_what_is_documented_and_nothing_else(tenant, route):
    path, good = route.filled(**PATH), BODIES[str(route)]
    refused = tenant.call(route.method, path, {**good, "surprise": 1})
    assert (refused.status, refused.code) == (422, "invalid"), refused.body
    assert refused.document["message"] == "body.surprise: Extra inputs are not permitted"
    for body in (b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe"):
        refused = tenant.call(route.method, path, body=body, headers={"Content-Type": "application/json"})
        assert (refused.status, refused.code) == (422, "invalid"), (body[:10], refused.body)
    nested = tenant.call(route.method, path, body=b"[" * 20_000, headers={"Content-Type": "application/json"})
    assert (nested.status, nested.document["message"]) == (400, "There was an error parsing the body")
    name = next(iter(good))
    for wrong in (7, {}, [[]], True):
        if not (isinstance(good[name], dict) and wrong == {}):
            refused = tenant.call(route.method, path, {**good, name: wrong})
            assert refused.status == 422, (wrong, refused.body)


def test_what_is_wrong_is_not_repeated(tenant):
    password = "hunter2" * 200
    refused = tenant.call("POST", "/members", {"email": "a@example.com", "password": password})
    assert refused.status == 422
    assert b"hunter2" not in refused.body
    assert refused.document["error"]["details"][0]["where"] == "body.password"


def test_a_body_that_is_not_code_is_small(tenant):
    sent = {"name": "x", "padding": "x" * (1024 * 1024)}
    refused = tenant.call("POST", "/projects", sent)
    assert (refused.status, refused.document["message"]) == (413, "the body is larger than 1 MiB")


def test_a_body_that_does_not_say_its_size_is_limited_too(tenant):
    connection = http.client.HTTPConnection("127.0.0.1", tenant.server.port, timeout=30)
    headers = {"Authorization": f"Bearer {tenant.key}", "Content-Type": "application/json"}
    chunks = iter([b'{"name": "', *([b"x" * 65536] * 24), b'"}'])
    connection.request("POST", "/api/v1/projects", body=chunks, headers=headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "too_large")
    connection.close()


def test_a_path_has_an_end(tenant):
    refused = tenant.call("GET", f"/projects/{'x' * 3000}")
    assert (refused.status, refused.code) == (414, "path_too_long")
    refused = tenant.call("GET", f"/projects/{'x' * 101}/environments")
    assert (refused.status, refused.code) == (422, "invalid")


@pytest.mark.parametrize(
    "name", ["", " ", "-", "\u00e9", "a" * 101, "nul\u0000", "line\nfeed", "..", "\u202e"], ids=ascii
)
def test_a_project_s_name_makes_an_address(tenant, name):
    answer = tenant.call("POST", "/projects", {"name": name})
    assert (answer.status, answer.code) == (422, "invalid"), answer.body


@pytest.mark.parametrize("name", ["a b", "-a", "a-", "a.b", "%2e%2e", "a" * 64, "\u00fc".encode().hex("%")])
def test_an_environment_s_name_makes_an_address(tenant, name):
    project = tenant.project("named")
    refused = project.call("PUT", "/secrets", {"secrets": {"A": "b"}}, environment=name.replace(" ", "%20"))
    assert (refused.status, refused.code) in {(422, "invalid"), (404, "not_found")}, refused.body
    assert tenant.call("GET", "/projects/named/environments").document["items"] == []


@pytest.mark.parametrize("route", [route for route in routes() if route.names and route.policy != "public"], ids=str)
def test_a_name_that_no_database_has_is_an_error_of_its_sender(nowhere, route):
    # PostgreSQL refuses a NUL in a text, SQLite does not.
    for place in route.names:
        path = route.filled(**{**PATH, "project": nowhere.slug, place: "a%00b"})
        answer = nowhere.tenant.call(
            route.method, path, BODIES.get(str(route)), headers={"Idempotency-Key": "idempotency"}
        )
        assert answer.status in (404, 422), (place, answer.body)


def test_a_text_in_a_body_that_no_database_has_is_an_error_of_its_sender(server):
    tenant = server.tenant()
    project = tenant.project("nul")
    code = "export default { fetch() { return new Response('x') } }"
    body, kind = form({"env": b"a\0b", "project_id": project.slug.encode()}, {"worker": code.encode()})
    for answer in (
        tenant.call("POST", "/keys", {"name": "k", "project": "a\0b"}),
        tenant.call("POST", "/members", {"email": "a\0b@example.com", "password": "correct horse battery"}),
        tenant.call("POST", "/projects", {"name": "a\0b"}),
        tenant.call("GET", "/cli/project-metadata?project=a%00b"),
        tenant.call("POST", "/cli/deploy", body=body, headers={"Content-Type": kind}),
        project.deploy(code, message="a\0b"),
        project.deploy(code, commit="a\0b"),
        project.call("PUT", "/secrets", {"secrets": {"A\0": "b"}}),
        project.call("PUT", "/resources", {"resources": [{"kind": "kv", "binding": "A", "name": "a\0b"}]}),
    ):
        # SQLite keeps it where it is no name.
        assert answer.status in (201, 404, 422), answer.body


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def nowhere(request):
    return request.getfixturevalue(f"{request.param}_server").tenant().project("nul")


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "bm90IGEgbnVtYmVy", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkgeA==", "%F0%9F"]
)
@pytest.mark.parametrize("path", ["/projects", "/audit"])
def test_a_cursor_is_one_that_we_made(tenant, path, cursor):
    refused = tenant.call("GET", f"{path}?cursor={cursor}")
    assert (refused.status, refused.document["message"]) == (422, "that is no cursor")
    assert refused.document["error"]["hint"] == "take it from `next` of the page before"


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e9"])
def test_a_page_is_bounded(tenant, limit):
    assert tenant.call("GET", f"/projects?limit={limit}").status == 422


def test_pages_follow_each_other(tenant):
    for number in range(5):
        tenant.project(f"p{number}")
    seen, cursor = [], ""
    while True:
        page = tenant.call("GET", f"/projects?limit=2{cursor}").document
        seen += [item["slug"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == ["p0", "p1", "p2", "p3", "p4"]
    assert len(seen) == 5


def test_a_request_is_one_line_of_the_log(tenant):
    answer = tenant.call("GET", "/x%0AGET%20/forged%20200%1b%5b31m%C2%85?secret=y")
    mark = answer.headers["x-request-id"]
    (line,) = [line for line in wait_for_log(tenant.server, mark) if mark in line]
    assert line.startswith("GET /api/v1/x%0AGET%20/forged%20200%1b%5b31m%C2%85 404 ")
    assert not any(line.startswith("GET /forged") for line in tenant.server.log.splitlines())


def wait_for_log(server, mark):
    """The lines of the log, with the one that is written when the answer has been sent already."""
    deadline = time.monotonic() + 60
    while mark not in server.log:
        assert time.monotonic() < deadline, server.log
        time.sleep(0.01)
    return server.log.splitlines()


def test_every_answer_tells_browsers_to_be_careful(tenant):
    for path, status in (("/healthz", 200), ("/api/v1/me", 401), ("/nothing", 404), ("/api/v1/" + "x" * 3000, 414)):
        answer = tenant.server.call("GET", path)
        assert answer.status == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert len(answer.headers["x-request-id"]) == 16
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_every_refusal_has_one_shape(tenant):
    for method, path, status, code in (
        ("GET", "/nothing", 404, "not_found"),
        ("PUT", "/me", 405, "method_not_allowed"),
        ("GET", "/projects/nobody", 404, "project_not_found"),
    ):
        refused = tenant.call(method, path)
        document = refused.document
        assert (refused.status, refused.code) == (status, code)
        assert (document["code"], document["message"]) == (code, document["error"]["message"])
