"""Versions, deployments and secrets over the API."""

from __future__ import annotations

import json

import pytest

SHOWS = 'export default { fetch(request, env) { return Response.json({ mark: "%s", secret: env.S, other: env.O }); } };'


@pytest.fixture
def script(api, name):
    api.upload(name, SHOWS % "one", annotations={"workers/tag": "t1", "workers/message": "m" * 2000})
    api.enable(name)
    return f"/workers/scripts/{name}"


def shown(api, name):
    return json.loads(api.visit(name)[1])


def test_a_version_carries_its_annotations(api, script):
    (listed,) = api("GET", f"{script}/versions?deployable=true").result["items"]
    assert listed["annotations"] == {
        "workers/triggered_by": "upload",
        "workers/tag": "t1",
        "workers/message": "m" * 1000,
    }
    version = api("GET", f"{script}/versions/{listed['id']}").result
    assert version["annotations"] == listed["annotations"]
    assert version["resources"]["script"]["handlers"] == ["fetch"]
    assert version["resources"]["script_runtime"]["compatibility_date"] == "2026-01-01"
    (deployment,) = api("GET", f"{script}/deployments").result["deployments"]
    assert deployment["versions"] == [{"version_id": listed["id"], "percentage": 100}]
    assert api("GET", f"{script}/deployments/{deployment['id']}").result == deployment


def test_an_uploaded_version_is_live_only_when_deployed(api, script, name):
    uploaded = api.upload(name, SHOWS % "two", versions=True).result
    assert uploaded["number"] == 2
    assert shown(api, name)["mark"] == "one"
    body = {
        "strategy": "percentage",
        "versions": [{"version_id": uploaded["id"], "percentage": 100}],
        "annotations": {"workers/message": "go"},
    }
    deployed = api("POST", f"{script}/deployments", json=body).result
    assert deployed["annotations"]["workers/message"] == "go"
    assert shown(api, name)["mark"] == "two"


def test_an_older_version_can_be_deployed_again_with_its_secrets(api, script, name):
    first = api("GET", f"{script}/versions").result["items"][0]["id"]
    api("PUT", f"{script}/secrets", json={"name": "S", "text": "s", "type": "secret_text"})
    api.upload(name, SHOWS % "two", keep_bindings=["secret_text"])
    assert shown(api, name) == {"mark": "two", "secret": "s"}
    back = {"versions": [{"version_id": first, "percentage": 100}]}
    status, code, message = api("POST", f"{script}/deployments", json=back).refused
    assert (status, code) == (400, 10220)
    assert message.endswith("The following secrets have changed: S")
    assert shown(api, name) == {"mark": "two", "secret": "s"}
    api("POST", f"{script}/deployments?force=true", json=back)
    assert shown(api, name) == {"mark": "one"}


def test_a_version_that_does_not_start_is_refused_when_it_is_uploaded(api, script, name):
    status, code, message = api.upload(name, 'throw new Error("late");', versions=True).refused
    assert (status, code) == (400, 10021)
    assert "Uncaught Error: late" in message
    assert shown(api, name)["mark"] == "one"
    assert len(api("GET", f"{script}/versions").result["items"]) == 1


def test_versions_of_others_and_of_nobody_are_unknown(api, script, name):
    other = api.upload(f"{name}-2", SHOWS % "x").result["deployment_id"]
    for id in (other, "00000000-0000-4000-8000-000000000000"):
        unknown = (404, 100146, f"Version {id} does not exist")
        assert api("GET", f"{script}/versions/{id}").refused == unknown
        body = {"versions": [{"version_id": id, "percentage": 100}]}
        assert api("POST", f"{script}/deployments", json=body).refused == unknown
    assert api("GET", f"{script}/deployments/x").refused == (404, 10336, "Deployment x does not exist")


@pytest.mark.parametrize(
    ("wanted", "code", "message"),
    [
        (None, 7400, "The request is malformed: versions must be a list of objects"),
        ([], 7400, "The request is malformed: versions must be a list of objects"),
        (
            [{"version_id": "a", "percentage": 5}],
            7400,
            "The request is malformed: the percentages of versions must add up to 100",
        ),
        (
            [{"version_id": "a", "percentage": 10}, {"version_id": "b", "percentage": 80}],
            7400,
            "The request is malformed: the percentages of versions must add up to 100",
        ),
        (
            [{"version_id": "a", "percentage": 50}, {"version_id": "a", "percentage": 50}],
            7400,
            "The request is malformed: versions must not name a version twice",
        ),
        (
            [{"version_id": id, "percentage": share} for id, share in (("a", 50), ("b", 30), ("c", 20))],
            7400,
            "The request is malformed: versions must be 2 at most",
        ),
        (
            [{"version_id": "a", "percentage": "all"}],
            7400,
            "The request is malformed: percentage must be a number from 0 to 100",
        ),
        (
            [{"version_id": "a"}, {"version_id": "b", "percentage": 100}],
            7400,
            "The request is malformed: percentage must be a number from 0 to 100",
        ),
        ([{"percentage": 100}], 7400, "The request is malformed: version_id must be a string"),
    ],
)
def test_a_bad_deployment_is_refused(api, script, wanted, code, message):
    assert api("POST", f"{script}/deployments", json={"versions": wanted}).refused == (400, code, message)


