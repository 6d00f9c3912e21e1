"""``aerostack migrations``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.place import HERE, Folder, Place, Profile, ProjectReference

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack.pipeline import Prepared
    from aerostack.pipeline.migrations import State
    from aerostack.project.migrations import Migrations
    from aerostack.tools import RunTools

app = typer.Typer(help="Take the schema of a D1 database forward, file by file.", no_args_is_help=True)

Database = Annotated[
    str | None,
    typer.Argument(metavar="[BINDING]", help="The database, by its binding or name. Default: the only one."),
]


@app.command("list")
def show_all(
    binding: Database = None,
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
    """List the migrations that are not applied yet. Reads only."""
    place = Place(path, env, backend, use_own_account, option, project, profile)

    def body(output: Output, prepared: Prepared, tools: RunTools) -> None:
        from aerostack.pipeline.migrations import state
        from aerostack.pipeline.reach import reading
        from aerostack.project.migrations import migrations

        with reading(prepared, tools) as journals:
            found = migrations(prepared.project, binding)
            now = state(prepared, found, journals, tools)
        _warn(output, now)
        if output.as_json:
            files = {"applied": list(now.applied), "pending": list(now.pending)}
            output.document({**place.known, **_database(found), **files})
            return
        output.say(f"{len(now.applied)} of {found.database.binding} are applied")
        for name in now.pending:
            output.result(name)
        if not now.pending:
            output.say("no migration is to be applied")

    place.run(body, as_json=as_json, debug=debug)


@app.command("apply")
def apply(
    binding: Database = None,
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
    """Apply the migrations that are not applied yet, in their order: each wholly or not at all.

    The files are those of `migrations_dir` in aerostack.toml, by default migrations/*.sql. What was applied stands in
    the table that wrangler uses, so that both tools know it.

    For example: aerostack migrations apply --env staging
    """
    place = Place(path, env, backend, use_own_account, option, project, profile)

    def body(output: Output, prepared: Prepared, tools: RunTools) -> None:
        from aerostack.errors import OvertakenError
        from aerostack.pipeline import migrations as steps
        from aerostack.pipeline.reach import changing
        from aerostack.project.migrations import migrations

        done: list[str] = []
        place.known["applied"] = done
        with changing(prepared, tools) as journals:
            found = migrations(prepared.project, binding)
            now = steps.state(prepared, found, journals, tools)
            _warn(output, now)
            for name in steps.apply(prepared, found, now.pending, journals, tools):
                output.mark("✓", "green", f"applied {name} to {found.database.binding}")
                done.append(name)
                place.known["outcome"] = "unknown"  # of what an error after this one may say
            seen = steps.state(prepared, found, journals, tools) if done else now
            missing = [name for name in done if name not in seen.applied]
            if missing:
                raise OvertakenError(
                    f"{', '.join(missing)} was applied, and is not among the applied ones now",
                    hint="somebody else changes the same database: see `aerostack migrations list`",
                )
        place.known["outcome"] = "applied" if done else "unchanged"
        if output.as_json:
            output.document({**place.known, **_database(found)})
        elif done:
            output.result(f"applied {len(done)} migration{'s' * (len(done) > 1)} to {found.database.binding}")
        else:
            output.result("no migration is to be applied")

    place.run(body, as_json=as_json, debug=debug)


def _warn(output: Output, now: State) -> None:
    for name in now.late:
        output.warn(f"{name} comes before one that is applied already")
    for name in now.gone:
        output.warn(f"{name} is applied, but there is no such file any more")


def _database(found: Migrations) -> dict[str, str]:
    return {"binding": found.database.binding, "database": found.database.name}
