"""A new master key: nothing stops, and in the end nothing needs the old one."""

from __future__ import annotations

import base64
import os
import time

from tests.server.servers import fetch, running_server

CALLER = "export default { fetch(request, env) { return env.API.fetch(request); } };"
SHOWS = "export default { fetch(request, env) { return new Response(env.TOKEN); } };"


def test_everything_is_sealed_with_the_new_key_and_the_old_one_can_go(edge, tmp_path):
    old, new = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    with running_server(edge, tmp_path, AEROSTACK_SERVER_MASTER_KEY=old) as server:
        tenant = server.tenant()
        api, site = tenant.project("api"), tenant.project("site")
        assert api.call("PUT", "/secrets", {"secrets": {"TOKEN": "one"}}).status == 204
        api.live(SHOWS)
        url = site.live(CALLER, bindings=[{"type": "service", "name": "API", "service": "api"}])["url"]
        assert fetch(url) == (200, "one")
        server.stop()

        server.environ["AEROSTACK_SERVER_MASTER_KEY"] = f"{new},{old}"
        server.start()
        deadline = time.monotonic() + 60
        while "everything is sealed with the first master key" not in server.log:
            assert time.monotonic() < deadline, server.log
            time.sleep(0.05)
        server.stop()

        server.environ["AEROSTACK_SERVER_MASTER_KEY"] = new
        server.start()
        # A Worker that was not deployed since still may call the other.
        assert fetch(url) == (200, "one")
        api.live(SHOWS)
        assert fetch(url) == (200, "one")


def test_without_the_key_of_its_secrets_the_server_says_so_at_once(edge, tmp_path):
    with running_server(edge, tmp_path) as server:
        server.stop()
        server.environ["AEROSTACK_SERVER_MASTER_KEY"] = base64.b64encode(os.urandom(32)).decode()
        try:
            server.start()
        except AssertionError:
            assert "it was sealed with another master key" in server.log
        else:
            raise AssertionError("it started")
