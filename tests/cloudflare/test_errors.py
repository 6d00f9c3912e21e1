"""What Cloudflare's refusals mean."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from aerostack.errors import (
    AuthError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteError,
    UnavailableError,
)
from aerostack.model import Secret

DATABASE = "11111111-2222-3333-4444-555555555555"


def refusal(call: Any) -> RemoteError:
    with pytest.raises(RemoteError) as failure:
        call()
    return failure.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 7502, ConflictError),
        (404, 7404, NotFoundError),
        (409, None, ConflictError),
        (400, 7406, RemoteError),
        (400, 6003, AuthError),
        (400, 9106, AuthError),
        (401, 10000, AuthError),
        (401, None, AuthError),
        (403, 10000, PermissionDeniedError),
        (403, 10001, PermissionDeniedError),
        (429, 10429, RateLimitError),
        (400, 971, RateLimitError),
        (400, 99999, RemoteError),
    ],
)
def test_product_and_code_decide(api: Any, bad: Any, status: int, code: int | None, kind: type) -> None:
    error = refusal(lambda: api.will(bad(status, code)).d1.create("x"))
    assert type(error) is kind
    assert (error.status, error.remote_code, error.applied) == (status, code, False)
    assert error.operation == "creating the D1 database x"


def test_the_same_code_means_something_else_elsewhere(api: Any, bad: Any) -> None:
    assert type(refusal(lambda: api.will(bad(400, 10014)).kv.create("x"))) is ConflictError
    assert type(refusal(lambda: api.will(bad(400, 10014)).d1.create("x"))) is RemoteError
    assert type(refusal(lambda: api.will(bad(409, 10004)).r2.create("x"))) is ConflictError
    assert type(refusal(lambda: api.will(bad(400, 11009)).queues.create("x"))) is ConflictError


def test_the_text_decides_nothing(api: Any, bad: Any) -> None:
    error = refusal(lambda: api.will(bad(400, 7400, "already exists, not found, Authentication error")).d1.create("x"))
    assert type(error) is RemoteError


def test_an_outage_is_no_matter_of_credentials_whatever_its_code(api: Any, bad: Any) -> None:
    error = refusal(lambda: api.will(bad(500, 10000, "Authentication error")).d1.list())
    assert type(error) is UnavailableError
    assert error.message == "listing the D1 databases failed: Authentication error (code 10000) (4 attempts)"
    assert error.hint == "Cloudflare has a problem (https://www.cloudflarestatus.com): try again in a minute"


@pytest.mark.parametrize(
    ("call", "needed", "place"),
    [
        (
            lambda c: c.d1.create("demo-db"),
            "creating the D1 database demo-db needs the permission D1 Edit",
            "D1 › Edit",
        ),
        (lambda c: c.d1.list(), "listing the D1 databases needs the permission D1 Read", "D1 › Read"),
        (
            lambda c: c.kv.create("t"),
            "creating the KV namespace t needs the permission Workers KV Storage Edit",
            "Workers KV Storage › Edit",
        ),
        (
            lambda c: c.r2.create("b"),
            "creating the R2 bucket b needs the permission Workers R2 Storage Edit",
            "Workers R2 Storage › Edit",
        ),
        (lambda c: c.queues.create("q"), "creating the queue q needs the permission Queues Edit", "Queues › Edit"),
        (
            lambda c: c.scripts.upload("w", metadata={}, modules=()),
            "uploading the Worker w needs the permission Workers Scripts Edit",
            "Workers Scripts › Edit",
        ),
        (
            lambda c: c.subdomain.get(),
            "reading the workers.dev subdomain needs the permission Workers Scripts Read",
            "Workers Scripts › Read",
        ),
    ],
)
def test_a_missing_permission_is_named_by_what_it_is_needed_for(
    api: Any, bad: Any, call: Any, needed: str, place: str
) -> None:
    error = refusal(lambda: call(api.will(bad(403, 10000, "Authentication error"))))
    assert type(error) is PermissionDeniedError
    assert error.message == f"{needed}: Authentication error (code 10000)"
    assert error.hint == (
        f"add Account › {place} to the token at https://dash.cloudflare.com/profile/api-tokens, "
        "and check that it covers this account"
    )


def test_a_token_that_is_not_accepted_says_where_to_make_another(api: Any, bad: Any) -> None:
    error = refusal(lambda: api.will(bad(401, 1000, "Invalid API Token")).tokens.verify())
    assert error.message == (
        "verifying the token failed: Cloudflare does not accept the token: Invalid API Token (code 1000)"
    )
    assert error.hint == (
        "make a new token at https://dash.cloudflare.com/profile/api-tokens and set CLOUDFLARE_API_TOKEN"
    )


def test_cloudflares_reason_for_refusing_a_script_is_kept(api: Any, bad: Any) -> None:
    reason = "Uncaught Error: no config\n  at index.js:3:9"
    error = refusal(lambda: api.will(bad(400, 10021, reason)).scripts.upload("w", metadata={}, modules=()))
    assert error.message == f"uploading the Worker w failed: {reason} (code 10021)"
    assert error.hint == "mend what Cloudflare names, then deploy again; the version that was live still is"
    assert (error.remote_code, error.applied) == (10021, False)


def test_the_chain_behind_an_error_is_told(api: Any) -> None:
    error = {
        "code": 6003,
        "message": "Invalid request headers",
        "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}],
    }
    answer = httpx.Response(400, json={"success": False, "errors": [error]})
    assert refusal(lambda: api.will(answer).d1.list()).message.endswith(
        "Invalid request headers: Invalid format for Authorization header (code 6003)"
    )


def test_no_within_a_200_is_a_no_of_unknown_effect(api: Any, bad: Any) -> None:
    error = refusal(lambda: api.will(bad(200, 7400)).d1.query(DATABASE, "drop table t"))
    assert error.message == f"querying the D1 database {DATABASE} failed: because (code 7400)"
    assert error.applied is None
    assert type(refusal(lambda: api.will(bad(200, 7502)).d1.query(DATABASE, "x"))) is ConflictError


@pytest.mark.parametrize(
    "errors",
    [None, [], {}, "no", [None], [1], ["x"], [{}], [{"code": "7404"}], [{"code": True}], [{"message": 3}], [[]]],
)
def test_any_shape_of_errors_is_survived(api: Any, errors: Any) -> None:
    answer = httpx.Response(400, json={"success": False, "errors": errors})
    error = refusal(lambda: api.will(answer).d1.list())
    assert type(error) is RemoteError
    assert error.remote_code is None
    assert error.message.startswith("listing the D1 databases failed: ")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<!DOCTYPE html>"),
        (200, "{"),
        (200, "[]"),
        (200, "null"),
        (200, '"x"'),
        (200, "{}"),
        (200, '{"success": null}'),
        (200, '{"success": "true", "result": []}'),
        (404, "<html>"),
        (403, "<html>"),
    ],
)
def test_what_is_no_envelope_is_tried_again_and_then_said_to_be_none(api: Any, status: int, body: str) -> None:
    error = refusal(lambda: api.will(httpx.Response(status, text=body)).d1.list())
    assert type(error) is UnavailableError
    assert error.code == "malformed_answer"
    assert error.message.startswith("listing the D1 databases failed: the API answered with ")
    assert len(api.requests) == 4


def test_one_answer_that_is_no_envelope_heals_by_itself(api: Any, good: Any) -> None:
    assert api.will(httpx.Response(200, text="<html>"), good([])).d1.list() == ()


def test_what_would_steer_a_terminal_is_not_shown(api: Any, bad: Any) -> None:
    error = refusal(lambda: api.will(bad(400, 7400, "a\x1b[2Jb\x07\u202ec\nd")).d1.list())
    assert error.message == "listing the D1 databases failed: a[2Jbc\nd (code 7400)"


def test_an_endless_reason_is_cut(api: Any, bad: Any) -> None:
    assert len(refusal(lambda: api.will(bad(400, 7400, "x" * 10**6)).d1.list()).message) < 5000


def test_a_token_that_the_api_echoes_is_masked(api: Any, bad: Any) -> None:
    error = refusal(lambda: api.will(bad(400, 6003, "bad token canary-0123456789abcdef")).d1.list())
    assert "canary" not in error.message
    assert "bad token ***" in error.message


def test_a_secret_that_is_set_is_in_no_error(api: Any, bad: Any) -> None:
    error = refusal(lambda: api.will(bad(400, 10056)).scripts.put_secret("w", "KEY", Secret("hunter2-hunter2")))
    assert error.message == "setting the secret KEY of the Worker w failed: because (code 10056)"
