"""The SDK and what holds data: D1, KV, R2, queues."""

from __future__ import annotations

import hashlib

import httpx
from tests.edge.sdk.conftest import all_valid, valid


def test_databases(sdk, here, name):
    database = valid(sdk.d1.database.create(name=name, **here))
    assert name in [item.name for item in all_valid(sdk.d1.database.list(**here))]
    valid(sdk.d1.database.get(database.uuid, **here))
    (outcome,) = all_valid(sdk.d1.database.query(database.uuid, sql="SELECT ? AS a", params=["x"], **here))
    assert outcome.results == [{"a": "x"}]
    batch = [{"sql": "SELECT 1 AS a"}, {"sql": "SELECT ? AS a", "params": ["2"]}]
    both = all_valid(sdk.d1.database.query(database.uuid, batch=batch, **here))
    assert [outcome.results for outcome in both] == [[{"a": 1}], [{"a": "2"}]]
    all_valid(sdk.d1.database.raw(database.uuid, sql="SELECT 1 AS a", **here))
    valid(sdk.d1.database.time_travel.get_bookmark(database.uuid, **here))
    sdk.d1.database.delete(database.uuid, **here)


def test_a_database_is_imported_and_exported(sdk, here, name):
    database = valid(sdk.d1.database.create(name=name, **here))
    sql = b"CREATE TABLE t (a); INSERT INTO t VALUES (7);"
    etag = hashlib.md5(sql, usedforsecurity=False).hexdigest()
    begun = valid(sdk.d1.database.import_(database.uuid, action="init", etag=etag, **here))
    assert httpx.put(begun.upload_url, content=sql, trust_env=False).status_code == 200
    done = valid(sdk.d1.database.import_(database.uuid, action="ingest", etag=etag, filename=begun.filename, **here))
    assert (done.status, done.result.num_queries) == ("complete", 2)
    dumped = valid(sdk.d1.database.export(database.uuid, output_format="polling", **here))
    assert "INSERT INTO" in httpx.get(dumped.result.signed_url, trust_env=False).text


def test_namespaces(sdk, here, name):
    namespace = valid(sdk.kv.namespaces.create(title=name, **here))
    assert name in [item.title for item in all_valid(sdk.kv.namespaces.list(**here))]
    assert valid(sdk.kv.namespaces.update(namespace.id, title=f"{name}-2", **here)).title == f"{name}-2"
    assert valid(sdk.kv.namespaces.get(namespace.id, **here)).title == f"{name}-2"
    sdk.kv.namespaces.delete(namespace.id, **here)


def test_keys_and_values(sdk, here, name):
    namespace = valid(sdk.kv.namespaces.create(title=name, **here))
    at = {"namespace_id": namespace.id, **here}
    # The SDK declares `value` as text or bytes, and sends bytes only.
    sdk.kv.namespaces.values.update("a/b", value=b"text", metadata={"m": 1}, expiration_ttl=600, **at)
    assert sdk.kv.namespaces.values.get("a/b", **at).read() == b"text"
    assert sdk.kv.namespaces.metadata.get("a/b", **at) == {"m": 1}
    assert [key.name for key in all_valid(sdk.kv.namespaces.keys.list(namespace.id, **here))] == ["a/b"]
    valid(sdk.kv.namespaces.values.delete("a/b", **at))
    put = valid(sdk.kv.namespaces.bulk_update(namespace.id, body=[{"key": "k", "value": "v"}], **here))
    assert put.successful_key_count == 1
    assert valid(sdk.kv.namespaces.bulk_get(namespace.id, keys=["k"], **here)).values == {"k": "v"}
    valid(sdk.kv.namespaces.bulk_delete(namespace.id, body=["k"], **here))
    assert all_valid(sdk.kv.namespaces.keys.list(namespace.id, **here)) == []


def test_buckets(sdk, here, name):
    valid(sdk.r2.buckets.create(name=name, **here))
    changed = valid(sdk.r2.buckets.edit(name, storage_class="InfrequentAccess", **here))
    assert changed.storage_class == "InfrequentAccess"
    assert valid(sdk.r2.buckets.get(name, **here)).storage_class == "InfrequentAccess"
    assert name in [bucket.name for bucket in valid(sdk.r2.buckets.list(per_page=1000, **here)).buckets]
    sdk.r2.buckets.delete(name, **here)


def test_objects(sdk, here, name):
    valid(sdk.r2.buckets.create(name=name, **here))
    objects, at = sdk.r2.buckets.objects, {"bucket_name": name, **here}
    valid(objects.upload("a/b.txt", body=b"content", **at))
    assert objects.get("a/b.txt", **at).read() == b"content"
    assert [item.key for item in all_valid(objects.list(name, **here))] == ["a/b.txt"]
    valid(objects.delete("a/b.txt", **at))
    assert all_valid(objects.list(name, **here)) == []


def test_queues(sdk, here, name, script):
    queue = valid(sdk.queues.create(queue_name=name, **here))
    valid(sdk.queues.update(queue.queue_id, queue_name=name, settings={"delivery_delay": 1}, **here))
    paused = valid(sdk.queues.edit(queue.queue_id, settings={"delivery_paused": True}, **here))
    assert (paused.settings.delivery_delay, paused.settings.delivery_paused) == (1, True)
    valid(sdk.queues.get(queue.queue_id, **here))
    assert name in [item.queue_name for item in all_valid(sdk.queues.list(**here))]
    consumers, of = sdk.queues.consumers, {"queue_id": queue.queue_id, **here}
    consumer = valid(consumers.create(type="worker", script_name=script, **of))
    settings = {"batch_size": 3}
    valid(consumers.update(consumer.consumer_id, type="worker", script_name=script, settings=settings, **of))
    assert valid(consumers.get(consumer.consumer_id, **of)).settings.batch_size == 3
    assert [item.consumer_id for item in all_valid(consumers.list(**of))] == [consumer.consumer_id]
    valid(consumers.delete(consumer.consumer_id, **of))
    valid(sdk.queues.delete(queue.queue_id, **here))


def test_messages(sdk, here, name):
    queue = valid(sdk.queues.create(queue_name=name, **here))
    messages = sdk.queues.messages
    valid(messages.push(queue.queue_id, body="x", content_type="text", **here))
    batch = [{"body": {"n": 1}, "content_type": "json"}, {"body": "y", "content_type": "text", "delay_seconds": 60}]
    sent = valid(messages.bulk_push(queue.queue_id, messages=batch, **here))
    assert sent.metadata.metrics.backlog_count == 3
    valid(sdk.queues.purge.start(queue.queue_id, delete_messages_permanently=True, **here))
    valid(sdk.queues.purge.status(queue.queue_id, **here))
    sent = valid(messages.push(queue.queue_id, body="z", content_type="text", **here))
    assert sent.metadata.metrics.backlog_count == 1