def test_two_versions_share_the_requests(api, script, name):
    first = api("GET", f"{script}/versions").result["items"][0]["id"]
    second = api.upload(name, SHOWS % "two", versions=True).result["id"]
    shares = [{"version_id": first, "percentage": 90}, {"version_id": second, "percentage": 10}]
    assert api("POST", f"{script}/deployments", json={"versions": shares}).result["versions"] == shares
    assert api("GET", f"{script}/deployments").result["deployments"][0]["versions"] == shares
    marks = [shown(api, name)["mark"] for _ in range(150)]
    assert 0 < marks.count("two") < marks.count("one")
    wrong = [{"version_id": first, "percentage": 90}, {"version_id": script, "percentage": 10}]
    assert api("POST", f"{script}/deployments", json={"versions": wrong}).refused[1] == 100146
    api("POST", f"{script}/deployments", json={"versions": [{"version_id": second, "percentage": 100}]})
    assert {shown(api, name)["mark"] for _ in range(20)} == {"two"}


def test_secrets_are_set_listed_and_removed_each_making_a_version(api, script, name):
    put = api("PUT", f"{script}/secrets", json={"name": "S", "text": "hush", "type": "secret_text"})
    assert put.result == {"name": "S", "type": "secret_text"}
    assert b"hush" not in put.content
    assert shown(api, name) == {"mark": "one", "secret": "hush"}
    assert api("GET", f"{script}/secrets").result == [{"name": "S", "type": "secret_text"}]
    assert api("GET", f"{script}/secrets/S").result == {"name": "S", "type": "secret_text"}
    assert api("DELETE", f"{script}/secrets/S?url_encoded=true").result is None
    assert shown(api, name) == {"mark": "one"}
    for method in ("GET", "DELETE"):
        assert api(method, f"{script}/secrets/S").refused == (404, 10056, "Secret not found: S")
    assert [version["number"] for version in api("GET", f"{script}/versions").result["items"]] == [3, 2, 1]


def test_secrets_change_in_bulk_as_one_version(api, script, name):
    def bulk(secrets):
        return api(
            "PATCH",
            f"{script}/secrets-bulk",
            content=json.dumps({"secrets": secrets}),
            headers={"Content-Type": "application/merge-patch+json"},
        )

    one = {"name": "S", "text": "s", "type": "secret_text"}
    assert bulk({"S": one, "O": {**one, "name": "O", "text": "o"}}).status == 200
    assert shown(api, name) == {"mark": "one", "secret": "s", "other": "o"}
    assert bulk({"S": None, "O": {**one, "name": "O", "text": "o2"}}).status == 200
    assert shown(api, name) == {"mark": "one", "other": "o2"}
    assert bulk({"ABSENT": None, "O": None}).refused == (404, 10056, "Secret not found: ABSENT")
    assert shown(api, name)["other"] == "o2"
    assert len(api("GET", f"{script}/versions").result["items"]) == 3


def test_secrets_change_only_when_the_latest_version_is_live(api, script, name):
    api.upload(name, SHOWS % "two", versions=True)
    body = {"name": "S", "text": "s", "type": "secret_text"}
    expected = "The latest version is not deployed: deploy it before changing secrets."
    assert api("PUT", f"{script}/secrets", json=body).refused == (400, 10215, expected)


def test_a_secret_cannot_take_the_name_of_another_binding(api, name):
    api.upload(name, SHOWS % "one", bindings=[{"name": "S", "type": "plain_text", "text": "t"}])
    answer = api("PUT", f"/workers/scripts/{name}/secrets", json={"name": "S", "text": "s", "type": "secret_text"})
    assert answer.refused == (400, 10021, "The binding name 'S' is used already.")


def test_secrets_of_no_worker_are_refused(api, name):
    body = {"name": "S", "text": "s", "type": "secret_text"}
    answer = api("PUT", f"/workers/scripts/{name}/secrets", json=body)
    assert answer.refused == (404, 10007, "This Worker does not exist on your account.")


def test_what_is_refused_names_no_secret(api, script):
    body = {"name": "", "text": "hush-hush", "type": "secret_text"}
    assert b"hush-hush" not in api("PUT", f"{script}/secrets", json=body).content


def test_who_uploaded_and_deployed_is_remembered(api, script, name):
    assert (
        api("GET", f"/workers/services/{name}").result["default_environment"]["script"]["last_deployed_from"] == "api"
    )
    agent = {"User-Agent": "wrangler/4.164.0"}
    api("PUT", f"{script}/secrets", json={"name": "S", "text": "s", "type": "secret_text"}, headers=agent)
    newest, _ = api("GET", f"{script}/versions").result["items"]
    assert newest["metadata"]["source"] == "wrangler"
    assert [deployment["source"] for deployment in api("GET", f"{script}/deployments").result["deployments"]] == [
        "wrangler",
        "api",
    ]
