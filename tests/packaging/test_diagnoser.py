"""A package that explains failures, installed by pip: its answer counts, and its bugs hide nothing."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

PACKAGE = Path(__file__).parent.parent / "third_party" / "aerostack-hello"
WARNINGS = (
    "warning: the plugin `crashing` of aerostack-hello 1.0 cannot explain this failure: "
    "ValueError: RemoteError was not expected\n",
    "warning: the plugin `missing` of aerostack-hello 1.0 cannot explain this failure: "
    "ModuleNotFoundError: No module named 'aerostack_hello.missing'\n",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which it is installed beside aerostack."""
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--no-index", "--target", target, PACKAGE],
        check=True,
    )  # fmt: skip
    return {"PYTHONPATH": str(target)}


@pytest.fixture
def deploy(aerostack: Callable[..., Any], edge: RunningEdge, site: dict[str, str], tmp_path: Path) -> Any:
    """Deploy a Worker whose code is given."""

    def run(code: str) -> Any:
        name = f"hello-{uuid.uuid4().hex[:8]}"
        (tmp_path / "aerostack.toml").write_text(
            f'name = "{name}"\nmain = "index.js"\ncompatibility_date = "2026-06-01"\n\n[vars]\nA = "1"\n'
        )
        (tmp_path / "index.js").write_text(code)
        return aerostack("deploy", "--backend", "cfapi", cwd=tmp_path, env=dict(edge.environ) | site)

    return run


def test_its_answer_comes_before_ours_and_the_error_stays(deploy: Any) -> None:
    done = deploy("throw new Error('HELLO_REGION is not set'); export default {};")
    assert done.status == 1
    assert "HELLO_REGION is not set" in done.stderr
    assert (
        'cause: the hello library does not know the region\n\nhint: add HELLO_REGION = "eu" under [vars]\n'
        in done.stderr
    )
    assert "error: aerostack.toml:5:" in done.stderr


def test_what_it_does_not_know_is_explained_by_us_and_its_bugs_are_warnings(deploy: Any) -> None:
    done = deploy("throw new Error('something else'); export default {};")
    assert done.status == 1
    assert "Uncaught Error: something else" in done.stderr
    assert "cause: the code throws while it is loaded, before any request\n" in done.stderr
    for warning in WARNINGS:
        assert warning in done.stderr


def test_without_a_failure_nobody_is_asked(deploy: Any) -> None:
    done = deploy("export default { fetch() { return new Response('hi') } };")
    assert done.status == 0, done.stderr
    assert "aerostack-hello" not in done.stderr
