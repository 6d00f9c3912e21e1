"""wrangler's ``versions``, ``deployments``, ``rollback``, ``secret`` and ``tail`` commands."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.xdist_group("wrangler")


def test_a_version_is_uploaded_viewed_deployed_and_rolled_back(project):
    project.wrangler("deploy")
    project.answer("two")
    project.wrangler("versions", "upload", "--tag", "t2", "--message", "second")
    assert project.visit() == "one"
    first, second = (item["id"] for item in project.json("versions", "list", "--json"))
    viewed = project.json("versions", "view", second, "--json")
    assert viewed["annotations"]["workers/tag"] == "t2"
    project.wrangler("versions", "deploy", f"{first}@90%", f"{second}@10%", "--yes")
    shares = project.json("deployments", "status", "--json")["versions"]
    assert sorted(share["percentage"] for share in shares) == [10, 90]
    assert {project.visit() for _ in range(100)} == {"one", "two"}
    project.wrangler("versions", "deploy", f"{second}@100%", "--yes")
    assert project.visit() == "two"
    assert project.json("deployments", "status", "--json")["versions"] == [{"version_id": second, "percentage": 100}]
    project.wrangler("rollback", first, "--yes", "--message", "back")
    assert project.visit() == "one"
    deployed = [
        {share["version_id"] for share in item["versions"]} for item in project.json("deployments", "list", "--json")
    ]
    assert deployed == [{first}, {first, second}, {second}, {first}]
    said = project.wrangler("deployments", "list")
    assert [said.count(f"({share}%)") for share in (10, 90, 100)] == [1, 1, 3]
    assert "Message:     back" in said


def test_secrets_are_set_listed_and_removed(project):
    project.wrangler("deploy")
    project.wrangler("secret", "put", "A", stdin="hush")
    project.write("secrets.json", json.dumps({"B": "b", "C": "c"}))
    project.wrangler("secret", "bulk", "secrets.json")
    project.wrangler("secret", "delete", "B")
    listed = project.json("secret", "list", "--format", "json")
    assert [item["name"] for item in listed] == ["A", "C"]
    project.answer("two")
    project.wrangler("deploy")
    assert [item["name"] for item in project.account("GET", f"/workers/scripts/{project.name}/secrets")] == ["A", "C"]


def test_secrets_of_a_version_are_not_live_until_it_is(project):
    project.wrangler("deploy")
    project.wrangler("versions", "secret", "put", "A", stdin="hush")
    project.write("secrets.json", json.dumps({"B": "b"}))
    project.wrangler("versions", "secret", "bulk", "secrets.json")
    live = project.account("GET", f"/workers/scripts/{project.name}/settings")["bindings"]
    assert live == []
    names = [item["name"] for item in project.account("GET", f"/workers/scripts/{project.name}/secrets")]
    assert names == ["A", "B"]


def test_tail_shows_requests_and_logs_and_is_gone_when_it_ends(project):
    project.write("index.js", 'export default { fetch() { console.log("seen", 1); return new Response("x"); } };')
    project.wrangler("deploy")
    tails = f"/workers/scripts/{project.name}/tails"

    def enough(text: str) -> bool:
        return "Connected" in text and project.visit() == "x" and "(log) seen 1" in text

    said = project.tail("--format", "pretty", until=enough)
    assert "GET http://" in said and " - Ok @ " in said
    assert project.account("GET", tails) == []
    said = project.tail("--format", "json", "--status", "ok", until=lambda text: project.visit() == "x" and "}" in text)
    item = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]
    assert (item["outcome"], item["scriptName"]) == ("ok", project.name)
    assert item["logs"][0]["message"] == ["seen", 1]
