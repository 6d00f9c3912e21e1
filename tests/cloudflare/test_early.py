"""A look that does not wait for the upload's answer."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from aerostack.errors import AerostackError, ConfigError, RemoteError, UnavailableError
from aerostack.model import Project
from aerostack_cloudflare.project.early import upload_and_look
from aerostack_cloudflare.project.glance import Glance
from aerostack_cloudflare.project.readback import read_back
from aerostack_cloudflare.script import LiveDeployment

LIVE, OTHER = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "12")


def showing(version: str) -> Glance:
    deployment = LiveDeployment(id="d", versions=((version, 100.0),), annotations={}, created_on=None)
    return Glance(deployments=(deployment,), address=None)


def no_look() -> Glance:
    raise AssertionError("nobody was to look")


def test_the_look_is_over_before_the_answer_is_here() -> None:
    looked = threading.Event()

    def look() -> Glance:
        looked.set()
        return showing(LIVE)

    result, seen = upload_and_look(lambda: looked.wait(60), look, work=0.01, way=0.19)
    assert result
    assert next(seen.glances) == showing(LIVE)
    assert seen.work is not None


def test_an_account_that_takes_longer_than_last_time_is_looked_at_twice() -> None:
    looks = iter([showing(OTHER), showing(LIVE)])
    both = threading.Semaphore(0)

    def look() -> Glance:
        both.release()
        return next(looks)

    def upload() -> bool:
        return both.acquire(timeout=60) and both.acquire(timeout=60)

    result, seen = upload_and_look(upload, look, work=0.01, way=60)
    assert result
    assert sorted(glance.version or "" for glance in seen.glances) == sorted([LIVE, OTHER])


@pytest.mark.parametrize(
    ("work", "way"),
    [(None, 0.1), (0.1, None), (0.1, 0.01), (10, 0.06)],
    ids=["never uploaded", "nothing asked yet", "next door", "the way is a small part"],
)
def test_nothing_is_guessed_where_nothing_is_known_or_gained(work: float | None, way: float | None) -> None:
    result, seen = upload_and_look(lambda: "made", no_look, work=work, way=way)
    assert (result, list(seen.glances)) == ("made", [])
    assert (seen.work is None) == (way is None)


def test_an_answer_that_comes_sooner_needs_no_early_look() -> None:
    result, seen = upload_and_look(lambda: "made", no_look, work=1800, way=1800)
    assert (result, list(seen.glances)) == ("made", [])


def test_a_failed_upload_waits_for_no_look() -> None:
    looking, over = threading.Event(), threading.Event()

    def look() -> Glance:
        looking.set()
        over.wait(60)
        return showing(LIVE)

    def upload() -> None:
        looking.wait(60)
        raise UnavailableError("no")

    with pytest.raises(UnavailableError, match="no"):
        upload_and_look(upload, look, work=0.01, way=0.19)
    over.set()


@pytest.mark.parametrize("error", [RemoteError("no"), ConfigError("the zone is gone")], ids=["remote", "configuration"])
def test_a_look_that_fails_is_none(error: AerostackError) -> None:
    looked = threading.Event()

    def look() -> Glance:
        looked.set()
        raise error

    assert list(upload_and_look(lambda: looked.wait(60), look, work=0.01, way=0.19)[1].glances) == []


PROJECT = Project(name="w", root=Path(), file=Path("aerostack.toml"), environment=None, main=None, config={})


def test_what_was_seen_early_is_not_asked_again(api: Any) -> None:
    assert read_back(api.cloudflare, PROJECT, LIVE, lambda seen: None, [showing(OTHER), showing(LIVE)]) == showing(LIVE)
    assert api.asked == []


def test_a_look_that_came_too_early_is_made_again_at_once(api: Any, good: Any) -> None:
    # Both reads of a look find their part in one answer.
    answer = good(
        {
            "deployments": [{"id": "d", "versions": [{"version_id": LIVE, "percentage": 100}]}],
            "subdomain": {"enabled": True, "previews_enabled": True},
        }
    )
    seen = read_back(api.will(answer), PROJECT, LIVE, lambda seen: None, [showing(OTHER)])
    assert seen.version == LIVE
    assert len(api.asked) == 2
    assert api.slept == []
