"""D1, KV, R2 and queues."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from aerostack.errors import ConfigError, ConflictError, NotFoundError, RemoteError, UnavailableError
from aerostack_cloudflare.d1 import Database, QueryResult
from aerostack_cloudflare.kv import Key, Namespace
from aerostack_cloudflare.queues import Consumer, Queue
from aerostack_cloudflare.r2 import Bucket, StoredObject

UUID = "11111111-2222-3333-4444-555555555555"
HEX = "0123456789abcdef0123456789abcdef"


def database(name: str = "db", id: str = UUID) -> dict[str, Any]:
    return {"uuid": id, "name": name, "created_at": "2026-01-01T00:00:00Z", "new_field": {}}


def test_a_database_is_found_by_name(api: Any, good: Any) -> None:
    assert api.will(good(database())).d1.get("db") == Database(UUID, "db")
    assert api.asked == ["GET /d1/database/db"]


def test_only_a_404_with_the_right_code_means_that_there_is_none(api: Any, bad: Any) -> None:
    assert api.will(bad(404, 7404)).d1.get("db") is None
    assert api.will(bad(404, 10013)).kv.get(HEX) is None
    assert api.will(bad(404, 10006)).r2.get("b") is None
    for status, code in ((404, 7003), (404, None), (500, 7404), (400, 7404), (403, 7404)):
        with pytest.raises(RemoteError):
            api.will(bad(status, code)).d1.get("db")
    with pytest.raises(NotFoundError):
        api.will(bad(404, 7003)).d1.get("db")


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        {},
        {"uuid": UUID},
        {"name": "db"},
        {"uuid": "not-a-uuid", "name": "db"},
        {"uuid": f"{UUID}/../x", "name": "db"},
        {"uuid": 7, "name": "db"},
        {"uuid": UUID, "name": None},
        {"uuid": UUID, "name": "another"},
    ],
)
def test_an_answer_with_a_wrong_field_is_never_used(api: Any, good: Any, result: Any) -> None:
    with pytest.raises(RemoteError) as failure:
        api.will(good(result)).d1.get("db")
    assert failure.value.code == "malformed_answer"
    assert failure.value.message.startswith("reading the D1 database db: the API's answer is not what it promises: ")


def test_a_name_cannot_change_the_path(api: Any, bad: Any) -> None:
    api.will(bad(404, 7404)).d1.get("a/../b?c#d e%2f")
    assert api.asked == ["GET /d1/database/a%2F..%2Fb%3Fc%23d%20e%252f"]
    for name in ("", ".", ".."):
        with pytest.raises(ConfigError):
            api.cloudflare.d1.get(name)
    assert len(api.requests) == 1


def test_a_database_is_created_where_it_must_be(api: Any, good: Any) -> None:
    assert api.will(good(database())).d1.create("db", "eu") == Database(UUID, "db")
    assert (api.asked, api.body()) == (["POST /d1/database"], {"name": "db", "jurisdiction": "eu"})


def test_a_query_gives_a_result_for_each_statement(api: Any, good: Any) -> None:
    answer = good([{"results": [{"n": 1}], "success": True, "meta": {"changes": 0}}, {"results": None}])
    assert api.will(answer).d1.query(UUID, "select 1 as n; drop table t", [1, None]) == (
        QueryResult(({"n": 1},), {"changes": 0}),
        QueryResult((), {}),
    )
    assert api.body() == {"sql": "select 1 as n; drop table t", "params": [1, None]}


def test_a_query_of_unknown_fate_is_not_sent_again(api: Any) -> None:
    with pytest.raises(UnavailableError) as failure:
        api.will(httpx.ReadError("reset")).d1.query(UUID, "insert into t values (1)")
    assert failure.value.applied is None
    assert len(api.requests) == 1


def test_lists_are_read_to_their_last_page(api: Any, good: Any) -> None:
    first = [{"id": f"{n:032x}", "title": f"t{n:04}"} for n in range(1000)]
    last = [{"id": HEX, "title": "the last"}]
    found = api.will(good(first), good(last)).kv.list()
    assert (len(found), found[-1]) == (1001, Namespace(HEX, "the last"))
    assert [request.url.params["page"] for request in api.requests] == ["1", "2"]


def test_a_list_that_says_how_long_it_is_costs_no_empty_page(api: Any, good: Any) -> None:
    items = [{"id": f"{n:032x}", "title": str(n)} for n in range(1000)]
    assert len(api.will(good(items, total_count=1000)).kv.list()) == 1000
    assert len(api.requests) == 1


def test_a_server_with_smaller_pages_is_followed(api: Any, good: Any) -> None:
    pages = [good([{"id": f"{n:032x}", "title": str(n)}], per_page=1, total_count=3) for n in range(3)]
    assert [namespace.title for namespace in api.will(*pages).kv.list()] == ["0", "1", "2"]


def test_a_server_that_ignores_pages_does_not_hold_us_for_ever(api: Any, good: Any) -> None:
    items = [{"id": f"{n:032x}", "title": str(n)} for n in range(1000)]
    assert len(api.will(good(items)).kv.list()) == 1000
    assert len(api.requests) == 2
    assert len(api.will(good([{"name": "k"}], cursor="again")).kv.keys(HEX)) == 2


def test_a_namespace_is_found_by_its_exact_title(api: Any, good: Any) -> None:
    listed = good([{"id": "f" * 32, "title": "cache-2"}, {"id": HEX, "title": "cache"}])
    assert api.will(listed).kv.find("cache") == Namespace(HEX, "cache")
    assert api.will(listed).kv.find("cach") is None


def test_keys_and_values(api: Any, good: Any, bad: Any) -> None:
    kv = api.will(good([{"name": "a", "expiration": 1900000000}], cursor="c"), good([{"name": "b"}], cursor="")).kv
    assert kv.keys(HEX, "x/") == (Key("a", 1900000000), Key("b", None))
    assert api.asked == [
        f"GET /storage/kv/namespaces/{HEX}/keys?limit=1000&prefix=x%2F",
        f"GET /storage/kv/namespaces/{HEX}/keys?limit=1000&prefix=x%2F&cursor=c",
    ]
    # A value is no envelope, even if it looks like one.
    assert api.will(httpx.Response(200, content=b'{"success":false}')).kv.value(HEX, "a/b") == b'{"success":false}'
    assert api.asked[-1] == f"GET /storage/kv/namespaces/{HEX}/values/a%2Fb"
    assert api.will(bad(404, 10009)).kv.value(HEX, "a") is None
    with pytest.raises(NotFoundError):
        api.will(bad(404, 10013)).kv.value(HEX, "a")
    api.will(good(None)).kv.put(HEX, "k", b"\x00v", ttl=60)
    assert api.requests[-1].content == b"\x00v"
    assert api.requests[-1].url.params["expiration_ttl"] == "60"
    api.will(good(None)).kv.put(HEX, "k", b"v", metadata='{"a":1}')
    assert b'name="value"\r\n\r\nv\r\n' in api.requests[-1].content
    assert b'name="metadata"\r\n\r\n{"a":1}\r\n' in api.requests[-1].content
    api.will(good(None)).kv.delete_key(HEX, "k")
    assert api.asked[-1] == f"DELETE /storage/kv/namespaces/{HEX}/values/k"


def test_a_bucket_is_its_name_and_its_jurisdiction(api: Any, good: Any) -> None:
    assert api.will(good({"name": "b"})).r2.get("b", "eu") == Bucket("b")
    assert api.requests[-1].headers["cf-r2-jurisdiction"] == "eu"
    assert api.will(good({"name": "b"})).r2.create("b") == Bucket("b")
    assert "cf-r2-jurisdiction" not in api.requests[-1].headers
    with pytest.raises(RemoteError, match="the field `name` is wrong"):
        api.will(good({"name": "c"})).r2.get("b")
    pages = good({"buckets": [{"name": "a"}]}, cursor="c"), good({"buckets": [{"name": "b"}]})
    assert api.will(*pages).r2.list() == (Bucket("a"), Bucket("b"))


def test_an_object_stays_within_its_bucket(api: Any, good: Any, bad: Any) -> None:
    assert api.will(httpx.Response(200, content=b"body")).r2.object("b", "a/b c.txt") == b"body"
    assert api.asked[-1] == "GET /r2/buckets/b/objects/a/b%20c.txt"
    assert api.will(bad(404, 10007)).r2.object("b", "k") is None
    with pytest.raises(NotFoundError):
        api.will(bad(404, 10006)).r2.object("b", "k")
    with pytest.raises(ConfigError):
        api.cloudflare.r2.object("b", "../../queues")
    api.will(good({})).r2.put_object("b", "k", b"x", type="text/plain")
    assert (api.asked[-1], api.requests[-1].content) == ("PUT /r2/buckets/b/objects/k", b"x")
    assert api.will(good([{"key": "k", "size": 1}])).r2.objects("b") == (StoredObject("k", 1),)


def test_a_queue_is_found_by_its_exact_name_whatever_the_filter_does(api: Any, good: Any) -> None:
    listed = good([{"queue_id": "f" * 32, "queue_name": "jobs-2"}, {"queue_id": HEX, "queue_name": "jobs"}])
    assert api.will(listed).queues.find("jobs") == Queue(HEX, "jobs")
    assert api.will(listed).queues.find("job") is None
    assert api.asked[0] == "GET /queues?name=jobs&page=1&per_page=100"


def consumed(**fields: Any) -> dict[str, Any]:
    return {"queue_id": HEX, "queue_name": "jobs", "consumers": [{"consumer_id": "c", "settings": {}, **fields}]}


@pytest.mark.parametrize("key", ["script", "script_name", "service"])
def test_a_queue_comes_with_its_consumer_whatever_that_is_called(api: Any, good: Any, key: str) -> None:
    (consumer,) = api.will(good(consumed(**{key: "w"}, settings={"batch_size": 5}))).queues.get(HEX).consumers
    assert consumer == Consumer("c", "w", None, {"batch_size": 5})
    assert api.asked == [f"GET /queues/{HEX}"]
    (pulling,) = api.will(good(consumed(type="http_pull"))).queues.get(HEX).consumers
    assert pulling.script is None


def test_a_worker_consumes_a_queue_and_how_is_changed(api: Any, good: Any) -> None:
    answer = good({"consumer_id": "c", "script": "w", "settings": {"batch_size": 5}, "dead_letter_queue": "dead"})
    queues = api.will(answer).queues
    made = queues.add_consumer(HEX, "w", settings={"batch_size": 5}, dead_letter_queue="dead")
    assert made == Consumer("c", "w", "dead", {"batch_size": 5})
    assert api.asked == [f"POST /queues/{HEX}/consumers"]
    assert api.body() == {
        "type": "worker",
        "script_name": "w",
        "settings": {"batch_size": 5},
        "dead_letter_queue": "dead",
    }
    queues.change_consumer(HEX, "c", "w", settings={})
    assert api.asked[-1] == f"PUT /queues/{HEX}/consumers/c"
    assert api.body() == {"type": "worker", "script_name": "w", "settings": {}}


def test_a_consumer_whose_answer_was_lost_is_looked_for(api: Any, good: Any) -> None:
    made = api.will(httpx.ReadError("reset"), good(consumed(script="w"))).queues.add_consumer(HEX, "w", settings={})
    assert made.id == "c"
    assert api.asked == [f"POST /queues/{HEX}/consumers", f"GET /queues/{HEX}"]


def test_the_consumer_of_another_worker_is_a_conflict(api: Any, bad: Any) -> None:
    with pytest.raises(ConflictError, match="letting the Worker w consume the queue"):
        api.will(bad(400, 11004)).queues.add_consumer(HEX, "w", settings={})


CREATIONS = {
    "d1": (lambda c: c.d1.create("x"), database("x"), database("x"), (404, 7404), 7502),
    "kv": (lambda c: c.kv.create("x"), {"id": HEX, "title": "x"}, [{"id": HEX, "title": "x"}], None, 10014),
    "r2": (lambda c: c.r2.create("x"), {"name": "x"}, {"name": "x"}, (404, 10006), 10004),
    "queue": (
        lambda c: c.queues.create("x"),
        {"queue_id": HEX, "queue_name": "x"},
        [{"queue_id": HEX, "queue_name": "x"}],
        None,
        11009,
    ),
}


@pytest.mark.parametrize("kind", CREATIONS)
@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(502, text="<html>"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"success": True, "result": {}}),
    ],
)
def test_a_creation_whose_answer_was_lost_is_looked_for_and_not_repeated(
    api: Any, good: Any, kind: str, fault: Any
) -> None:
    create, _, seen, _, _ = CREATIONS[kind]
    made = create(api.will(fault, good(seen)))
    assert "x" in (getattr(made, "name", None), getattr(made, "title", None))
    assert [request.method for request in api.requests] == ["POST", "GET"]


@pytest.mark.parametrize("kind", CREATIONS)
def test_a_creation_that_was_not_applied_is_repeated_after_looking_for_it(
    api: Any, good: Any, bad: Any, kind: str
) -> None:
    create, made, _, absent, _ = CREATIONS[kind]
    nothing = bad(*absent) if absent else good([])
    create(api.will(bad(503), nothing, nothing, nothing, nothing, good(made)))
    assert [request.method for request in api.requests] == ["POST", "GET", "GET", "GET", "GET", "POST"]
    assert api.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("kind", CREATIONS)
def test_a_creation_that_was_applied_but_shows_late_is_still_ours(api: Any, good: Any, bad: Any, kind: str) -> None:
    create, _, seen, absent, conflict = CREATIONS[kind]
    nothing = bad(*absent) if absent else good([])
    answers = [httpx.ReadError("reset"), *[nothing] * 4, bad(409, conflict), nothing, good(seen)]
    create(api.will(*answers))
    assert [request.method for request in api.requests].count("POST") == 2


@pytest.mark.parametrize("kind", CREATIONS)
def test_a_name_that_is_taken_is_a_conflict_at_once(api: Any, bad: Any, kind: str) -> None:
    create, _, _, _, conflict = CREATIONS[kind]
    with pytest.raises(ConflictError) as failure:
        create(api.will(bad(400, conflict)))
    assert failure.value.remote_code == conflict
    assert len(api.requests) == 1


def test_a_doubt_that_nothing_settles_stays_one(api: Any, bad: Any) -> None:
    answers = [httpx.ReadError("reset"), *[bad(404, 7404)] * 4, bad(400, 7502), bad(404, 7404)]
    with pytest.raises(UnavailableError) as failure:
        api.will(*answers).d1.create("x")
    assert failure.value.applied is None


def test_a_doubt_is_not_settled_by_a_read_that_fails(api: Any, bad: Any) -> None:
    with pytest.raises(UnavailableError, match="reading the D1 database x failed"):
        api.will(httpx.ReadError("reset"), bad(500)).d1.create("x")
    assert [request.method for request in api.requests].count("POST") == 1


def test_a_domain_leads_to_the_worker_of_that_very_host_name(api: Any, good: Any) -> None:
    listed = good([{"hostname": "b.example", "service": "other"}, {"hostname": "a.example", "service": "w"}])
    assert api.will(listed).domains.worker("a.example") == "w"
    assert api.asked == ["GET /workers/domains?hostname=a.example"]
    assert api.will(good([])).domains.worker("a.example") is None
