"""``aerostack secrets``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.place import HERE, Folder, Place, Profile, ProjectReference

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack.model import Secret
    from aerostack.pipeline import Prepared
    from aerostack.tools import RunTools

app = typer.Typer(help="Set, list and delete the secrets of an environment.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As the code reads it: env.NAME.")]


@app.command("list")
def show_all(
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    project: ProjectReference = None,
    path: Folder = HERE,
    profile: Profile = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """List the names of the secrets that are set. Nobody can read their values."""
    place = Place(path, env, backend, use_own_account, option, project, profile)

    def body(output: Output, prepared: Prepared, tools: RunTools) -> None:
        from aerostack.cli import table
        from aerostack.pipeline.reach import reading

        with reading(prepared, tools) as journals:
            found = prepared.backend.secrets(prepared.project, prepared.settings, journals, tools)
        for item in found:
            if item.doubtful:
                output.warn(f"setting {item.name} was interrupted: its value may be the old one, set it again")
        if output.as_json:
            rows = [{"name": item.name, "updated_at": item.updated_at, "doubtful": item.doubtful} for item in found]
            output.document({**place.known, "secrets": rows})
            return
        cells = [(item.name, item.updated_at or "") for item in found]
        table.show(output, ("name", "set"), cells, empty=f"no secrets are set in {_where(prepared)}")

    place.run(body, as_json=as_json, debug=debug)


@app.command("set")
def put(
    name: Name,
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    project: ProjectReference = None,
    path: Folder = HERE,
    profile: Profile = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Set a secret. Its value is asked for without showing it, or read from stdin, as it is.

    For example: aerostack secrets set PRIVATE_KEY --env production < key.pem
    """

    def values() -> Mapping[str, Secret]:
        from aerostack.cli.values import ask

        return {name: ask(name)}

    place = Place(path, env, backend, use_own_account, option, project, profile)
    _change(place, values, as_json=as_json, debug=debug)


@app.command("import")
def bring(
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    project: ProjectReference = None,
    path: Folder = HERE,
    profile: Profile = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Set several secrets at once, all or none, from lines NAME=VALUE or a JSON object on stdin.

    For example: aerostack secrets import --env staging < .dev.vars
    """

    def values() -> Mapping[str, Secret]:
        from aerostack.cli.values import parse
        from aerostack.errors import UsageError

        if sys.stdin.isatty():
            raise UsageError(
                "the secrets are read from stdin", hint="aerostack secrets import --env staging < .dev.vars"
            )
        return parse(sys.stdin.read())

    place = Place(path, env, backend, use_own_account, option, project, profile)
    _change(place, values, as_json=as_json, debug=debug)


@app.command("delete")
def delete(
    name: Name,
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    project: ProjectReference = None,
    path: Folder = HERE,
    profile: Profile = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Delete a secret."""
    place = Place(path, env, backend, use_own_account, option, project, profile)
    _change(place, lambda: {name: None}, as_json=as_json, debug=debug)


def _change(place: Place, values: Callable[[], Mapping[str, Secret | None]], *, as_json: bool, debug: bool) -> None:
    def body(output: Output, prepared: Prepared, tools: RunTools) -> None:
        from aerostack.pipeline.reach import changing

        # Asked for before anything is locked: somebody may have to look for the value first.
        changes = values()
        with changing(prepared, tools) as journals:
            done = prepared.backend.change_secrets(prepared.project, changes, prepared.settings, journals, tools)
        deleted = [name for name, value in changes.items() if value is None]
        if output.as_json:
            what = {"deleted": deleted[0]} if deleted else {"set": sorted(changes)}
            output.document({"outcome": "applied", **place.known, **what, "version": done.version})
        elif deleted:
            output.result(f"deleted {deleted[0]} from {_where(prepared)}")
        else:
            output.result(f"set {', '.join(sorted(changes))} in {_where(prepared)}")

    place.run(body, as_json=as_json, debug=debug)


def _where(prepared: Prepared) -> str:
    return prepared.project.environment or "base"
