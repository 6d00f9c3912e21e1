"""Several tokens share Cloudflare's limit."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from aerostack.errors import ConfigError
from aerostack.http import TokenBucket
from aerostack.model import Secret
from aerostack_server.platform.platform import Platform
from aerostack_server.settings import Settings


def platform(*tokens, bucket=TokenBucket, processes=1, replicas=1):
    settings = Settings(
        data=Path("data"),
        url="https://aerostack.example.com",
        domain="workers.example.net",
        database_url="sqlite:///x",
        platform_url="https://api.example.com/client/v4",
        platform_account="0" * 32,
        platform_tokens=tuple(map(Secret, tokens)),
        processes=processes,
        replicas=replicas,
    )
    return Platform(settings, Secret("events"), bucket=bucket)


def test_calls_go_round():
    several = platform("a", "b", "c")
    assert len({id(several.account) for _ in range(3)}) == 3
    several.close()


def test_the_token_that_may_send_soonest_is_next():
    made = []

    def bucket():
        made.append(TokenBucket(capacity=10, seconds=100))
        return made[-1]

    several = platform("a", "b", bucket=bucket)
    first, now = several.account, time.monotonic()
    other = several.account
    assert other is not first
    # Whichever of them is used up is left alone until it has recovered.
    for used in made:
        for _ in range(12):
            used.take(now)
        assert len({id(several.account) for _ in range(4)}) == (1 if used is made[0] else 2)
    # Now both are: 2 requests too many at 10 seconds each, and one for the next.
    assert 20 < several.delay() <= 30
    several.close()


def test_processes_of_one_server_divide_the_limit():
    half = platform("a", bucket=None, processes=2)
    now = time.monotonic()
    taken = next(number for number in range(2000) if half._buckets[0].take(now) > 0)
    assert taken == 500
    half.close()


def test_replicas_with_the_same_tokens_divide_the_limit():
    third = platform("a", bucket=None, processes=2, replicas=3)
    now = time.monotonic()
    taken = next(number for number in range(2000) if third._buckets[0].take(now) > 0)
    assert taken == 166
    third.close()


def test_a_server_without_a_platform_says_which_variables_are_missing():
    with pytest.raises(ConfigError) as refused:
        platform()
    assert refused.value.message == "the server does not know its platform"
    assert "CLOUDFLARE_API_TOKEN" in (refused.value.hint or "")
