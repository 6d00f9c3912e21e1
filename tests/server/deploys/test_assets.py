"""Static files: sent once, named by deployments, served by the platform, and nobody else's."""

from __future__ import annotations

import uuid

import pytest
from tests.server.servers import fetch
from tests.server.static_files import SITE, deploy, hashes, missing, post, send

from aerostack.assets import asset_hash

SAYS = "export default {{ fetch() {{ return new Response('{}'); }} }};"


@pytest.fixture
def project(tenant):
    return tenant.project()


def test_only_what_is_missing_has_to_be_sent(project):
    wanted = list(hashes(SITE).values())
    assert missing(project, wanted).document == {"missing": wanted}
    first = dict(list(SITE.items())[:2])
    assert send(project, first).status == 204
    assert missing(project, wanted + wanted).document == {"missing": wanted[2:]}
    assert send(project, SITE).status == 204
    assert send(project, SITE).status == 204
    assert missing(project, wanted).document == {"missing": []}


def test_a_file_is_what_its_hash_says(project):
    digest = asset_hash(b"right", "a.html")
    body = f'--b\r\nContent-Disposition: form-data; name="{digest}"; filename="{{}}"\r\n\r\n{{}}\r\n--b--\r\n'
    for name, content in (("a.html", "wrong"), ("a.txt", "right"), ("a", "right"), ("", "right")):
        refused = post(project, body.format(name, content).encode())
        assert refused.status == 422, (name, content)
    assert missing(project, [digest]).document == {"missing": [digest]}
    refused = post(project, body.format("a.txt", "right").encode())
    assert refused.document["message"] == f"the file {digest} is not what its hash says: it was damaged on the way"
    assert post(project, body.format("b.html", "right").encode()).status == 204
    assert missing(project, [digest]).document == {"missing": []}


def test_an_extension_may_have_any_characters(project):
    assert send(project, {'/a.b"c': b"1", "/a.\u00e9": b"2", "/.nojekyll": b"3", "/a.%41": b"4"}).status == 204


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"--b--\r\n", "the form has no file"),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n', "the part a is no file"),
        (b"", "the form has no file"),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n1\r\n' * 2 + b"--b--\r\n",
            "two parts are called a",
        ),
        (
            b"".join(
                b'--b\r\nContent-Disposition: form-data; name="%d"; filename="a"\r\n\r\n1\r\n' % n for n in range(1001)
            )
            + b"--b--\r\n",
            "Too many files. Maximum number of files is 1000.",
        ),
    ],
)
def test_an_upload_that_is_none_says_why(project, body, message):
    refused = post(project, body)
    assert refused.status in (400, 422)
    assert refused.document["message"] == message


def test_an_upload_has_an_end(project):
    path = f"/projects/{project.slug}/assets"
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(33 * 1024 * 1024)}
    refused = project.tenant.call("POST", path, body=b"", headers=headers)
    assert (refused.status, refused.code) == (413, "too_large")
    refused = missing(project, ["0" * 32] * 20_001)
    assert refused.status == 422


