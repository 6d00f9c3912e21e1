"""Static files, through both backends for an account of one's own: the same folder is the same site."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.plugins import site
from tests.plugins.site import fetch

from aerostack.testing import RunningEdge

Run = Callable[..., Any]
BACKENDS = pytest.mark.parametrize("backend", ["cfapi", "wrangler"])


@pytest.fixture
def run(aerostack: Run, edge: RunningEdge, tmp_path: Path) -> Run:
    """Run a command in the project."""
    return lambda *argv: aerostack(*argv, cwd=tmp_path / "site", env=dict(edge.environ))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


@BACKENDS
def test_files_and_code_answer_and_what_is_private_does_not(run: Run, folder: Path, backend: str) -> None:
    site.write(folder, not_found_handling='"none"', run_worker_first='["/api/*"]')
    done = run("deploy", "--backend", backend)
    assert done.status == 0, done.stderr
    assert site.WITHHELD in done.stderr
    url = done.stdout.strip()
    for path, content in site.PUBLIC.items():
        assert fetch(f"{url}{path}") == (200, content), path
    assert fetch(f"{url}/api/x") == (200, "code at /api/x")
    for path in site.HIDDEN:
        # No file of that name: the code is asked.
        assert fetch(f"{url}{path}") == (200, "read by the code"), path


@BACKENDS
def test_a_site_without_code_is_deployed_and_changed(run: Run, folder: Path, backend: str) -> None:
    site.write(folder, code=None, not_found_handling='"404-page"')
    mark = uuid.uuid4().hex
    (folder / "public/404.html").write_text(mark)
    url = run("deploy", "--backend", backend).stdout.strip()
    assert fetch(f"{url}/about/") == (200, "<h1>about</h1>")
    assert fetch(f"{url}/.env") == (404, mark)
    (folder / "public/about/index.html").write_text(f"<h1>{mark}</h1>")
    (folder / "public/logo.svg").unlink()
    again = run("deploy", "--backend", backend)
    assert again.stdout.strip() == url
    assert fetch(f"{url}/about/") == (200, f"<h1>{mark}</h1>")
    assert fetch(f"{url}/logo.svg") == (404, mark)


@BACKENDS
def test_files_that_a_build_command_makes_are_deployed(run: Run, folder: Path, backend: str) -> None:
    site.write(folder, {}, code=None)
    mark = uuid.uuid4().hex
    with (folder / "aerostack.toml").open("a") as file:
        file.write(f'\n[build]\ncommand = "mkdir -p public; echo {mark} > public/made.txt; echo x > public/.env"\n')
    done = run("deploy", "--backend", backend)
    assert done.status == 0, done.stderr
    assert "not published, as nobody asked for it by name: .env" in done.stderr
    url = done.stdout.strip()
    assert fetch(f"{url}/made.txt") == (200, f"{mark}\n")
    assert fetch(f"{url}/.env")[0] == 404


@BACKENDS
@pytest.mark.parametrize("command", ["plan", "deploy"])
def test_a_link_that_leaves_the_folder_stops_everything(
    run: Run, folder: Path, edge: RunningEdge, backend: str, command: str
) -> None:
    site.write(folder)
    (folder / "public/host").symlink_to("/etc/hostname")
    edge.forget()
    done = run(command, "--backend", backend)
    assert done.status == 1
    assert (
        "error: host: the symbolic link host leads out of the assets folder, and what it leads to would be published"
    ) in done.stderr
    assert (
        "hint: replace it by what is meant, or remove it, or name it in .assetsignore (a line `/host`)" in done.stderr
    )
    assert [entry for entry in edge.requests() if entry["method"] != "GET"] == []


@BACKENDS
def test_settings_that_make_no_sense_are_shown_where_they_stand(run: Run, folder: Path, backend: str) -> None:
    site.write(folder, code=None, run_worker_first="true")
    done = run("plan", "--backend", backend)
    assert done.status == 2
    assert "error: aerostack.toml:6:20: a Worker of static files only has no code that could run first" in done.stderr


def test_what_is_unchanged_is_not_sent_again(run: Run, folder: Path, edge: RunningEdge) -> None:
    site.write(folder)
    changing = [folder / "public/a.txt", folder / "public/b.txt"]
    for file in changing:
        file.write_text(uuid.uuid4().hex)
    planned = run("plan", "--backend", "cfapi", "--json").document
    first = run("deploy", "--backend", "cfapi", "--json")
    assert first.document["actions"] == planned["actions"]
    assert "◆ 8 static files, 0.1 KiB\n" in first.stderr
    assert " of 8 static files (" in first.stderr

    edge.forget()
    again = run("deploy", "--backend", "cfapi", "--json")
    assert again.document["outcome"] == "unchanged"
    assert (again.document["version"], again.document["urls"]) == (first.document["version"], first.document["urls"])
    assert [entry for entry in edge.requests() if entry["method"] != "GET"] == []

    changing[0].write_text(uuid.uuid4().hex)
    edge.forget()
    changed = run("deploy", "--backend", "cfapi", "--json")
    assert "uploading 1 of 8 static files (0.0 KiB)" in changed.stderr
    writes = [entry["path"].rpartition("/")[2] for entry in edge.requests() if entry["method"] != "GET"]
    assert writes == ["assets-upload-session", "upload", first.document["worker"]]

    # Code alone: the files are asked for, and none is sent.
    (folder / "src/index.js").write_text(site.CODE + "// changed\n")
    edge.forget()
    assert run("deploy", "--backend", "cfapi", "--json").document["outcome"] == "applied"
    writes = [entry["path"].rpartition("/")[2] for entry in edge.requests() if entry["method"] != "GET"]
    assert writes == ["assets-upload-session", first.document["worker"]]


def test_files_that_do_not_arrive_change_nothing(run: Run, folder: Path, edge: RunningEdge) -> None:
    site.write(folder, code=None)
    mark = uuid.uuid4().hex
    (folder / "public/index.html").write_text(mark)
    url = run("deploy", "--backend", "cfapi").stdout.strip()
    (folder / "public/index.html").write_text(f"{mark} changed")
    with edge.refusing("POST", "/assets/upload", status=403, code=10000, message="expired"):
        done = run("deploy", "--backend", "cfapi", "--json")
    assert done.status == 1
    assert "expired" in done.document["error"]["message"]
    assert done.document["outcome"] == "not_applied"
    assert fetch(f"{url}/") == (200, mark)
    assert run("deploy", "--backend", "cfapi").status == 0
    assert fetch(f"{url}/") == (200, f"{mark} changed")


def test_what_one_backend_has_uploaded_the_other_does_not_send(run: Run, folder: Path, edge: RunningEdge) -> None:
    site.write(folder)
    (folder / "public/unique.txt").write_text(uuid.uuid4().hex)
    assert run("deploy", "--backend", "wrangler").status == 0
    (folder / "src/index.js").write_text(site.CODE + "// changed\n")
    edge.forget()
    done = run("deploy", "--backend", "cfapi")
    assert done.status == 0, done.stderr
    assert not any(entry["path"].endswith("/assets/upload") for entry in edge.requests())


def test_wrangler_gets_a_folder_of_its_own_and_the_file_stays(run: Run, folder: Path) -> None:
    site.write(folder)
    before = (folder / "aerostack.toml").read_bytes()
    assert run("deploy", "--backend", "wrangler").status == 0
    given = folder / ".aerostack/wrangler"
    assert json.loads((given / "_base.json").read_text())["assets"]["directory"] == ".wrangler/_base.assets"
    names = {
        path.relative_to(given / ".wrangler/_base.assets").as_posix()
        for path in (given / ".wrangler/_base.assets").rglob("*")
    }
    assert ".env" not in names and ".git" not in names and "app.js.map" not in names
    assert {"index.html", "_headers", "_redirects", ".assetsignore"} <= names
    assert (folder / "aerostack.toml").read_bytes() == before
    # What was there yesterday is not published today.
    (folder / "public/logo.svg").unlink()
    assert run("deploy", "--backend", "wrangler").status == 0
    assert not (given / ".wrangler/_base.assets/logo.svg").exists()
    assert (folder / "public/index.html").read_text() == "<h1>home</h1>"


def test_nothing_of_ours_becomes_a_module_where_wrangler_takes_all_files_for_modules(run: Run, folder: Path) -> None:
    site.write(folder)
    (folder / "index.js").write_text("import text from './lib/text.js'; export default { fetch: () => text };\n")
    (folder / "lib").mkdir()
    (folder / "lib" / "text.js").write_text("export default 'text';\n")
    file = folder / "aerostack.toml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("main =")]
    head = 'main = "index.js"\nno_bundle = true\nfind_additional_modules = true\n'
    file.write_text(f'{head}rules = [{{ type = "ESModule", globs = ["**/*.js"] }}]\n' + "\n".join(lines) + "\n")
    done = run("deploy", "--backend", "wrangler")
    assert done.status == 0, done.stderr
    assert "lib/text.js" in done.stderr
    modules = [line for line in done.stderr.splitlines() if "│" in line]
    assert not any(".aerostack" in line for line in modules), done.stderr
