"""Sending to a queue over the API, and emptying it."""

from __future__ import annotations

import pytest


@pytest.fixture
def messages(api, name):
    queue = api("POST", "/queues", json={"queue_name": name}).result["queue_id"]
    return f"/queues/{queue}/messages"


def test_messages_are_counted_and_purged(api, messages):
    assert api("POST", messages, json={"body": {"n": 1}}).result["metadata"]["metrics"]["backlog_count"] == 1
    batch = {"messages": [{"body": "a", "content_type": "text"}, {"body": "b"}], "delay_seconds": 5}
    metrics = api("POST", f"{messages}/batch", json=batch).result["metadata"]["metrics"]
    assert (metrics["backlog_count"], metrics["backlog_bytes"]) == (3, len('{"n": 1}' + "a" + '"b"'))
    purge = messages.replace("/messages", "/purge")
    asked = (400, 7400, "The request is malformed: delete_messages_permanently must be true")
    assert api("POST", purge, json={}).refused == asked
    assert api("POST", purge, json={"delete_messages_permanently": True}).result["queue_name"]
    assert api("POST", messages, json={"body": 1}).result["metadata"]["metrics"]["backlog_count"] == 1


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("", {"body": "x", "content_type": "v8"}, "content_type must be json or text"),
        ("", {"body": 1, "content_type": "text"}, "body must be a string"),
        ("", {"body": 1, "delay_seconds": -1}, "body or delay_seconds cannot be: A delay is at most 86400 seconds"),
        ("", {"body": "x" * 130_000}, "A message has at most 128000 bytes"),
        ("/batch", {}, "messages must be a list, and not empty"),
        ("/batch", {"messages": [1]}, "a message must be an object"),
        ("/batch", {"messages": [{"body": 1}] * 101}, "A batch has at most 100 messages"),
    ],
)
def test_what_a_queue_does_not_take_is_refused(api, messages, path, body, why):
    assert api("POST", f"{messages}{path}", json=body).refused == (400, 7400, f"The request is malformed: {why}")
