"""A look that does not wait for the upload's answer."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from aerostack.errors import RemoteError, UnavailableError
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

    result, seen = upload_and_look(lambda: looked.wait(60), look, last_took=0.2, way=0.19)
    assert result
    assert seen.glance == showing(LIVE)


@pytest.mark.parametrize(
    ("last_took", "way"),
    [(None, 0.1), (0.2, None), (0.2, 0.01), (0.11, 0.1 - 0.08)],
    ids=["never uploaded", "nothing asked yet", "next door", "the way is the smaller part"],
)
def test_nothing_is_guessed_where_nothing_is_known_or_gained(last_took: float | None, way: float | None) -> None:
    result, seen = upload_and_look(lambda: "made", no_look, last_took=last_took, way=way)
    assert (result, seen.glance) == ("made", None)
    assert seen.took >= 0


def test_an_answer_that_comes_sooner_needs_no_early_look() -> None:
    result, seen = upload_and_look(lambda: "made", no_look, last_took=3600, way=1800)
    assert (result, seen.glance) == ("made", None)


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
        upload_and_look(upload, look, last_took=0.2, way=0.19)
    over.set()


def test_a_look_that_fails_is_none() -> None:
    looked = threading.Event()

    def look() -> Glance:
        looked.set()
        raise RemoteError("no")

    assert upload_and_look(lambda: looked.wait(60), look, last_took=0.2, way=0.19)[1].glance is None


PROJECT = Project(name="w", root=Path(), file=Path("aerostack.toml"), environment=None, main=None, config={})


def test_what_was_seen_early_is_not_asked_again(api: Any) -> None:
    assert read_back(api.cloudflare, PROJECT, LIVE, lambda seen: None, showing(LIVE)) == showing(LIVE)
    assert api.asked == []


def test_a_look_that_came_too_early_is_made_again_at_once(api: Any, good: Any) -> None:
    # Both reads of a look find their part in one answer.
    answer = good(
        {
            "deployments": [{"id": "d", "versions": [{"version_id": LIVE, "percentage": 100}]}],
            "subdomain": {"enabled": True, "previews_enabled": True},
        }
    )
    seen = read_back(api.will(answer), PROJECT, LIVE, lambda seen: None, showing(OTHER))
    assert seen.version == LIVE
    assert len(api.asked) == 2
    assert api.slept == []
