"""Keys and secrets are in no log, no answer and no file but sealed."""

from __future__ import annotations

import stat

from aerostack_server.database import Database

CODE = "export default { fetch(request, env) { return new Response(String(env.TOKEN.length)) } }"
CANARY = "canary-8d1e7b42f0"


def test_what_is_secret_stays_so_through_a_whole_session(sqlite_server):
    server = sqlite_server
    tenant = server.tenant()
    project = tenant.project("quiet")
    made = tenant.call("POST", "/keys", {"name": "one"}).document
    assert project.call("PUT", "/secrets", {"secrets": {"TOKEN": CANARY}}).status == 204
    deployment = project.live(CODE)
    assert project.call("PUT", "/secrets", {"secrets": {"TOKEN": f"{CANARY}-2"}}).status == 204
    # Whatever fails says no more either, wherever the key or the secret was put.
    seen = [
        project.call("PUT", "/secrets", {"secrets": {"TOKEN": CANARY, "not a name": "x"}}),
        project.call("PUT", "/secrets", {"secrets": {"TOKEN": [CANARY]}}),
        project.call("PUT", "/secrets", {"secrets": {"TOKEN": CANARY}, "more": CANARY}),
        project.deploy("throw new Error('at start')"),
        server.call("GET", f"/api/v1/me?key={made['key']}&secret={CANARY}"),
        tenant.call("GET", "/me", key=f"{made['key']}x"),
    ]
    assert [answer.status for answer in seen] == [422, 422, 422, 422, 401, 401]
    paths = ("", "/secrets", "/deployments", f"/deployments/{deployment['id']}/log", "/resources")
    seen += [project.call("GET", path) for path in paths]
    seen += [tenant.call("GET", path) for path in ("/audit", "/keys", "/me")]
    for text in (CANARY, made["key"], tenant.key, made["key"].rpartition("_")[2]):
        assert all(text.encode() not in answer.body for answer in seen), [answer.body for answer in seen]
        assert text not in server.log
        for file in server.data.rglob("*"):
            if file.is_file():
                assert text.encode() not in file.read_bytes(), file


def test_files_are_the_server_s_alone(sqlite_server):
    files = [*sqlite_server.data.glob("server.db*"), sqlite_server.data / "master.key"]
    assert len(files) > 1
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name


def test_a_secret_is_sealed_in_either_database(server):
    project = server.tenant().project("sealed")
    assert project.call("PUT", "/secrets", {"secrets": {"TOKEN": CANARY}}).status == 204
    database = Database(server.database_url)
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM secrets").all()
    database.engine.dispose()
    assert rows
    assert not any(
        CANARY in str(value) or CANARY.encode() in bytes(str(value), "utf-8") for row in rows for value in row
    )
