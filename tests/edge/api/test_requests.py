"""What the edge offers to tests: a log of requests, refusals on request, and an account without a subdomain."""

from __future__ import annotations

from aerostack.testing import RunningEdge, fetch, serial_rounds
from aerostack_edge.requests import RequestLog


def test_requests_are_logged_without_the_values_of_their_queries(api, edge: RunningEdge):
    edge.forget()
    api("GET", "/d1/database?name=confidential&page=1")
    api("GET", "/nowhere")
    logged = edge.requests()
    assert [(entry["method"], entry["status"]) for entry in logged] == [("GET", 200), ("GET", 404)]
    assert logged[0]["path"].endswith("/d1/database")
    assert logged[0]["query"] == ["name", "page"]
    assert "confidential" not in str(logged)
    assert logged[0]["sequence"] < logged[1]["sequence"]
    assert logged[0]["started"] <= logged[0]["ended"] <= logged[1]["started"]
    assert serial_rounds(logged) == 2
    edge.forget()
    assert edge.requests() == []


def test_what_was_under_way_when_the_log_was_emptied_is_not_in_it():
    log = RequestLog()
    before = log.begin()
    log.clear()
    after = log.begin()
    log.end(before, "GET", "/before", (), 200)
    log.end(after, "GET", "/after", (), 200)
    assert [entry.path for entry in log.entries()] == ["/after"]


def test_the_edge_refuses_what_a_test_wants_refused_and_nothing_else(api, edge):
    with edge.refusing("GET", "/d1/database", status=429, code=971, message="slow down"):
        assert api("GET", "/d1/database").refused == (429, 971, "slow down")
        assert api("GET", "/d1/database/x").refused[1] == 7404
        assert api("GET", "/queues").status == 200
    assert api("GET", "/d1/database").status == 200


def test_a_refusal_that_is_no_refusal_is_refused(api):
    wanted = {"method": "GET", "path": "/", "status": 200, "code": 1, "message": "fine"}
    reason = "The request is malformed: status must be a number from 400 to 599, and code one"
    assert api.at("PUT", f"{api.root}/_edge/refusal", json=wanted).refused == (400, 7400, reason)


def test_without_a_subdomain_no_worker_has_an_address(api, name):
    api.upload(name, "export default { fetch() { return new Response('x') } }")
    api.enable(name)
    url = api("GET", f"/workers/workers/{name}").result["subdomain"]["url"]
    label = api("GET", "/workers/subdomain").result["subdomain"]
    api("DELETE", "/workers/subdomain")
    try:
        assert api("GET", "/workers/subdomain").refused[:2] == (404, 10007)
        assert api("GET", f"/workers/workers/{name}").result["subdomain"]["url"] is None
        needed = (400, 10063, "You need a workers.dev subdomain in order to proceed.")
        assert api("POST", f"/workers/scripts/{name}/subdomain", json={"enabled": True}).refused == needed
        assert fetch(url)[0] >= 400
    finally:
        api("PUT", "/workers/subdomain", json={"subdomain": label})
    assert fetch(url) == (200, b"x")
