"""Static assets, served by Cloudflare's own asset and router Workers in the process of the script."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aerostack_edge.assets import config
from aerostack_edge.model import AssetFile, Assets

TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain", "odd": 'text/odd; a="b\\"', "none": ""}
WORKER = """
import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.headers.get("upgrade") === "websocket") {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.addEventListener("message", ({ data }) => server.send("heard " + data));
      return new Response(null, { status: 101, webSocket: client });
    }
    if (pathname.startsWith("/bound")) return this.env.ASSETS.fetch("http://any/" + pathname.slice(7));
    return new Response("worker " + pathname);
  }
  add(a, b) { return String(a + b); }
}
"""
BINDING = ({"type": "assets", "name": "ASSETS"},)
SITE = {
    "/index.html": "home",
    "/about.html": "about",
    "/shop/index.html": "shop",
    "/404.html": "lost",
    "/a b/ü.txt": "named",
}


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Assets]:
    """Assets with texts by their path; keywords are the configuration, as a client sends it."""
    folder = tmp_path / "blobs"
    folder.mkdir()

    def make(files: Mapping[str, str] = SITE, **said: Any) -> Assets:
        found = {}
        for path, text in files.items():
            name = hashlib.sha256(text.encode()).hexdigest()
            (folder / name).write_text(text)
            content_type = TYPES[path.rpartition(".")[2]]
            found[path] = AssetFile(hash=name[:32], name=name, content_type=content_type)
        return Assets(folder=folder, files=found, config=config.parsed(said))

    return make


async def seen(world: Any, script: str, path: str, **options: Any) -> tuple[int, str]:
    """Status, and the body or where a redirect leads."""
    async with world.request("GET", script, path, **options) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


def test_html_is_found_as_the_configuration_says(play, site):
    async def scenario(world):
        for handling, answers in {
            None: {
                "/": (200, "home"),
                "/about.html": (307, "/about"),
                "/about": (200, "about"),
                "/shop": (307, "/shop/"),
            },
            "force-trailing-slash": {"/about": (307, "/about/"), "/about/": (200, "about"), "/shop/": (200, "shop")},
            "drop-trailing-slash": {"/about/": (307, "/about"), "/shop/": (307, "/shop"), "/shop": (200, "shop")},
            "none": {"/about.html": (200, "about"), "/about": (404, ""), "/": (404, "")},
        }.items():
            await world.deploy("site", None, assets=site(html_handling=handling))
            assert {path: await seen(world, "site", path) for path in answers} == answers

    play(scenario)


def test_what_is_not_found_is_answered_as_the_configuration_says(play, site):
    async def scenario(world):
        for handling, answer in {
            "404-page": (404, "lost"),
            "single-page-application": (200, "home"),
            None: (404, ""),
        }.items():
            await world.deploy("site", None, assets=site(not_found_handling=handling))
            assert await seen(world, "site", "/nowhere") == answer

    play(scenario)


def test_an_answer_has_its_content_type_and_an_etag_that_saves_sending_it_again(play, site):
    async def scenario(world):
        await world.deploy("site", None, assets=site({**SITE, "/x.odd": "odd", "/x.none": "none"}))
        async with world.request("GET", "site", "/a%20b/%C3%BC.txt") as answer:
            assert (answer.status, await answer.text()) == (200, "named")
            assert answer.headers["Content-Type"] == "text/plain"
            assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
            etag = answer.headers["ETag"]
        assert etag == f'"{hashlib.sha256(b"named").hexdigest()[:32]}"'
        async with world.request("GET", "site", "/a%20b/%C3%BC.txt", headers={"If-None-Match": etag}) as answer:
            assert (answer.status, await answer.text()) == (304, "")
        async with world.request("HEAD", "site", "/about") as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        async with world.request("POST", "site", "/about") as answer:
            assert answer.status == 405
        async with world.request("GET", "site", "/x.odd") as answer:
            assert answer.headers["Content-Type"] == TYPES["odd"]
        async with world.request("GET", "site", "/x.none") as answer:
            assert "Content-Type" not in answer.headers

    play(scenario)


def test_redirects_and_headers_apply_to_assets(play, site):
    redirects = "/old /about 301\n/go/:name https://named.example/:name\n/in/* /shop/:splat 200\n"
    headers = "/*\n  X-All: yes\n/about\n  X-One: a\n  X-One: b\n  ! ETag\nhttps://named.example/*\n  X-Host: no\n"

    async def scenario(world):
        await world.deploy("site", None, assets=site(_redirects=redirects, _headers=headers, base_path=None))
        assert await seen(world, "site", "/old?q=1") == (301, "/about?q=1")
        assert await seen(world, "site", "/go/there") == (302, "https://named.example/there")
        assert await seen(world, "site", "/in/index.html") == (307, "/shop/")
        async with world.request("GET", "site", "/about") as answer:
            assert (answer.headers["X-All"], answer.headers["X-One"]) == ("yes", "a, b")
            assert "ETag" not in answer.headers
            assert "X-Host" not in answer.headers
        await world.deploy("site", None, assets=site(base_path="/docs"))
        assert await seen(world, "site", "/docs/about") == (200, "about")
        assert await seen(world, "site", "/about") == (404, "")

    play(scenario)


def test_a_worker_answers_what_is_no_asset_unless_it_runs_first(play, site):
    async def scenario(world):
        def deployed(**said):
            return world.deploy("site", WORKER, bindings=BINDING, assets=site(**said))

        await deployed()
        assert await seen(world, "site", "/about") == (200, "about")
        assert await seen(world, "site", "/nowhere") == (200, "worker /nowhere")
        assert await seen(world, "site", "/bound/shop/") == (200, "shop")
        assert await seen(world, "site", "/bound/none") == (404, "")
        async with world.websocket("site", "/socket") as socket:
            await socket.send_str("hello")
            assert (await socket.receive()).data == "heard hello"
        await deployed(run_worker_first=True)
        assert await seen(world, "site", "/about") == (200, "worker /about")
        await deployed(run_worker_first=["/a*", "!/about"], not_found_handling="single-page-application")
        assert await seen(world, "site", "/about") == (200, "about")
        assert await seen(world, "site", "/a") == (200, "worker /a")
        assert await seen(world, "site", "/nowhere") == (200, "home")
        await deployed(serve_directly=False)
        assert await seen(world, "site", "/about") == (200, "worker /about")

    play(scenario)


def test_a_service_binding_reaches_assets_by_fetch_and_the_worker_by_its_methods(play, site, workerds):
    caller = """export default { async fetch(request, env) {
      if (new URL(request.url).pathname === "/rpc") return new Response(await env.OTHER.add(1, 2));
      return env.OTHER.fetch(request);
    } };"""

    async def scenario(world):
        await world.deploy("other", WORKER, bindings=BINDING, assets=site())
        await world.deploy("caller", caller, bindings=({"type": "service", "name": "OTHER", "service": "other"},))
        # One for each script.
        assert len(workerds()) == 2
        assert await seen(world, "caller", "/about") == (200, "about")
        assert await seen(world, "caller", "/nowhere") == (200, "worker /nowhere")
        assert await seen(world, "caller", "/rpc") == (200, "3")

    play(scenario)


def test_a_schedule_reaches_the_worker_beside_its_assets(play, site):
    async def scenario(world):
        code = "export default { async scheduled({ cron }) { console.log('due', cron); } };"
        await world.deploy("site", code, assets=site())
        await world.runtime.crons.fire("site", "* * * * *", datetime(2026, 5, 5, tzinfo=UTC))
        assert "site: due * * * * *" in world.lines

    play(scenario)


def test_a_file_that_is_gone_from_the_disk_is_an_error_and_not_another_file(play, site):
    async def scenario(world):
        assets = site()
        await world.deploy("site", None, assets=assets)
        (assets.folder / assets.files["/about.html"].name).unlink()
        assert (await seen(world, "site", "/about"))[0] == 500
        assert await seen(world, "site", "/shop/") == (200, "shop")

    play(scenario)
