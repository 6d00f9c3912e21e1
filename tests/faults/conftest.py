"""One stage for all cells of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.faults.hosted import hosted_stage
from tests.faults.play import Player
from tests.faults.stage import Stage
from tests.faults.stage import stage as set_up


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with set_up() as made:
        yield made


@pytest.fixture(scope="session")
def player(stage: Stage) -> Player:
    return Player(stage)


@pytest.fixture(scope="session")
def hosted_player() -> Iterator[Player]:
    with hosted_stage("client") as made:
        yield Player(made)


@pytest.fixture(scope="session")
def platform_player() -> Iterator[Player]:
    with hosted_stage("platform") as made:
        yield Player(made)
