"""KV over the API."""

from __future__ import annotations

import base64
import json
import time

import pytest

ROOT = "/storage/kv/namespaces"


@pytest.fixture
def namespace(api, name):
    return f"{ROOT}/{api('POST', ROOT, json={'title': name}).result['id']}"


def test_a_namespace_is_created_read_renamed_and_deleted(api, name):
    created = api("POST", ROOT, json={"title": name}).result
    assert created == {"id": created["id"], "title": name, "supports_url_encoding": True}
    assert len(bytes.fromhex(created["id"])) == 16
    path = f"{ROOT}/{created['id']}"
    assert api("GET", path).result == created
    assert api("PUT", path, json={"title": f"{name}-2"}).result["title"] == f"{name}-2"
    assert api("DELETE", path).status == 200
    gone = (404, 10013, "Namespace not found. Please check that the namespace id is correct.")
    assert api("GET", path).refused == gone
    assert api("DELETE", path).refused == gone
    assert api("GET", f"{path}/values/a").refused == gone


def test_a_title_is_used_once(api, name):
    api("POST", ROOT, json={"title": name})
    taken = (400, 10014, "A namespace with this account ID and title already exists.")
    assert api("POST", ROOT, json={"title": name}).refused == taken
    other = api("POST", ROOT, json={"title": f"{name}-2"}).result["id"]
    assert api("PUT", f"{ROOT}/{other}", json={"title": name}).refused == taken


@pytest.mark.parametrize("title", [None, "", 7, "x" * 513])
def test_a_title_is_required(api, title):
    assert api("POST", ROOT, json={"title": title}).refused == (
        400,
        10019,
        "A namespace title is required: 1 to 512 bytes.",
    )


def test_namespaces_are_listed_in_order_and_in_pages(api, name):
    for index in (2, 1, 3):
        api("POST", ROOT, json={"title": f"{name}-{index}"})
    titles = []
    for page in range(1, 100):
        shown = api("GET", f"{ROOT}?order=title&direction=asc&per_page=2&page={page}").result
        if not shown:
            break
        titles += [namespace["title"] for namespace in shown]
    assert titles == sorted(titles)
    assert [title for title in titles if title.startswith(name)] == [f"{name}-{index}" for index in (1, 2, 3)]
    down = api("GET", f"{ROOT}?order=title&direction=desc&per_page=1000").result
    assert [namespace["title"] for namespace in down] == sorted(titles, reverse=True)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("plain", "plain"),
        ("a%2Fb", "a/b"),
        ("a/b", "a/b"),
        ("%3Fq%3D1%23%25", "?q=1#%"),
        ("100%2525", "100%25"),
        ("%C3%A4%20%E2%82%AC", "ä €"),
        ("values/x", "values/x"),
    ],
)
def test_any_key_can_be_written_read_listed_and_deleted(api, namespace, path, key):
    assert api("PUT", f"{namespace}/values/{path}", content=b"\x00v\xff").status == 200
    answer = api("GET", f"{namespace}/values/{path}")
    assert (answer.status, answer.content) == (200, b"\x00v\xff")
    assert [entry["name"] for entry in api("GET", f"{namespace}/keys").result] == [key]
    assert api("GET", f"{namespace}/metadata/{path}").result is None
    assert api("DELETE", f"{namespace}/values/{path}").status == 200
    assert api("GET", f"{namespace}/values/{path}").refused == (404, 10009, "The key was not found")
    assert api("GET", f"{namespace}/metadata/{path}").refused == (404, 10009, "The key was not found")


def test_metadata_and_expiration_are_kept(api, namespace):
    note = {"by": "ä", "n": 1}
    files = {"value": (None, b"text"), "metadata": (None, json.dumps(note).encode())}
    assert api("PUT", f"{namespace}/values/k?expiration_ttl=300", files=files).status == 200
    answer = api("GET", f"{namespace}/values/k")
    assert answer.content == b"text"
    assert 200 < int(answer.headers["expiration"]) - time.time() <= 301
    assert api("GET", f"{namespace}/metadata/k").result == note
    (entry,) = api("GET", f"{namespace}/keys").result
    assert entry["metadata"] == note
    assert entry["expiration"] == int(answer.headers["expiration"])


def test_an_expiration_too_soon_is_refused(api, namespace):
    status, code, message = api("PUT", f"{namespace}/values/k?expiration_ttl=5", content=b"x").refused
    assert (status, code) == (400, 10022)
    assert "at least 60" in message


def test_keys_are_listed_by_prefix_and_cursor(api, namespace):
    pairs = [{"key": f"p:{index}", "value": str(index)} for index in range(5)] + [{"key": "q", "value": "q"}]
    written = api("PUT", f"{namespace}/bulk", json=pairs).result
    assert written == {"successful_key_count": 6, "unsuccessful_keys": []}
    names, cursor = [], ""
    while True:
        answer = api("GET", f"{namespace}/keys?prefix=p:&limit=2&cursor={cursor}")
        names += [entry["name"] for entry in answer.result]
        cursor = answer.info["cursor"]
        if not cursor:
            break
    assert names == [f"p:{index}" for index in range(5)]


def test_bulk_writes_reads_and_deletes(api, namespace):
    pairs = [
        {"key": "bytes", "value": base64.b64encode(b"\x00\x01").decode(), "base64": True},
        {"key": "noted", "value": "v", "metadata": {"m": 1}},
    ]
    api("PUT", f"{namespace}/bulk", json=pairs)
    assert api("GET", f"{namespace}/values/bytes").content == b"\x00\x01"
    read = api("POST", f"{namespace}/bulk/get", json={"keys": ["noted", "absent"]}).result
    assert read == {"values": {"noted": "v", "absent": None}}
    assert api("POST", f"{namespace}/bulk/delete", json=["bytes"]).result["successful_key_count"] == 1
    assert [entry["name"] for entry in api("GET", f"{namespace}/keys").result] == ["noted"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "the body must be a list of at most 10000 pairs"),
        ([{"key": "a"}], "each pair needs the strings key and value"),
        ([{"key": "a", "value": "%%", "base64": True}], "the value of a is not base64"),
    ],
)
def test_a_bad_bulk_writes_nothing(api, namespace, body, reason):
    if isinstance(body, list):
        body = [{"key": "first", "value": "1"}, *body]
    assert api("PUT", f"{namespace}/bulk", json=body).refused == (400, 10022, reason)
    assert api("GET", f"{namespace}/keys").result == []


def test_a_value_beyond_25_mib_is_refused(api, namespace):
    answer = api("PUT", f"{namespace}/values/big", content=b"x" * (25 * 1024 * 1024 + 1))
    assert answer.refused == (413, 413, "The request body is larger than 26214400 bytes")
