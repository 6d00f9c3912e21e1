from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aerostack.errors import BundleError

if TYPE_CHECKING:
    from conftest import Folder

MAKE = """echo 'export default { made: true };' > ../dist.js; echo made"""


def test_it_runs_before_the_bundling_in_its_folder(folder: Folder) -> None:
    folder.put({"tools/readme": ""})
    bundle = folder.build({"build": {"command": MAKE, "cwd": "tools"}}, main="dist.js")
    assert b"made: true" in bundle.modules[0].content
    assert folder.reports.steps == [f"Running {MAKE}", "made"]


def test_it_sees_no_credential_but_what_it_needs(folder: Folder) -> None:
    folder.put({"index.js": "export default {};"})
    environ = {
        "PATH": "/usr/bin:/bin",
        "NPM_TOKEN": "kept-for-npm",
        "CLOUDFLARE_API_TOKEN": "secret-1",
        "CF_API_KEY": "secret-2",
        "AEROSTACK_API_KEY": "secret-3",
        "CLOUDFLARE_ACCOUNT_ID": "0123",
    }
    folder.build({"build": {"command": "env > seen.txt"}}, main="index.js", environ=environ)
    seen = dict(line.split("=", 1) for line in (folder.root / "seen.txt").read_text().splitlines() if "=" in line)
    assert {"CLOUDFLARE_API_TOKEN", "CF_API_KEY", "AEROSTACK_API_KEY"}.isdisjoint(seen)
    assert seen["NPM_TOKEN"] == "kept-for-npm"
    assert seen["WRANGLER_COMMAND"] == "deploy"


def test_its_failure_shows_what_it_said(folder: Folder) -> None:
    folder.put({"index.js": "export default {};"})
    error = _fail(folder, {"command": "echo out; echo broken >&2; exit 3"})
    assert error.message == ("the build command `echo out; echo broken >&2; exit 3` ended with status 3:\nout\nbroken")
    assert error.hint == "run it yourself in the project folder, and mend what it says"
    assert str(error.where) == "aerostack.toml:90:1"


def test_a_missing_folder_is_named(folder: Folder) -> None:
    folder.put({"index.js": "export default {};"})
    error = _fail(folder, {"command": "true", "cwd": "nowhere"})
    assert error.message == "the build command cannot run: there is no folder nowhere"
    assert error.hint == "correct `cwd` under [build] in aerostack.toml; it is relative to that file"
    assert str(error.where) == "aerostack.toml:91:1"


def test_it_has_to_make_the_entry_point(folder: Folder) -> None:
    error = _fail(folder, {"command": "true"})
    assert error.message == "the entry point index.js does not exist after the build command `true`"
    assert error.hint == "`main` in aerostack.toml has to name a file that the build command makes"


def _fail(folder: Folder, build: dict[str, Any]) -> BundleError:
    with pytest.raises(BundleError) as raised:
        folder.build({"build": build}, main="index.js")
    return raised.value
