"""Static assets over the API: upload sessions, and the versions that are made of them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
from collections.abc import Mapping
from typing import Any

import pytest
from tests.edge.api.conftest import Api

from aerostack.testing import running_edge

WORKER = 'export default { fetch: (request, env) => env.ASSETS.fetch("http://x/a.txt") };'
BINDING = [{"name": "ASSETS", "type": "assets"}]
TEXT = "text/plain; charset=utf-8"


def hashed(text: str) -> str:
    """A hash as any client may choose it."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Site:
    """Static files of one script."""

    def __init__(self, api: Any, name: str, root: str = "/workers/scripts") -> None:
        self.api = api
        self.name = name
        self.script = f"{root}/{name}"

    def begin(self, files: Mapping[str, str], **manifest: Any) -> Any:
        """Open a session; ``manifest`` replaces what is said of all files."""
        said = {path: {"hash": hashed(text), "size": len(text.encode()), **manifest} for path, text in files.items()}
        return self.api("POST", f"{self.script}/assets-upload-session", json={"manifest": said})

    def send(self, token: str, *texts: str, type: str | None = TEXT) -> Any:
        return self.send_raw(token, *((hashed(text), base64.b64encode(text.encode()), type) for text in texts))

    def send_raw(self, token: str, *parts: tuple[str, bytes, str | None], query: str = "?base64=true") -> Any:
        files = [(hash, (hash, content, type) if type else (hash, content)) for hash, content, type in parts]
        headers = {"Authorization": f"Bearer {token}"}
        return self.api("POST", f"/workers/assets/upload{query}", headers=headers, files=files)

    def uploaded(self, files: Mapping[str, str]) -> str:
        """Send what is missing; the token for a version."""
        session = self.begin(files).result
        missing = [text for text in set(files.values()) if any(hashed(text) in bucket for bucket in session["buckets"])]
        return str(self.send(session["jwt"], *missing).result["jwt"] if missing else session["jwt"])

    def put(self, **metadata: Any) -> Any:
        """Upload a version that has no Worker."""
        parts = {"metadata": (None, json.dumps({"compatibility_date": "2026-01-01", **metadata}), "application/json")}
        return self.api("PUT", self.script, files=parts)

    def visit(self, path: str) -> tuple[int, str]:
        return self.api.visit(self.name, path)


@pytest.fixture
def site(api, name):
    return Site(api, name)


def test_only_missing_files_are_asked_for_and_the_last_one_completes_the_session(site, name):
    session = site.begin({"/a.txt": f"a of {name}", "/b.txt": f"b of {name}", "/again.txt": f"a of {name}"}).result
    (bucket,) = session["buckets"]
    assert sorted(bucket) == sorted([hashed(f"a of {name}"), hashed(f"b of {name}")])
    first = site.send(session["jwt"], f"a of {name}")
    assert (first.status, first.result) == (202, {"jwt": None, "buckets": None})
    assert site.begin({"/a.txt": f"a of {name}", "/b.txt": f"b of {name}"}).result["buckets"] == [
        [hashed(f"b of {name}")]
    ]
    last = site.send(session["jwt"], f"b of {name}")
    assert last.status == 201
    again = site.begin({"/b.txt": f"b of {name}"}).result
    assert again["buckets"] == []
    assert site.put(assets={"jwt": again["jwt"]}).result["has_assets"] is True
    site.api.enable(name)
    assert site.visit("/b.txt") == (200, f"b of {name}")
    assert site.visit("/a.txt")[0] == 404
    assert site.put(assets={"jwt": last.result["jwt"]}).status == 200
    assert site.visit("/again.txt") == (200, f"a of {name}")


def test_a_site_without_a_worker_says_so(site, name):
    answered = site.put(assets={"jwt": site.uploaded({"/index.html": "home"})}).result
    assert (answered["has_assets"], answered["has_modules"], answered["handlers"]) == (True, False, [])
    (listed,) = [script for script in site.api("GET", "/workers/scripts").result if script["id"] == name]
    assert listed["has_assets"] is True
    assert site.api("GET", f"{site.script}/settings").result["bindings"] == []


