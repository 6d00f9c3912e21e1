"""More deploys at the same moment than are recorded soon are told when to come again; what is taken is recorded."""

from __future__ import annotations

import socket
import time

SAYS = "export default { fetch() { return new Response('one'); } };"
#: Uploads that a server takes in at the same time.
MOST = 64


def test_uploads_beyond_what_is_taken_in_are_refused_at_once(sqlite_server):
    project = sqlite_server.tenant().project()
    head = (
        f"POST /api/v1{project.path(rest='/deployments')} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        f"Authorization: Bearer {project.tenant.key}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    )
    slow = []
    try:
        for number in range(MOST):
            slow.append(socket.create_connection(("127.0.0.1", sqlite_server.port)))
            slow[-1].sendall(f"{head}Idempotency-Key: slow-upload-{number}\r\n\r\n--b\r\n".encode())
        deadline, answers = time.monotonic() + 20, []
        while not answers or answers[-1].status != 503:
            assert time.monotonic() < deadline, answers[-1].body
            answers.append(project.deploy(SAYS, wait=False))
        refused = answers.pop()
    finally:
        for connection in slow:
            connection.close()
    assert (refused.code, refused.headers["retry-after"]) == ("unavailable", "2")
    assert refused.document["message"] == "too much code is being uploaded at the same time"
    # There is room again when the others are gone.
    deadline = time.monotonic() + 20
    while (made := project.deploy(SAYS)).status == 503:
        assert time.monotonic() < deadline, made.body
    assert made.status == 201
    recorded = {item["id"] for item in project.call("GET", "/deployments?limit=100").document["items"]}
    assert recorded >= {answer.document["id"] for answer in (*answers, made)}
