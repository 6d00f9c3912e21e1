"""Queues over the API: what they are, not yet what they carry."""

from __future__ import annotations

import pytest


def test_a_queue_is_created_read_changed_listed_and_deleted(api, name):
    created = api("POST", "/queues", json={"queue_name": name, "settings": {"delivery_delay": 3}}).result
    assert created["queue_name"] == name
    assert created["settings"]["delivery_delay"] == 3
    assert created["consumers"] == created["producers"] == []
    path = f"/queues/{created['queue_id']}"
    assert api("GET", path).result == created
    assert api("GET", f"/queues?page=1&name={name}&name=other").result == [created]
    assert api("GET", f"/queues?page=2&name={name}").result == []
    changed = api("PATCH", path, json={"settings": {"delivery_paused": True}}).result
    assert changed["settings"] == created["settings"] | {"delivery_paused": True}
    assert api("DELETE", path).result is None
    assert api("GET", path).refused == (404, 11000, f"The queue {created['queue_id']} could not be found")


def test_a_queue_name_is_used_once(api, name):
    api("POST", "/queues", json={"queue_name": name})
    expected = (409, 11009, f"A queue with the name {name} already exists")
    assert api("POST", "/queues", json={"queue_name": name}).refused == expected


@pytest.mark.parametrize("bad", ["", "A", "-a", "a_b", "x" * 64, None])
def test_a_bad_queue_name_is_refused(api, bad):
    reason = "A queue name has 1 to 63 of a-z, 0-9 and inner hyphens"
    assert api("POST", "/queues", json={"queue_name": bad}).refused == (400, 11003, reason)
