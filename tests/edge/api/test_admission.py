"""Who may call the API, under which host name, and what everybody else is told."""

from __future__ import annotations

import httpx
import pytest

PATHS = ["/user/tokens/verify", "/user", "/accounts", "/memberships", "/accounts/{account}/d1/database", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_is_told(api, path):
    url = api.root + path.format(account=api.edge.environ["CLOUDFLARE_ACCOUNT_ID"])
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Basic abc"}):
        answer = httpx.get(url, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["errors"] == [{"code": 10001, "message": "Unable to authenticate request"}]


@pytest.mark.parametrize("path", PATHS[1:])
def test_a_wrong_token_is_an_authentication_error(api, path):
    url = api.root + path.format(account=api.edge.environ["CLOUDFLARE_ACCOUNT_ID"])
    answer = api.at("GET", url, headers={"Authorization": "Bearer wrong"})
    assert answer.refused == (401, 10000, "Authentication error")


def test_verifying_a_wrong_token_says_that_it_is_invalid(api):
    answer = api.at("GET", f"{api.root}/user/tokens/verify", headers={"Authorization": "Bearer wrong"})
    assert answer.refused == (401, 1000, "Invalid API Token")


def test_the_token_opens_no_other_account(api):
    answer = api.at("GET", f"{api.root}/accounts/{'0' * 32}/d1/database")
    assert answer.refused == (403, 9109, "Unauthorized to access requested resource")


def test_the_api_does_not_answer_under_a_foreign_host_name(api):
    answer = api.at("GET", f"{api.root}/accounts", headers={"Host": "evil.example"})
    assert answer.refused == (403, 9110, "The API does not answer under the host name evil.example")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:80"])
def test_the_api_answers_under_every_name_of_this_machine(api, host):
    assert api.at("GET", f"{api.root}/accounts", headers={"Host": host}).status == 200


def test_verify_user_accounts_and_memberships_agree(api):
    account = api.edge.environ["CLOUDFLARE_ACCOUNT_ID"]
    assert api.at("GET", f"{api.root}/user/tokens/verify").result["status"] == "active"
    assert api.at("GET", f"{api.root}/user").result["email"] == "edge@localhost"
    (listed,) = api.at("GET", f"{api.root}/accounts").result
    assert listed["id"] == account
    assert api("GET", "").result == listed
    (membership,) = api.at("GET", f"{api.root}/memberships").result
    assert membership["account"] == listed
    assert api.at("GET", f"{api.root}/accounts?page=2").result == []


def test_an_unknown_path_cannot_be_routed(api):
    status, code, message = api("GET", "/nowhere").refused
    assert (status, code) == (404, 7003)
    assert message.startswith("Could not route to /accounts/")
    assert api.at("GET", api.root.removesuffix("/client/v4")).refused[:2] == (404, 7003)


def test_a_wrong_method_says_so(api):
    status, code, message = api("DELETE", "/d1/database").refused
    assert (status, code) == (405, 10405)
    assert message.startswith("Method not allowed: DELETE /accounts/")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_broken_json_is_refused(api, body):
    assert api("POST", "/d1/database", content=body).refused == (400, 6007, "Malformed JSON in request body")


def test_json_that_is_no_object_is_refused(api):
    answer = api("POST", "/d1/database", content=b"[]")
    assert answer.refused == (400, 7400, "The request is malformed: the body must be an object")


def test_a_body_beyond_the_limit_is_refused(api):
    answer = api("POST", "/d1/database", content=b" " * (10 * 1024 * 1024 + 1))
    assert answer.refused == (413, 413, "The request body is larger than 10485760 bytes")


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=-1", "page=99999999999"])
def test_paging_by_nonsense_is_refused(api, query):
    parameter = query.partition("=")[0]
    expected = f"The query parameter {parameter} must be a number from 1."
    assert api("GET", f"/d1/database?{query}").refused == (400, 7400, expected)