def test_versions_carry_their_assets_through_splits_and_rollbacks(site, name):
    def upload(text, *, versions):
        assets = {"jwt": site.uploaded({"/a.txt": text})}
        return site.api.upload(name, WORKER, versions=versions, bindings=BINDING, assets=assets).result

    upload("one", versions=False)
    site.api.enable(name)
    (first,) = site.api("GET", f"{site.script}/versions").result["items"]
    second = upload("two", versions=True)
    assert site.visit("/a.txt") == (200, "one")
    split = [{"version_id": first["id"], "percentage": 50}, {"version_id": second["id"], "percentage": 50}]
    assert site.api("POST", f"{site.script}/deployments", json={"versions": split}).status == 200
    answers = {site.visit("/a.txt")[1] for _ in range(40)}
    assert answers == {"one", "two"}
    back = [{"version_id": first["id"], "percentage": 100}]
    assert site.api("POST", f"{site.script}/deployments", json={"versions": back}).status == 200
    assert site.visit("/a.txt") == site.visit("/worker") == (200, "one")


def test_assets_stay_with_changes_that_are_not_about_them(site, name):
    site.api.upload(name, WORKER, bindings=BINDING, assets={"jwt": site.uploaded({"/a.txt": "kept"})})
    site.api.enable(name)
    assert site.api("PUT", f"{site.script}/secrets", json={"name": "S", "text": "x"}).status == 200
    assert site.visit("/worker") == (200, "kept")
    changed = {"compatibility_date": "2026-02-01"}
    assert site.api("PATCH", f"{site.script}/settings", json=changed).status == 200
    assert site.visit("/worker") == (200, "kept")
    assert site.api("PATCH", f"{site.script}/settings", json={"assets": {"config": {}}}).refused == (
        400,
        19000,
        "Changing assets without an upload is not supported by this edge",
    )
    config = {"run_worker_first": True}
    site.api.upload(name, WORKER, bindings=BINDING, keep_assets=True, assets={"config": config})
    assert site.visit("/no.txt") == (200, "kept")
    site.api.upload(name, WORKER, bindings=BINDING, keep_assets=True)
    assert site.visit("/no.txt") == (200, "kept")
    assert site.api.upload(name, 'export default { fetch: () => new Response("bare") };').result["has_assets"] is False
    assert site.visit("/a.txt") == (200, "bare")


def test_a_worker_in_a_dispatch_namespace_has_assets_of_its_own(api, name):
    assert api("POST", "/workers/dispatch/namespaces", json={"name": name}).status == 200
    inside = Site(api, "tenant", f"/workers/dispatch/namespaces/{name}/scripts")
    token = inside.uploaded({"/a.txt": "tenant"})
    foreign = Site(api, "tenant").put(assets={"jwt": token})
    assert foreign.refused == (400, 10021, f"Invalid assets.jwt: it is for another Worker, {name}/tenant")
    assert inside.put(assets={"jwt": token}).result["has_assets"] is True
    code = 'export default { fetch: (request, env) => env.NS.get("tenant").fetch(request) };'
    api.upload(name, code, bindings=[{"name": "NS", "type": "dispatch_namespace", "namespace": name}])
    api.enable(name)
    assert api.visit(name, "/a.txt") == (200, "tenant")
    nowhere = Site(api, "tenant", f"/workers/dispatch/namespaces/{name}-not/scripts")
    assert nowhere.begin({}).refused == (404, 100119, "The dispatch namespace does not exist.")


def test_buckets_hold_as_much_as_fits_into_one_request(site, name):
    many = site.begin({f"/{number}.txt": f"{number} of {name}" for number in range(1001)}).result
    assert [len(bucket) for bucket in many["buckets"]] == [1000, 1]
    large = site.begin({f"/{number}.txt": f"large {number} of {name}" for number in range(3)}, size=25 * 1024 * 1024)
    assert [len(bucket) for bucket in large.result["buckets"]] == [1, 1, 1]


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path, environment):
    with running_edge(tmp_path / "edge", environment) as edge:
        api = Api(edge)
        site = Site(api, "site")
        token = site.begin({"/a.txt": "a", "/b.txt": "b"}).result["jwt"]
        assert site.send(token, "a").status == 202
        live = Site(api, "live")
        assert live.put(assets={"jwt": live.uploaded({"/c.txt": "c"})}).status == 200
        os.kill(edge.pid, signal.SIGKILL)
        api.client.close()
    with running_edge(tmp_path / "edge", environment) as edge:
        api = Api(edge)
        site, live = (Site(api, name) for name in ("site", "live"))
        assert site.begin({"/a.txt": "a", "/b.txt": "b"}).result["buckets"] == [[hashed("b")]]
        done = site.send(token, "b")
        assert done.status == 201
        assert site.put(assets={"jwt": done.result["jwt"]}).status == 200
        for one, path, text in ((site, "/a.txt", "a"), (site, "/b.txt", "b"), (live, "/c.txt", "c")):
            one.api.enable(one.name)
            assert one.visit(path) == (200, text)
        api.client.close()
