"""The log of requests that tests and benchmarks count with."""

from __future__ import annotations

from aerostack.testing import RunningEdge, serial_rounds


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
