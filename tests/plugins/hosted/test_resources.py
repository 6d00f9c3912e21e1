"""`aerostack resources` on Aerostack, which keeps what an environment owns itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_what_has_no_binding_any_more_is_an_orphan_that_goes_with_its_environment(
    run: Callable[..., Any], project: Path
) -> None:
    deployed = run("deploy", "--yes")
    assert deployed.status == 0, deployed.stderr
    found = run("resources", "--json").document["resources"]
    assert [(one["kind"], one["bindings"], one["made"], one["live"]) for one in found] == [
        ("d1", ["DB"], True, None),
        ("kv", ["CACHE"], True, None),
    ]
    assert run("resources", "--orphans", "--json").document["resources"] == []
    file = project / "aerostack.toml"
    file.write_text(file.read_text().replace('binding = "DB"', 'binding = "OTHER"'))
    (orphan,) = run("resources", "--orphans", "--json").document["resources"]
    assert (orphan["kind"], orphan["bindings"], orphan["orphan"], orphan["delete"]) == ("d1", [], True, None)
    shown = run("resources", "--orphans")
    assert shown.stdout.split()[0] == "d1"
    assert shown.stdout.rstrip().endswith("nothing in aerostack.toml")
    refused = run("resources", "--delete", f"d1/{orphan['name']}", "--yes")
    assert refused.status == 1
    assert f"error: Aerostack keeps d1 {orphan['name']} while there is the environment staging" in refused.stderr
    assert "hint: it goes with its environment" in refused.stderr
