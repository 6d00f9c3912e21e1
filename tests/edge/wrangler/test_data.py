"""wrangler's ``whoami``, ``kv``, ``r2`` and ``queues`` commands."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.xdist_group("wrangler")


def test_whoami_names_the_account(project):
    assert project.environment["CLOUDFLARE_ACCOUNT_ID"] in project.wrangler("whoami")


def test_a_namespace_and_its_keys(project):
    project.wrangler("kv", "namespace", "create", project.name)
    project.wrangler("kv", "namespace", "rename", project.name, "--new-name", f"{project.name}-2")
    (namespace,) = (item for item in project.json("kv", "namespace", "list") if project.name in item["title"])
    assert namespace["title"] == f"{project.name}-2"
    at = ("--namespace-id", namespace["id"], "--remote")
    project.wrangler("kv", "key", "put", "a/b", "text", "--metadata", '{"m":1}', "--ttl", "3600", *at)
    assert project.wrangler("kv", "key", "get", "a/b", *at).rstrip("\n").endswith("text")
    pairs = [{"key": "k1", "value": "v1"}, {"key": "k2", "value": "djI=", "base64": True, "metadata": {"n": 2}}]
    project.write("pairs.json", json.dumps(pairs))
    project.wrangler("kv", "bulk", "put", "pairs.json", *at)
    keys = project.json("kv", "key", "list", *at)
    assert [key["name"] for key in keys] == ["a/b", "k1", "k2"]
    assert keys[0]["metadata"] == {"m": 1}
    project.write("names.json", json.dumps(["k1", "k2"]))
    assert "v2" in project.wrangler("kv", "bulk", "get", "names.json", *at)
    project.wrangler("kv", "bulk", "delete", "names.json", "--force", *at)
    project.wrangler("kv", "key", "delete", "a/b", *at)
    path = f"/storage/kv/namespaces/{namespace['id']}"
    assert project.account("GET", f"{path}/keys") == []
    project.wrangler("kv", "namespace", "delete", "--namespace-id", namespace["id"], "--skip-confirmation")
    namespaces = project.account("GET", "/storage/kv/namespaces?per_page=1000")
    assert namespace["id"] not in [item["id"] for item in namespaces]


def test_a_bucket_and_its_objects(project):
    # wrangler lists the first twenty in the order of their names, whatever there is.
    name = f"0-{project.name}"
    project.wrangler("r2", "bucket", "create", name)
    assert name in project.wrangler("r2", "bucket", "list")
    project.wrangler("r2", "bucket", "update", "storage-class", name, "-s", "InfrequentAccess")
    assert "InfrequentAccess" in project.wrangler("r2", "bucket", "info", name)
    project.write("object.txt", "content\n")
    at = f"{name}/folder/object.txt"
    project.wrangler("r2", "object", "put", at, "--file", "object.txt", "--content-type", "text/x-test", "--remote")
    (found,) = project.account("GET", f"/r2/buckets/{name}/objects")
    assert (found["key"], found["http_metadata"]["contentType"]) == ("folder/object.txt", "text/x-test")
    project.wrangler("r2", "object", "get", at, "--file", "back.txt", "--remote")
    assert (project.folder / "back.txt").read_text() == "content\n"
    project.wrangler("r2", "object", "delete", at, "--remote")
    project.wrangler("r2", "bucket", "delete", name)
    buckets = project.account("GET", "/r2/buckets?per_page=1000")["buckets"]
    assert name not in [bucket["name"] for bucket in buckets]


def test_a_queue_and_its_consumer(project):
    project.wrangler("queues", "create", project.name)
    assert project.name in project.wrangler("queues", "list")
    project.wrangler("deploy")
    project.wrangler("queues", "consumer", "add", project.name, project.name, "--batch-size", "7")
    assert f"worker:{project.name}" in project.wrangler("queues", "info", project.name)
    (queue,) = project.account("GET", f"/queues?name={project.name}")
    assert queue["consumers"][0]["settings"]["batch_size"] == 7
    project.wrangler("queues", "consumer", "remove", project.name, project.name)
    project.wrangler("queues", "update", project.name, "--delivery-delay-secs", "3")
    project.wrangler("queues", "pause-delivery", project.name)
    path = f"/queues/{queue['queue_id']}"
    settings = project.account("GET", path)["settings"]
    assert (settings["delivery_delay"], settings["delivery_paused"]) == (3, True)
    project.wrangler("queues", "resume-delivery", project.name)
    project.account("POST", f"{path}/messages", {"body": "x"})
    project.wrangler("queues", "purge", project.name, "--force")
    metrics = project.account("POST", f"{path}/messages", {"body": "y"})["metadata"]["metrics"]
    assert metrics["backlog_count"] == 1
    project.wrangler("queues", "delete", project.name)
    assert project.account("GET", f"/queues?name={project.name}") == []
