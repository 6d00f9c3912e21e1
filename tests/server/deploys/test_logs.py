"""Live logs, as server-sent events."""

from __future__ import annotations

import http.client
import json
import time

import pytest
from tests.server.servers import fetch

TALKS = """export default { fetch(request) {
  const { pathname } = new URL(request.url);
  console.log("seen", pathname);
  if (pathname === "/bad") throw new Error("broken");
  return new Response("ok");
} };"""


@pytest.fixture
def stream(server):
    opened = {}

    def open_stream(tenant, path):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", f"/api/v1{path}", headers={"X-API-Key": tenant.key})
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
        assert answer.readline() == b": watching\n"
        opened[answer] = connection
        return answer

    open_stream.leave = lambda answer: opened[answer].close()
    yield open_stream
    for connection in opened.values():
        connection.close()


def event(answer):
    """The next one."""
    while not (line := answer.readline()).startswith(b"data: "):
        assert line
    return json.loads(line.removeprefix(b"data: "))


def test_every_request_is_shown_with_what_it_logged_and_threw(tenant, stream):
    project = tenant.project()
    url = project.live(TALKS)["url"]
    answer = stream(tenant, project.path(rest="/logs"))
    fetch(f"{url}/one")
    item = event(answer)
    assert item["outcome"] == "ok"
    assert item["event"]["request"]["url"] == f"{url}/one"
    assert item["logs"][0]["message"] == ["seen", "/one"]
    fetch(f"{url}/bad")
    item = event(answer)
    assert (item["outcome"], item["exceptions"][0]["message"]) == ("exception", "broken")


def test_a_filter_leaves_the_rest_out(tenant, stream):
    project = tenant.project()
    url = project.live(TALKS)["url"]
    answer = stream(tenant, project.path(rest="/logs?filter=SEEN%22%2C%22%2Ftwo"))
    fetch(f"{url}/one")
    fetch(f"{url}/two")
    assert event(answer)["event"]["request"]["url"] == f"{url}/two"


def test_who_leaves_is_forgotten(tenant, stream):
    project = tenant.project()
    url = project.live(TALKS)["url"]
    answer = stream(tenant, project.path(rest="/logs"))
    fetch(url)
    event(answer)

    server = tenant.server
    base = f"/workers/dispatch/namespaces/{server.namespace}/scripts"

    def tails():
        names = [item["id"] for item in server.edge.account("GET", base)]
        return [tail for name in names for tail in server.edge.account("GET", f"{base}/{name}/tails")]

    assert len(tails()) == 1
    stream.leave(answer)
    answer.close()
    deadline = time.monotonic() + 60
    while tails():
        assert time.monotonic() < deadline
        fetch(url)
        time.sleep(0.05)


def test_what_is_not_live_has_no_logs(tenant):
    project = tenant.project()
    project.call("PUT", "/secrets", {"secrets": {"A": "1"}})
    refused = project.call("GET", "/logs")
    assert (refused.status, refused.code) == (404, "deployment_not_found")
