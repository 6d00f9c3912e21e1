"""wrangler deploys static assets, with a Worker and without one."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("wrangler")


def test_a_site_without_a_worker_is_deployed_and_only_what_changed_is_sent_again(project):
    project.write("public/index.html", "<h1>one</h1>")
    project.write("public/style.css", "h1 { color: red }")
    project.write("public/_redirects", "/old /style.css 301\n")
    project.configure(main=None, assets={"directory": "public", "not_found_handling": "404-page"})
    said = project.wrangler("deploy")
    assert "Found 2 new or modified static assets to upload" in said
    assert project.visit() == "<h1>one</h1>"
    said = project.wrangler("deploy")
    assert "No updated asset files to upload" in said
    assert project.visit() == "<h1>one</h1>"
    project.write("public/index.html", "<h1>two</h1>")
    said = project.wrangler("deploy")
    assert "Found 1 new or modified static asset to upload" in said
    assert "(1 already uploaded)" in said
    assert project.visit() == "<h1>two</h1>"


def test_a_version_with_assets_is_uploaded_and_deployed(project):
    project.write("public/page.txt", "first")
    project.write("index.js", 'export default { fetch: (request, env) => env.ASSETS.fetch("http://x/page.txt") };')
    project.configure(assets={"directory": "public", "binding": "ASSETS", "run_worker_first": ["/api/*"]})
    project.wrangler("deploy")
    assert project.visit("/page.txt") == project.visit("/api/page") == "first"
    project.write("public/page.txt", "second")
    project.wrangler("versions", "upload")
    assert project.visit("/page.txt") == "first"
    versions = project.account("GET", f"/workers/scripts/{project.name}/versions")["items"]
    project.wrangler("versions", "deploy", f"{versions[0]['id']}@100%", "--yes")
    assert project.visit("/page.txt") == project.visit("/api/page") == "second"


def test_a_worker_in_a_dispatch_namespace_is_deployed_with_assets(project):
    project.write("public/page.txt", project.name)
    project.configure(assets={"directory": "public"})
    project.account("POST", "/workers/dispatch/namespaces", {"name": project.name})
    project.wrangler("deploy", "--dispatch-namespace", project.name)
    path = f"/workers/dispatch/namespaces/{project.name}/scripts/{project.name}"
    assert project.account("GET", path)["script"]["has_assets"] is True
