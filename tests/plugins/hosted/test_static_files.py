"""Static files on Aerostack: the same site as on an account of one's own, and only what is missing is sent."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugins import site
from tests.plugins.site import fetch

Run = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Instead of the demo."""
    return site.write(tmp_path / "site", not_found_handling='"none"', run_worker_first='["/api/*"]')


def test_files_and_code_answer_and_what_is_private_does_not(run: Run) -> None:
    done = run("deploy", "--yes")
    assert done.status == 0, done.stderr
    assert site.WITHHELD in done.stderr
    url = done.stdout.strip()
    for path, content in site.PUBLIC.items():
        assert fetch(f"{url}{path}") == (200, content), path
    assert fetch(f"{url}/api/x") == (200, "code at /api/x")
    for path in site.HIDDEN:
        assert fetch(f"{url}{path}") == (200, "read by the code"), path


def test_only_what_is_missing_is_sent(run: Run, project: Path, writes: Callable[..., list[str]]) -> None:
    planned = run("plan", "--json").document
    first = run("deploy", "--yes", "--json")
    assert first.document["actions"] == planned["actions"]
    assert "uploading 6 of 6 static files (0.1 KiB)" in first.stderr

    assert writes("deploy", "--json") == []
    again = run("deploy", "--json").document
    assert (again["outcome"], again["version"]) == ("unchanged", first.document["version"])

    (project / "public/new.txt").write_text(uuid.uuid4().hex)
    ends = [path.rpartition("/")[2] for path in writes("deploy", "--json")]
    assert ends == ["missing", "assets", "deployments"]
    # Another environment of the project has them all.
    ends = [path.rpartition("/")[2] for path in writes("deploy", "--env", "production", "--json")]
    assert ends == ["missing", "deployments"]


def test_a_rollback_brings_the_old_files_back(run: Run, project: Path) -> None:
    url = run("deploy", "--yes").stdout.strip()
    (project / "public/index.html").write_text("<h1>changed</h1>")
    (project / "public/logo.svg").unlink()
    assert run("deploy").status == 0
    assert fetch(f"{url}/") == (200, "<h1>changed</h1>")
    assert fetch(f"{url}/logo.svg") == (200, "read by the code")
    assert run("rollback", "1", "--yes").status == 0
    assert fetch(f"{url}/") == (200, "<h1>home</h1>")
    assert fetch(f"{url}/logo.svg") == (200, "<svg/>")


def test_a_site_without_code_is_deployed(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith(("main", "binding", "run_worker"))) + "\n")
    (project / "src/index.js").unlink()
    # An extension that a form cannot hold as it is.
    (project / 'public/odd.a"b').write_text("odd")
    done = run("deploy", "--yes")
    assert done.status == 0, done.stderr
    url = done.stdout.strip()
    assert fetch(f"{url}/about/") == (200, "<h1>about</h1>")
    assert fetch(f"{url}/odd.a%22b") == (200, "odd")
    assert fetch(f"{url}/.env")[0] == 404


def test_what_only_code_could_use_is_refused_without_code(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    text = "\n".join(line for line in file.read_text().splitlines() if not line.startswith(("main", "binding", "run_")))
    file.write_text(text + '\n\n[vars]\nA = "1"\n')
    (project / "src/index.js").unlink()
    done = run("plan")
    assert done.status == 2
    assert "a Worker of static files only has no code that could use `vars`" in done.stderr


def test_a_link_that_leaves_the_folder_stops_everything(run: Run, project: Path) -> None:
    (project / "public/host").symlink_to("/etc/hostname")
    done = run("deploy", "--yes")
    assert done.status == 1
    assert "the symbolic link host leads out of the assets folder" in done.stderr
