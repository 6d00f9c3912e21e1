"""R2 over the API."""

from __future__ import annotations

import hashlib
import os

import pytest

ROOT = "/r2/buckets"


@pytest.fixture
def bucket(api, name):
    api("POST", ROOT, json={"name": name})
    return f"{ROOT}/{name}"


def test_a_bucket_is_created_read_listed_and_deleted(api, name):
    created = api("POST", ROOT, json={"name": name, "locationHint": "WEUR"}).result
    assert created["name"] == name
    assert created["location"] == "weur"
    assert created["storage_class"] == "Standard"
    assert api("GET", f"{ROOT}/{name}").result == created
    assert api("GET", f"{ROOT}?name_contains={name}").result == {"buckets": [created]}
    assert api("DELETE", f"{ROOT}/{name}").status == 200
    gone = (404, 10006, "The specified bucket does not exist.")
    assert api("GET", f"{ROOT}/{name}").refused == gone
    assert api("GET", f"{ROOT}/{name}/objects/a").refused == gone


def test_a_bucket_name_is_used_once(api, bucket, name):
    taken = (409, 10004, "The bucket you tried to create already exists, and you own it.")
    assert api("POST", ROOT, json={"name": name}).refused == taken


@pytest.mark.parametrize("bad", ["ab", "-abc", "Abc", "a_b", "x" * 64, None, "abc\n"])
def test_a_bad_bucket_name_is_refused(api, bad):
    reason = "The specified bucket name is not valid: 3 to 63 of a-z, 0-9 and inner hyphens."
    assert api("POST", ROOT, json={"name": bad}).refused == (400, 10005, reason)


def test_a_bucket_is_found_in_its_jurisdiction_only(api, name):
    api("POST", ROOT, json={"name": name}, headers={"cf-r2-jurisdiction": "eu"})
    assert api("GET", f"{ROOT}/{name}").refused[1] == 10006
    assert api("GET", f"{ROOT}/{name}", headers={"cf-r2-jurisdiction": "eu"}).result["jurisdiction"] == "eu"


def test_buckets_are_listed_by_cursor(api, name):
    names = [f"{name}-{index}" for index in range(3)]
    for one in names:
        api("POST", ROOT, json={"name": one})
    first = api("GET", f"{ROOT}?name_contains={name}-&per_page=2")
    rest = api("GET", f"{ROOT}?name_contains={name}-&per_page=2&cursor={first.info['cursor']}")
    assert [item["name"] for item in first.result["buckets"] + rest.result["buckets"]] == names
    assert rest.info["cursor"] == ""


@pytest.mark.parametrize("path", ["plain", "a/b/c.txt", "a%2Fb", "%C3%A4%20%3F", "objects/x"])
def test_any_key_can_be_written_read_and_deleted(api, bucket, path):
    content = os.urandom(100_000)
    written = api(
        "PUT",
        f"{bucket}/objects/{path}",
        content=content,
        headers={"Content-Type": "image/png", "Cache-Control": "max-age=5", "x-amz-meta-owner": "me"},
    ).result
    assert written["etag"] == hashlib.md5(content).hexdigest()
    assert written["size"] == "100000"
    answer = api("GET", f"{bucket}/objects/{path}")
    assert answer.content == content
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "max-age=5"
    assert answer.headers["x-amz-meta-owner"] == "me"
    assert answer.headers["etag"] == f'"{written["etag"]}"'
    assert answer.headers["content-length"] == "100000"
    assert api("DELETE", f"{bucket}/objects/{path}").status == 200
    assert api("GET", f"{bucket}/objects/{path}").refused == (404, 10007, "The specified key does not exist.")


def test_a_bucket_may_have_any_name(api):
    api("POST", ROOT, json={"name": "objects"})
    path = f"{ROOT}/objects/objects"
    assert api("PUT", f"{path}/objects/key", content=b"x").result["key"] == "objects/key"
    assert [item["key"] for item in api("GET", path).result] == ["objects/key"]
    assert api("DELETE", f"{path}/objects/key").status == 200
    assert api("DELETE", f"{ROOT}/objects").status == 200


def test_compressed_objects_come_back_as_they_were(api, bucket):
    api("PUT", f"{bucket}/objects/z", content=b"not really gzip", headers={"Content-Encoding": "gzip"})
    with api.client.stream("GET", f"{api.account}{bucket}/objects/z") as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert b"".join(answer.iter_raw()) == b"not really gzip"


def test_an_empty_object_is_an_object(api, bucket):
    api("PUT", f"{bucket}/objects/empty", content=b"")
    assert api("GET", f"{bucket}/objects/empty").content == b""


def test_objects_are_listed_with_prefix_delimiter_and_cursor(api, bucket):
    for key in ("a/1", "a/2", "b/1", "c"):
        api("PUT", f"{bucket}/objects/{key}", content=key.encode())
    everything = api("GET", f"{bucket}/objects")
    assert [item["key"] for item in everything.result] == ["a/1", "a/2", "b/1", "c"]
    assert everything.result[0]["size"] == 3
    assert everything.info["is_truncated"] is False
    folders = api("GET", f"{bucket}/objects?delimiter=/")
    assert [item["key"] for item in folders.result] == ["c"]
    assert folders.info["delimited"] == ["a/", "b/"]
    first = api("GET", f"{bucket}/objects?prefix=a/&per_page=1")
    rest = api("GET", f"{bucket}/objects?prefix=a/&per_page=1&cursor={first.info['cursor']}")
    assert [item["key"] for item in first.result + rest.result] == ["a/1", "a/2"]


def test_only_an_empty_bucket_can_be_deleted(api, bucket):
    api("PUT", f"{bucket}/objects/k", content=b"v")
    expected = (409, 10008, "The bucket you tried to delete is not empty.")
    assert api("DELETE", bucket).refused == expected
    assert api("GET", f"{bucket}/objects/k").content == b"v"
    assert api.client.request("DELETE", f"{api.account}{bucket}/objects", json=["k"]).json()["result"] == [{"key": "k"}]
    assert api("DELETE", bucket).status == 200


def test_an_object_of_unknown_length_is_refused(api, bucket):
    answer = api("PUT", f"{bucket}/objects/k", content=iter([b"v"]))
    assert answer.refused == (411, 10033, "Content-Length is required")
