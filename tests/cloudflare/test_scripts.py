"""Workers: upload, settings, versions, deployments, address, secrets."""

from __future__ import annotations

import email
import json
from typing import Any

import httpx
import pytest

from aerostack.errors import NotFoundError, RemoteError, UnavailableError
from aerostack.model import Module, Secret
from aerostack_cloudflare.script import ScriptSubdomain, WorkerAddress

VERSION = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"
MODULES = (
    Module(name="index.js", content=b"export default {}", type="esm"),
    Module(name='odd"\r\nname.wasm', content=b"\0asm\r\n--x", type="wasm"),
    Module(name="index.js.map", content=b"{}", type="sourcemap"),
)


def uploaded(**fields: Any) -> dict[str, Any]:
    return {"id": "w", "etag": "e", "deployment_id": VERSION.replace("-", ""), "startup_time_ms": 3} | fields


def test_an_upload_is_one_form_of_metadata_and_modules(api: Any, good: Any) -> None:
    metadata = {"main_module": "index.js", "bindings": []}
    made = api.will(good(uploaded())).scripts.upload("my worker", metadata=metadata, modules=MODULES)
    assert (made.id, made.etag, made.version_id, made.startup_time_ms) == ("w", "e", VERSION, 3)
    assert api.asked == ["PUT /workers/scripts/my%20worker?excludeScript=true&bindings_inherit=strict"]
    (request,) = api.requests
    form = email.message_from_bytes(
        b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n" + request.content
    )
    parts = {
        part.get_param("name", header="content-disposition"): (
            part.get_content_type(),
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in form.get_payload()
    }
    assert json.loads(parts["metadata"][2]) == metadata
    assert parts["index.js"] == ("application/javascript+module", "index.js", b"export default {}")
    assert parts["index.js.map"] == ("application/source-map", "index.js.map", b"{}")
    odd = "odd%22%0D%0Aname.wasm"
    assert parts[odd] == ("application/wasm", odd, b"\0asm\r\n--x")
    assert len(parts) == 4


def test_the_version_is_read_from_the_deployment_where_the_answer_does_not_name_it(api: Any, good: Any) -> None:
    deployments = {"deployments": [{"id": "d", "versions": [{"version_id": VERSION, "percentage": 100}]}]}
    made = api.will(good(uploaded(deployment_id=None)), good(deployments)).scripts.upload(
        "w", metadata={}, modules=MODULES
    )
    assert made.version_id == VERSION
    with pytest.raises(RemoteError, match="the field `deployment_id` is missing"):
        api.will(good({"id": "w"}), good({"deployments": []})).scripts.upload("w", metadata={}, modules=MODULES)


def test_an_upload_whose_answer_was_lost_is_recognised_by_its_tag(api: Any, good: Any) -> None:
    versions = {"items": [{"id": OTHER}, {"id": VERSION, "annotations": {"workers/tag": "as1:h:n"}}]}
    metadata = {"annotations": {"workers/tag": "as1:h:n"}}
    made = api.will(httpx.ReadError("reset"), good(versions)).scripts.upload("w", metadata=metadata, modules=MODULES)
    assert made.version_id == VERSION
    assert [request.method for request in api.requests] == ["PUT", "GET"]


def test_an_upload_that_was_not_applied_is_sent_again_as_it_was(api: Any, good: Any) -> None:
    nothing = good({"items": [{"id": OTHER, "annotations": None}]})
    metadata = {"annotations": {"workers/tag": "as1:h:n"}}
    api.will(httpx.ReadError("reset"), *[nothing] * 4, good(uploaded())).scripts.upload(
        "w", metadata=metadata, modules=MODULES
    )
    first, *_, last = api.requests
    assert [request.method for request in api.requests] == ["PUT", "GET", "GET", "GET", "GET", "PUT"]
    assert first.content == last.content


def test_without_a_tag_an_upload_is_simply_sent_again(api: Any, bad: Any, good: Any) -> None:
    api.will(bad(502), good(uploaded())).scripts.upload("w", metadata={}, modules=MODULES)
    assert [request.method for request in api.requests] == ["PUT", "PUT"]


def test_a_switch_whose_answer_was_lost_is_looked_for_before_it_is_made_again(api: Any, good: Any, bad: Any) -> None:
    live = {"id": "d", "versions": [{"version_id": VERSION, "percentage": 100}]}
    other = {"id": "e", "versions": [{"version_id": OTHER, "percentage": 100}]}
    scripts = api.will(httpx.ReadError("reset"), good({"deployments": [live]})).scripts
    assert scripts.deploy("w", VERSION, message="m").versions == ((VERSION, 100),)
    assert [request.method for request in api.requests] == ["POST", "GET"]
    assert api.body(0) == {
        "strategy": "percentage",
        "versions": [{"version_id": VERSION, "percentage": 100}],
        "annotations": {"workers/message": "m"},
    }
    api.requests.clear()
    api.will(bad(502), *[good({"deployments": [other]})] * 4, good(live)).scripts.deploy(
        "w", VERSION, message="m", force=True
    )
    assert [request.method for request in api.requests] == ["POST", "GET", "GET", "GET", "GET", "POST"]
    assert api.asked[-1] == "POST /workers/scripts/w/deployments?force=true"


def test_a_switch_to_something_else_than_was_asked_for_is_no_success(api: Any, good: Any) -> None:
    other = {"id": "e", "versions": [{"version_id": OTHER, "percentage": 100}]}
    with pytest.raises(RemoteError, match="the field `versions` is wrong"):
        api.will(good(other), *[good({"deployments": [other]})] * 4, good(other)).scripts.deploy(
            "w", VERSION, message="m"
        )


def test_settings(api: Any, good: Any) -> None:
    result = {
        "bindings": [{"name": "DB", "type": "d1", "id": "x"}],
        "compatibility_date": "2026-01-01",
        "compatibility_flags": ["nodejs_compat"],
        "tags": None,
        "usage_model": "standard",
    }
    found = api.will(good(result)).scripts.settings("w")
    assert found.bindings == ({"name": "DB", "type": "d1", "id": "x"},)
    assert (found.compatibility_date, found.compatibility_flags, found.tags) == ("2026-01-01", ("nodejs_compat",), ())
    assert found.raw["usage_model"] == "standard"
    assert api.asked == ["GET /workers/scripts/w/settings"]


@pytest.mark.parametrize("code", [10007, 10090, 10092])
def test_a_worker_that_is_not_there_is_nothing_and_no_error(api: Any, bad: Any, code: int) -> None:
    scripts = api.will(bad(404, code)).scripts
    assert scripts.settings("w") is None
    assert scripts.deployments("w") == ()
    assert scripts.versions("w") == ()
    assert scripts.worker("w") is None


def test_any_other_failure_does_not_mean_that_there_is_none(api: Any, bad: Any) -> None:
    for read in ("settings", "deployments", "versions"):
        for status, code in ((404, 7003), (404, None), (500, 10007), (400, 10007), (403, 10007)):
            with pytest.raises(RemoteError):
                getattr(api.will(bad(status, code)).scripts, read)("w")
    with pytest.raises(UnavailableError):
        api.will(httpx.Response(404, text="<html>")).scripts.worker("w")


def test_deployments_and_versions(api: Any, good: Any) -> None:
    result = {
        "deployments": [
            {
                "id": "d2",
                "created_on": "2026-01-01",
                "annotations": {"workers/message": "m"},
                "versions": [{"version_id": VERSION, "percentage": 90}, {"version_id": OTHER, "percentage": 10.5}],
            },
            {"id": "d1"},
        ]
    }
    newest, oldest = api.will(good(result)).scripts.deployments("w")
    assert newest.versions == ((VERSION, 90), (OTHER, 10.5))
    assert (newest.annotations, newest.created_on) == ({"workers/message": "m"}, "2026-01-01")
    assert oldest.versions == ()
    item = {"id": VERSION, "number": 3, "metadata": {"created_on": "x"}, "annotations": {"workers/tag": "t"}}
    (version,) = api.will(good({"items": [item]})).scripts.versions("w")
    assert (version.id, version.number, version.created_on) == (VERSION, 3, "x")
    assert version.annotations == {"workers/tag": "t"}
    assert api.asked[-1] == "GET /workers/scripts/w/versions?deployable=true"
    assert api.will(good(item)).scripts.version("w", VERSION).number == 3
    assert api.asked[-1] == f"GET /workers/scripts/w/versions/{VERSION}"


@pytest.mark.parametrize("wrong", [{"version_id": "../x", "percentage": 1}, {"version_id": VERSION}, "x", 3])
def test_a_deployment_with_a_wrong_field_is_never_used(api: Any, good: Any, wrong: Any) -> None:
    with pytest.raises(RemoteError) as failure:
        api.will(good({"deployments": [{"id": "d", "versions": [wrong]}]})).scripts.deployments("w")
    assert failure.value.code == "malformed_answer"


def test_the_address_of_a_worker(api: Any, good: Any) -> None:
    detail = {"subdomain": {"enabled": True, "previews_enabled": False, "url": "http://w.me.localhost:1"}}
    found = api.will(good(detail)).scripts.worker("w")
    assert found == WorkerAddress(enabled=True, previews_enabled=False, url="http://w.me.localhost:1")
    assert api.asked == ["GET /workers/workers/w"]
    nothing = WorkerAddress(enabled=False, previews_enabled=False, url=None)
    assert api.will(good({"subdomain": None})).scripts.worker("w") == nothing
    on = ScriptSubdomain(enabled=True, previews_enabled=True)
    assert (
        api.will(good({"enabled": True, "previews_enabled": True})).scripts.set_subdomain(
            "w", enabled=True, previews_enabled=True
        )
        == on
    )
    assert api.body() == {"enabled": True, "previews_enabled": True}
    assert api.requests[-1].headers["cloudflare-workers-script-api-date"] == "2025-08-01"
    assert api.cloudflare.scripts.subdomain("w") == on


def test_setting_the_address_is_repeated_as_it_does_no_harm(api: Any, bad: Any, good: Any) -> None:
    api.will(bad(502), good({"enabled": False})).scripts.set_subdomain("w", enabled=False, previews_enabled=False)
    assert len(api.requests) == 2


def test_secrets(api: Any, good: Any, bad: Any) -> None:
    assert api.will(good([{"name": "KEY", "type": "secret_text"}])).scripts.secrets("w") == ("KEY",)
    api.cloudflare.scripts.put_secret("w", "KEY", Secret("value"))
    assert api.body() == {"name": "KEY", "text": "value", "type": "secret_text"}
    api.cloudflare.scripts.delete_secret("w", "a/b")
    assert api.asked[-1] == "DELETE /workers/scripts/w/secrets/a%2Fb?url_encoded=true"
    api.will(bad(502), good([])).scripts.change_secrets("w", {"KEY": Secret("value"), "OLD": None})
    assert api.asked[-2:] == ["PATCH /workers/scripts/w/secrets-bulk"] * 2
    assert api.body() == {"secrets": {"KEY": {"name": "KEY", "text": "value", "type": "secret_text"}, "OLD": None}}
    assert api.requests[-1].headers["content-type"] == "application/merge-patch+json"
    with pytest.raises(NotFoundError):
        api.will(bad(404, 10007)).scripts.delete("w")
    assert api.asked[-1] == "DELETE /workers/scripts/w?force=true"


def test_the_accounts_subdomain(api: Any, good: Any, bad: Any) -> None:
    assert api.will(good({"subdomain": "me"})).subdomain.get() == "me"
    assert api.asked == ["GET /workers/subdomain"]
    assert api.will(good({"subdomain": None})).subdomain.get() is None
    assert api.will(bad(404, 10007)).subdomain.get() is None
    with pytest.raises(NotFoundError):
        api.will(bad(404, 7003)).subdomain.get()


def test_the_last_migration_is_read(api: Any, good: Any, bad: Any) -> None:
    answer = good({"id": "w", "default_environment": {"script": {"migration_tag": "v2"}}})
    assert api.will(answer).scripts.migration_tag("w") == "v2"
    assert api.asked == ["GET /workers/services/w"]
    assert api.will(good({"id": "w", "default_environment": {"script": {}}})).scripts.migration_tag("w") is None
    assert api.will(bad(404, 10090)).scripts.migration_tag("w") is None


def test_schedules_are_read_and_set_all_at_once(api: Any, good: Any, bad: Any) -> None:
    scripts = api.will(good({"schedules": [{"cron": "0 3 * * *"}]})).scripts
    assert scripts.schedules("w") == ("0 3 * * *",)
    scripts.set_schedules("w", ["0 4 * * *"])
    assert api.asked == ["GET /workers/scripts/w/schedules", "PUT /workers/scripts/w/schedules"]
    assert api.body() == [{"cron": "0 4 * * *"}]
    assert api.will(bad(404, 10007)).scripts.schedules("w") == ()
