"""No account takes what the platform allows from the others."""

from __future__ import annotations

import asyncio

import pytest

from aerostack_server.platform.shares import Shares
from aerostack_server.problems import Problem


async def ask(shares, account, count):
    for _ in range(count):
        async with shares.taken(account):
            pass


def test_an_account_makes_a_fourth_of_all_requests():
    async def scenario():
        shares = Shares(40)
        await ask(shares, "one", 10)
        with pytest.raises(Problem) as refused:
            await ask(shares, "one", 1)
        assert (refused.value.status, refused.value.message) == (
            429,
            "this account asks too much of the platform at the moment",
        )
        # 10 in 5 minutes: one in half a minute.
        assert 25 < refused.value.retry_after <= 30
        await ask(shares, "two", 10)

    asyncio.run(scenario())


def test_two_requests_of_an_account_are_under_way_and_the_next_waits():
    async def scenario():
        shares, go, running = Shares(400), asyncio.Event(), []

        async def slow(account):
            async with shares.taken(account):
                running.append(account)
                await go.wait()

        tasks = [asyncio.create_task(slow(account)) for account in ("one", "one", "one", "two")]
        await asyncio.sleep(0.01)
        assert running == ["one", "one", "two"]
        go.set()
        await asyncio.gather(*tasks)
        assert running.count("one") == 3

    asyncio.run(scenario())


def test_accounts_that_ask_no_more_are_forgotten():
    async def scenario():
        shares = Shares(400)
        async with shares.taken("busy"):
            for number in range(5000):
                await ask(shares, f"a{number}", 1)
            assert len(shares._of) < 4200
            assert "busy" in shares._of

    asyncio.run(scenario())


def test_whoever_asks_whether_the_server_is_ready_asks_the_platform_now_and_then(sqlite_server, edge):
    assert sqlite_server.call("GET", "/readyz").status == 200
    edge.forget()
    assert {sqlite_server.call("GET", "/readyz").status for _ in range(50)} == {200}
    asked = [request for request in edge.requests() if request["path"].endswith("/workers/subdomain")]
    # Once in 15 seconds, by each process.
    assert len(asked) < 10


def test_reading_keys_without_an_end_leaves_the_platform_to_others(sqlite_server):
    project, other = sqlite_server.tenant().project(), sqlite_server.tenant().project()
    for each in (project, other):
        assert (
            each.call("PUT", "/resources", {"resources": [{"kind": "kv", "binding": "KV", "name": "k"}]}).status == 200
        )
    for _ in range(300):
        answer = project.call("GET", "/kv/KV/keys")
        if answer.status != 200:
            break
    assert (answer.status, answer.code) == (429, "too_many_requests")
    assert int(answer.headers["retry-after"]) >= 1
    assert other.call("GET", "/kv/KV/keys").status == 200
    assert project.deploy("export default {};").status == 201
