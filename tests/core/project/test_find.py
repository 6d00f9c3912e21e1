from __future__ import annotations

from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError


def _refused(path: Path) -> tuple[str, str | None, str]:
    with pytest.raises(ConfigError) as caught:
        project.find(path)
    return caught.value.message, caught.value.hint, caught.value.code


def test_a_folder_and_the_file_mean_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "aerostack.toml"
    path.write_text("name = 'x'")
    monkeypatch.chdir(folder)
    assert project.find(folder) == project.find(path) == project.find(Path()) == project.find(Path("src/..")) == path


def test_a_linked_file_belongs_to_the_folder_that_links_to_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text("name = 'x'")
    (folder / "aerostack.toml").symlink_to(tmp_path / "shared.toml")
    assert project.find(folder) == folder / "aerostack.toml"


def test_a_missing_file_comes_with_the_way_to_get_one(folder: Path) -> None:
    message, hint, code = _refused(folder)
    assert message == f"no aerostack.toml in {folder}"
    assert hint == 'create it with two lines: name = "my-app" and main = "src/index.ts"'
    assert code == "config_missing"


def test_a_wrangler_file_beside_it_is_mentioned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "wrangler.toml").touch()
    monkeypatch.chdir(folder)
    message, hint, _ = _refused(Path())
    assert message == "no aerostack.toml in this folder"
    assert hint == "there is a wrangler.toml, which can be turned into one: aerostack init --from-wrangler"


def test_a_wrangler_json_file_is_mentioned(folder: Path) -> None:
    (folder / "wrangler.jsonc").touch()
    assert _refused(folder)[1] == (
        f"there is a wrangler.jsonc, which can be turned into one: aerostack init --from-wrangler {folder}"
    )


def test_a_misspelt_file_is_noticed(folder: Path) -> None:
    (folder / "aerostack.tml").touch()
    assert _refused(folder)[1] == f"rename aerostack.tml: mv {folder}/aerostack.tml {folder}/aerostack.toml"


def test_a_file_further_up_is_noticed(folder: Path) -> None:
    (folder / "aerostack.toml").touch()
    assert _refused(folder / "src")[1] == f"there is one in {folder}: run the command there, or pass that folder"


def test_a_path_that_is_not_there_is_explained(folder: Path) -> None:
    assert _refused(folder.parent / "dmo")[:2] == (
        f"no such file or folder: {folder.parent / 'dmo'}",
        f"did you mean {folder}?",
    )
    assert _refused(folder / "q" / "r")[1] == "pass the folder that holds aerostack.toml"


def test_another_kind_of_file_is_refused(folder: Path) -> None:
    assert _refused(folder / "src" / "index.ts")[:2] == (
        f"{folder}/src/index.ts is not an aerostack.toml",
        "pass the folder that holds aerostack.toml, or the file itself",
    )
