"""Secrets and variables, databases and keys of an environment."""

from __future__ import annotations

import pytest
from tests.server.servers import fetch

#: One browser and one server for all of them.
pytestmark = pytest.mark.xdist_group("dashboard")


SECRETIVE = (
    "export default { fetch(_, env) { return new Response(JSON.stringify([env.TOKEN, env.LINES, env.GREETING])) } }"
)


@pytest.fixture(scope="module")
def store(owner):
    """A project with a database, a namespace and a variable."""
    project = owner.project("Store")
    kinds = [{"kind": "kv", "binding": "CACHE", "name": "cache"}, {"kind": "d1", "binding": "DB", "name": "db"}]
    assert project.call("PUT", "/resources", {"resources": kinds}).status == 200
    project.live(SECRETIVE, bindings=[{"type": "plain_text", "name": "GREETING", "text": "from the file"}])
    return project


def test_a_secret_is_set_and_never_shown(signed_in, store):
    page = "/projects/store/environments/staging/secrets"
    signed_in.open(page)
    signed_in.type("Name", "TOKEN")
    signed_in.type("Value", "geheim-1")
    signed_in.press("Set it")
    assert signed_in.path == page
    signed_in.type("Lines", '# of mine\nexport LINES="geheim-2\\ntwo"\nGREETING=geheim-3 # not this')
    signed_in.press("Set them")
    assert fetch(live(store)) == (200, '["geheim-1","geheim-2\\ntwo","geheim-3"]')
    for path in ("", "/secrets", "/resources", "/deployments/1", "/logs"):
        signed_in.open(f"/projects/store/environments/staging{path}")
        assert "geheim" not in signed_in.driver.page_source
    signed_in.open(page)
    signed_in.photograph("secrets")
    assert all(name in signed_in.text for name in ("TOKEN", "LINES", "GREETING"))
    signed_in.type("Lines", "GOOD=geheim-4\nno line at all")
    signed_in.press("Set them")
    assert signed_in.refusal == "line 2 is not of the form NAME=value\nnothing was set"
    assert "geheim" not in signed_in.driver.page_source
    assert "422" in " ".join(signed_in.complaints())
    signed_in.open("/audit")
    assert "secrets.change" in signed_in.text
    assert "geheim" not in signed_in.driver.page_source
    signed_in.open(page)
    signed_in.agree("[aria-label='Delete GREETING']", "Delete GREETING? The live Worker has it no more.")
    assert "from the file" in fetch(live(store))[1]


def test_the_console_runs_sql(signed_in, store):
    signed_in.open("/projects/store/environments/staging/resources")
    signed_in.photograph("resources")
    signed_in.follow("Console")
    assert "sqlite_schema" in signed_in.field("SQL").get_attribute("value")
    signed_in.type("SQL", "CREATE TABLE t (a, b); INSERT INTO t VALUES ('<i>x</i>', NULL); SELECT * FROM t")
    signed_in.one("main form button").click()
    signed_in.until(lambda: "1 row\n" in signed_in.one("#result").text)
    assert "<i>x</i> NULL" in signed_in.one("#result").text
    signed_in.photograph("console")
    signed_in.type("SQL", "SELECT absent")
    signed_in.one("main form button").click()
    assert "no such column: absent" in signed_in.until(
        lambda: signed_in.driver.find_elements("css selector", "[role=alert]") and signed_in.refusal
    )
    assert signed_in.field("SQL").get_attribute("value") == "SELECT absent"
    assert "422" in " ".join(signed_in.complaints())
    paste(signed_in, f"SELECT '{'x' * 2_000_000}'")
    signed_in.one("main form button").click()
    signed_in.until(lambda: signed_in.refusal == "That is more than the server takes at once.")
    assert "413" in " ".join(signed_in.complaints())
    paste(signed_in, "SELECT hex(zeroblob(3000)) AS long")
    signed_in.one("main form button").click()
    signed_in.until(lambda: "0… (6000 characters)" in signed_in.one("#result").text)
    # What went wrong before is over.
    assert not signed_in.driver.find_elements("css selector", "[role=alert]")


def paste(browser, text):
    """Into the console, without a stroke of a key for each letter."""
    browser.driver.execute_script("arguments[0].value = arguments[1]", browser.field("SQL"), text)


def test_keys_are_browsed_and_written(signed_in, store):
    for number in range(3):
        assert store.call("PUT", f"/kv/CACHE/values/user:{number}", body=f"value {number}".encode()).status == 204
    assert store.call("PUT", "/kv/CACHE/values/blob", body=b"\xff\xfe").status == 204
    signed_in.open("/projects/store/environments/staging/resources")
    signed_in.one("[aria-label='Keys of CACHE']").click()
    signed_in.until(lambda: "KV namespace" in signed_in.text)
    signed_in.type("Keys that begin with", "user:")
    signed_in.press("Show")
    assert "blob" not in signed_in.text
    signed_in.follow("user:1")
    assert signed_in.one("#edited").get_attribute("value") == "value 1"
    signed_in.photograph("keys-of-a-namespace")
    signed_in.type("7 bytes", "changed")
    signed_in.press("Save the value")
    assert store.call("GET", "/kv/CACHE/values/user:1").body == b"changed"
    signed_in.follow("blob")
    assert "2 bytes that are no text." in signed_in.text
    signed_in.type("Key", "odd key?/&")
    signed_in.type("Value", "odd")
    signed_in.press("Write it")
    signed_in.follow("odd key?/&")
    assert signed_in.one("#edited").get_attribute("value") == "odd"
    signed_in.photograph("value-of-a-key")
    signed_in.agree("[aria-label='Delete odd key?/&']", "Delete the key odd key?/& and its value?")
    assert "odd key" not in signed_in.text


def test_what_a_worker_does_is_seen_live(signed_in, owner):
    project = owner.project("Talker")
    project.live("export default { fetch() { console.log('<b>hello</b>', 7); return new Response('ok') } }")
    signed_in.open("/projects/talker/environments/staging/logs")
    signed_in.until(lambda: "Watching." in signed_in.text)
    assert fetch(live(project))[0] == 200
    signed_in.until(lambda: "log: <b>hello</b> 7" in signed_in.text)
    assert "GET http" in signed_in.text
    signed_in.photograph("log")


def live(project):
    return project.call("GET", "").document["url"]
