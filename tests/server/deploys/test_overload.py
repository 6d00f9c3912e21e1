"""More deploys at the same moment than are recorded soon are told when to come again; what is taken is recorded."""

from __future__ import annotations

import contextlib
import socket
import time

from sqlalchemy import delete, insert, select, text

from aerostack_server.database import Database, tables
from aerostack_server.deploys.jobs import STEP

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
        while not answers or answers[-1].status != 429:
            assert time.monotonic() < deadline, answers[-1].body
            answers.append(project.deploy(SAYS, wait=False))
        refused = answers.pop()
    finally:
        for connection in slow:
            connection.close()
    assert (refused.code, refused.headers["retry-after"]) == ("too_many_requests", "2")
    assert refused.document["message"] == "this account uploads too much code at the same time"
    # There is room again when the others are gone.
    deadline = time.monotonic() + 20
    while (made := project.deploy(SAYS)).status == 429:
        assert time.monotonic() < deadline, made.body
    assert made.status == 201
    recorded = {item["id"] for item in project.call("GET", "/deployments?limit=100").document["items"]}
    assert recorded >= {answer.document["id"] for answer in (*answers, made)}


@contextlib.contextmanager
def waiting(project, count):
    """So many deployments of a project that nothing will carry out: there is no job for them."""
    live = project.live(SAYS)["id"]
    database, table = Database(project.tenant.server.database_url), tables.deployments

    def hold(connection):
        row = dict(connection.execute(select(table).where(table.c.id == live)).mappings().one()) | {"status": "queued"}
        own = [{"id": f"{live}-{n}", "number": n, "idempotency_key": f"held-{n}"} for n in range(1000, 1000 + count)]
        connection.execute(insert(table), [row | values for values in own])

    def release(connection):
        connection.execute(delete(table).where(table.c.id.startswith(f"{live}-")))

    try:
        database.write_now(hold)
        yield
    finally:
        database.write_now(release)
        database.engine.dispose()


def test_with_too_many_that_wait_new_ones_are_turned_away(tenant):
    project = tenant.project()
    with waiting(tenant.project("held"), 1000):
        refused = until(project, 503)
        assert (refused.code, refused.headers["retry-after"]) == ("unavailable", "5")
        number, _, said = refused.document["message"].partition(" ")
        assert (int(number) >= 1000, said) == (True, "deployments are waiting")
    assert until(project, 202).document["status"] == "queued"


def test_what_waits_of_one_account_leaves_room_for_what_another_sends(server):
    flood, other = server.tenant(), server.tenant().project()
    with waiting(flood.project("held"), 600):
        refused = until(flood.project(), 429)
        assert (refused.code, refused.headers["retry-after"]) == ("too_many_requests", "5")
        number, _, said = refused.document["message"].partition(" ")
        assert (int(number) >= 600, said) == (True, "deployments of this account are waiting")
        assert {other.deploy(SAYS, wait=False).status for _ in range(10)} <= {201, 202}


@contextlib.contextmanager
def noted(server):
    """How far behind its time each job stands that is asked for in the block: a function that reads it."""
    database = Database(server.database_url)

    def run(*statements):
        database.write_now(lambda connection: [connection.execute(text(statement)) for statement in statements])

    def read():
        return database.read_now(lambda connection: connection.scalars(text("SELECT behind FROM noted")).all())

    run(
        "CREATE TABLE noted (behind INTEGER)",
        "CREATE TRIGGER note AFTER INSERT ON jobs BEGIN INSERT INTO noted VALUES (NEW.place - NEW.run_after); END",
    )
    try:
        yield read
    finally:
        run("DROP TRIGGER note", "DROP TABLE noted")
        database.engine.dispose()


def test_who_has_many_waiting_stands_behind_others(sqlite_server):
    flood, other = sqlite_server.tenant(), sqlite_server.tenant().project()
    project = flood.project()
    first = project.live(SAYS)["number"]
    with waiting(flood.project("held"), 400), noted(sqlite_server) as behind:
        time.sleep(0.2)  # for as long as what was counted last is good enough
        project.live(SAYS)
        project.call("POST", f"/deployments/{first}/rollback", headers={"Idempotency-Key": "back-again"})
        other.live(SAYS)
        deployed, rolled_back, of_other = behind()
    # The second may see the first one waiting.
    assert deployed == 400 * STEP
    assert rolled_back in (400 * STEP, 401 * STEP)
    assert of_other == 0


def test_a_rollback_of_who_has_too_many_waiting_is_turned_away(server):
    flood = server.tenant()
    project = flood.project()
    first = project.live(SAYS)["number"]
    with waiting(flood.project("held"), 600):
        time.sleep(0.2)
        refused = project.call("POST", f"/deployments/{first}/rollback", headers={"Idempotency-Key": "back-again"})
        assert (refused.status, refused.headers["retry-after"]) == (429, "5")


def until(project, status):
    """The first answer to a deploy that has the status: how many wait is not counted at each."""
    deadline = time.monotonic() + 20
    while (answer := project.deploy(SAYS, wait=False)).status != status:
        assert time.monotonic() < deadline, answer.body
    return answer
