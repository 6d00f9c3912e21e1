"""Uploads that are refused before anything changes."""

from __future__ import annotations

import pytest

CODE = "export default { fetch() { return new Response(); } };"
UUID = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("binding", "code", "message"),
    [
        ({"type": "d1", "id": "YOUR_STAGING_D1_ID"}, 10021, "binding B of type d1 must have a valid `id` specified"),
        ({"type": "d1"}, 10021, "binding B of type d1 must have a valid `id` specified"),
        (
            {"type": "d1", "database_id": UUID},
            10181,
            f"D1 binding 'B' references database '{UUID}' which was not found. Verify that it exists.",
        ),
        ({"type": "kv_namespace", "namespace_id": "YOUR_KV"}, 10042, "KV namespace 'YOUR_KV' is not valid."),
        (
            {"type": "kv_namespace", "namespace_id": "0" * 32},
            10041,
            f"KV namespace '{'0' * 32}' of binding 'B' not found.",
        ),
        ({"type": "kv_namespace"}, 10021, "binding B of type kv_namespace must have a valid `namespace_id` specified"),
        (
            {"type": "r2_bucket", "bucket_name": "none-such"},
            10085,
            "R2 bucket 'none-such' not found. Please use a different name and try again.",
        ),
        ({"type": "queue", "queue_name": "none-such"}, 11000, "Queue 'none-such' of binding 'B' not found."),
        (
            {"type": "service", "service": "none-such"},
            10143,
            "Could not resolve service binding 'B': Worker 'none-such' not found.",
        ),
    ],
)
def test_a_binding_to_nothing_is_refused(api, name, binding, code, message):
    assert api.upload(name, CODE, bindings=[{"name": "B", **binding}]).refused == (400, code, message)


def test_an_unknown_binding_type_is_refused_by_name(api, name):
    status, code, message = api.upload(name, CODE, bindings=[{"name": "B", "type": "vectorize"}]).refused
    assert (status, code) == (400, 10021)
    assert "B" in message
    assert "vectorize" in message


@pytest.mark.parametrize(
    ("metadata", "code", "message"),
    [
        ({"main_module": None}, 10021, "The metadata names no main_module."),
        ({"main_module": "x.js"}, 10021, "No such module: the main_module 'x.js' was not uploaded."),
        ({"limits": {"cpu_ms": 0}}, 7400, "The request is malformed: limits.cpu_ms must be a number from 1 to 300000"),
        (
            {"limits": {"cpu_ms": "50"}},
            7400,
            "The request is malformed: limits.cpu_ms must be a number from 1 to 300000",
        ),
        ({"limits": 50}, 7400, "The request is malformed: limits.cpu_ms must be a number from 1 to 300000"),
        ({"bindings": {}}, 7400, "The request is malformed: bindings must be a list"),
        ({"bindings": ["x"]}, 7400, "The request is malformed: bindings[0] must be an object with a type"),
        ({"bindings": [{"type": "json"}]}, 10052, "Binding at index 0 must have a name."),
        (
            {"bindings": [{"name": "A", "type": "json", "json": 1}] * 2},
            10021,
            "The binding name 'A' is used more than once.",
        ),
        (
            {"bindings": [{"name": "A", "type": "secret_text"}]},
            10021,
            "binding A of type secret_text must have a valid `text` specified",
        ),
        (
            {"annotations": {"workers/tag": "x" * 101}},
            7400,
            "The request is malformed: workers/tag is longer than 100 bytes",
        ),
        ({"annotations": [1]}, 7400, "The request is malformed: annotations must be an object of strings"),
        ({"compatibility_date": 1}, 7400, "The request is malformed: compatibility_date must be a string"),
        ({"compatibility_flags": "x"}, 7400, "The request is malformed: compatibility_flags must be a list of strings"),
        ({"containers": [{"class_name": "A"}]}, 19000, "A container is not supported by this edge"),
        ({"assets": {"jwt": "x"}}, 10021, "Invalid assets.jwt: it was not issued here"),
        ({"assets": {"jwt": 1}}, 7400, "The request is malformed: assets.jwt must be a string"),
        ({"assets": {"config": {}}}, 10021, "Invalid assets.jwt: there is none"),
        ({"assets": 1}, 7400, "The request is malformed: assets must be an object"),
        (
            {"bindings": [{"name": "A", "type": "assets"}]},
            10021,
            "binding A of type assets: the version has no assets",
        ),
        ({"body_part": "script"}, 19000, "The service worker format is not supported by this edge"),
    ],
)
def test_bad_metadata_is_refused(api, name, metadata, code, message):
    assert api.upload(name, CODE, **metadata).refused == (400, code, message)


def test_a_bad_form_is_refused(api, name):
    path = f"/workers/scripts/{name}"
    assert api("PUT", path, json={}).refused == (
        400,
        7400,
        "The request is malformed: the body must be multipart/form-data",
    )
    assert api("PUT", path, files={"index.js": ("index.js", "", "text/plain")}).refused == (
        400,
        7400,
        "The request is malformed: the form has no part named metadata",
    )
    assert api("PUT", path, files={"metadata": (None, "{", "application/json")}).refused[1] == 6007
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert api("PUT", path, content=b"nonsense", headers=headers).refused == (
        400,
        7400,
        "The request is malformed: the multipart form is broken",
    )
    files = {"metadata": (None, "{}", "application/json"), "a": ("a", "", "image/png")}
    assert api("PUT", path, files=files).refused == (
        400,
        10021,
        "The module a has the unknown content type image/png.",
    )


@pytest.mark.parametrize("bad", ["Upper", "-a", "a.b", "x" * 64, "a%2F..%2Fb"])
def test_a_bad_worker_name_is_refused(api, bad):
    reason = "Invalid Worker name: 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit."
    assert api.upload(bad, CODE).refused == (400, 10016, reason)
