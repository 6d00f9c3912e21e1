"""Which project a folder belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerostack.errors import ConfigError
from aerostack_hosted import link
from aerostack_hosted.api.me import Me
from aerostack_hosted.choice import check_key, choose
from aerostack_hosted.link import Link

URL = "https://api.example.com"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "aerostack.toml"
    path.write_text('name = "My App"\nmain = "index.js"\n')
    return path


def who(project: str | None = None, name: str | None = None) -> Me:
    return Me(
        kind="project" if project else "account",
        account_id="a1",
        account_name="acme",
        key_name="ci",
        scopes=("deploy",),
        expires_at=None,
        user=None,
        project_id=project,
        project_slug=project and f"slug-{project}",
        project_name=name,
    )


def test_the_name_is_what_is_left(file: Path) -> None:
    chosen = choose(file, URL)
    assert (chosen.reference, chosen.pinned, chosen.source) == ("my-app", False, "by its name My App")


def test_a_link_wins_over_the_name_at_its_own_address(file: Path) -> None:
    link.write(file.parent, Link(project_id="p1", api_url=URL))
    assert choose(file, URL).reference == "p1"
    assert choose(file, "https://other.example.com").reference == "my-app"


def test_a_link_of_an_older_client_holds_everywhere(file: Path) -> None:
    link.write(file.parent, Link(project_id="p1"))
    link.path(file.parent).write_text('{"project_id": "p2"}')
    assert choose(file, URL).reference == "p2"


def test_the_file_wins_over_the_link(file: Path) -> None:
    link.write(file.parent, Link(project_id="p1", api_url=URL))
    file.write_text(file.read_text() + 'project_id = "p3"\n')
    chosen = choose(file, URL)
    assert (chosen.reference, chosen.source) == ("p3", "project_id in aerostack.toml:3:14")


def test_a_damaged_link_stops_everything(file: Path) -> None:
    link.write(file.parent, Link(project_id="p1"))
    link.path(file.parent).write_text("{")
    with pytest.raises(ConfigError) as caught:
        choose(file, URL)
    assert "the link" in caught.value.message
    assert "aerostack unlink" in (caught.value.hint or "")


def test_a_key_in_the_file_is_refused(file: Path) -> None:
    file.write_text(file.read_text() + 'api_key = "ak_hunter2"\n')
    with pytest.raises(ConfigError) as caught:
        choose(file, URL)
    assert caught.value.code == "credential_in_file"
    assert str(caught.value.where) == "aerostack.toml:3:1"
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


def test_a_key_of_another_project_is_never_a_redirect(file: Path) -> None:
    link.write(file.parent, Link(project_id="p1", api_url=URL))
    chosen = choose(file, URL)
    assert check_key(chosen, who("p1")) == chosen
    assert check_key(chosen, who()) == chosen
    with pytest.raises(ConfigError) as caught:
        check_key(chosen, who("p2"))
    assert caught.value.code == "project_mismatch"
    assert caught.value.message == (
        "the key is for the project slug-p2, but this folder belongs to p1 (linked in .aerostack/project.json)"
    )


def test_a_key_of_a_project_chooses_it_where_nobody_else_does(file: Path) -> None:
    assert check_key(choose(file, URL), who("p2", "My App")).reference == "p2"


def test_a_key_of_a_project_of_another_name_is_no_redirect_either(file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check_key(choose(file, URL), who("p2", "Your App"))
    assert (caught.value.code, str(caught.value.where)) == ("project_mismatch", "aerostack.toml:1:8")
    assert caught.value.message == "the key is for the project slug-p2, but this folder is My App"
    assert caught.value.hint == (
        'if it is that project all the same, say so in aerostack.toml: project_id = "p2"; else use a key for this '
        "project or for the account"
    )