def test_a_file_of_another_project_is_neither_seen_nor_named(server, project):
    """Not by another account, nor by a key for another project of the same one."""
    assert send(project, SITE).status == 204
    wanted = list(hashes(SITE).values())
    stranger = server.tenant().project("elsewhere")
    beside = project.tenant.project("beside")
    for other in (stranger, beside):
        assert missing(other, wanted).document == {"missing": wanted}
        refused = deploy(other, SITE)
        assert (refused.status, refused.code) == (409, "assets_missing")
        assert refused.document["message"].startswith("4 static files are not here, such as ")
    body = {"name": "k", "project": beside.slug, "scopes": ["read", "deploy", "admin"]}
    narrow = project.tenant.call("POST", "/keys", body).document["key"]
    for refused in (missing(project, wanted, key=narrow), send(project, SITE, key=narrow)):
        assert (refused.status, refused.code) == (404, "project_not_found")
    for refused in (missing(project, wanted, key=stranger.tenant.key), send(project, SITE, key=stranger.tenant.key)):
        assert (refused.status, refused.code) == (404, "project_not_found")


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"assets": None}, "there is neither code nor a static file: `main` and `assets` are both missing"),
        ({"crons": ["* * * * *"]}, "`crons` mean nothing without code: `main` is missing"),
        (
            {"bindings": [{"type": "assets", "name": "A"}]},
            "`bindings` mean nothing without code: `main` is missing",
        ),
        ({"assets": {"files": {"index.html": "0" * 32}}}, "'index.html' cannot be the address of a static file"),
        ({"assets": {"files": {"/../a": "0" * 32}}}, "'/../a' cannot be the address of a static file"),
        ({"assets": {"files": {"/a\\b": "0" * 32}}}, "'/a\\\\b' cannot be the address of a static file"),
        ({"assets": {"files": {"/a": "0" * 32}}}, f"1 static files are not here, such as {'0' * 32}"),
        (
            {"assets": {"files": {"/a": "short"}}},
            "metadata.assets.files./a: String should match pattern '^[0-9a-f]{32}$'",
        ),
        (
            {"assets": {"files": {}, "config": {"jwt": "x"}}},
            "metadata.assets.config.jwt: Extra inputs are not permitted",
        ),
        (
            {"assets": {"files": {}, "config": {"run_worker_first": True}}},
            "`run_worker_first` means nothing without code: `main` is missing",
        ),
    ],
)
def test_what_is_no_deployment_of_static_files_says_why(project, metadata, message):
    refused = deploy(project, {}, **metadata)
    assert refused.status in (409, 422)
    assert refused.document["message"] == message


def test_a_binding_for_static_files_needs_some(project):
    refused = project.deploy(SAYS.format("x"), bindings=[{"type": "assets", "name": "FILES"}])
    assert (refused.status, refused.document["message"]) == (
        422,
        "the binding FILES is for static files, and there are none",
    )


def test_a_site_without_code_answers(project):
    send(project, SITE)
    made = deploy(project, SITE)
    assert made.status == 201, made.body
    url = made.document["url"]
    assert fetch(url) == (200, "<h1>hello</h1>")
    assert fetch(f"{url}/app.js") == (200, "code();")
    assert fetch(f"{url}/img/dot.svg") == (200, "<svg/>")
    assert fetch(f"{url}/nothing")[0] == 404
    log = project.call("GET", "/deployments/1/log").body.decode()
    assert log == "4 static files, 0.0 KiB\nuploaded 0 modules, 0.0 KiB\n"


def test_code_and_static_files_answer_together(project):
    send(project, SITE)
    code = "export default { async fetch(request, env) { return env.FILES.fetch('http://x/LICENSE'); } };"
    config = {"_headers": "/app.js\n  X-Made-By: us\n", "_redirects": "/old /app.js 301\n", "html_handling": "none"}
    made = deploy(project, SITE, code=code, config=config, bindings=[{"type": "assets", "name": "FILES"}])
    assert made.status == 201, made.body
    url = made.document["url"]
    assert fetch(f"{url}/app.js") == (200, "code();")
    assert fetch(f"{url}/anything/else") == (200, "free")
    assert fetch(f"{url}/old")[0] == 301


def test_a_rollback_brings_the_old_files_back(project):
    send(project, SITE)
    url = deploy(project, SITE).document["url"]
    changed = {**SITE, "/index.html": b"<h1>changed</h1>"}
    del changed["/app.js"]
    send(project, changed)
    assert deploy(project, changed).status == 201
    assert fetch(url) == (200, "<h1>changed</h1>")
    assert fetch(f"{url}/app.js")[0] == 404
    back = project.call("POST", "/deployments/1/rollback", headers={"Idempotency-Key": uuid.uuid4().hex})
    assert (back.status, back.document["status"]) == (201, "live")
    assert fetch(url) == (200, "<h1>hello</h1>")
    assert fetch(f"{url}/app.js") == (200, "code();")


def test_the_files_of_a_private_project_need_a_key_too(tenant):
    project = tenant.project("private", public=False)
    send(project, SITE)
    url = deploy(project, SITE).document["url"]
    assert fetch(f"{url}/app.js")[0] == 401
    assert fetch(f"{url}/app.js", {"X-API-Key": tenant.key}) == (200, "code();")
