"""``aerostack init``: a new project, or one that wrangler has deployed so far."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output


def init(
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[NAME|PATH]",
            help="The new project's folder; with --from-wrangler wrangler's file or its folder. Default: here.",
            show_default=False,
        ),
    ] = None,
    from_wrangler: Annotated[
        bool, typer.Option("--from-wrangler", help="Turn wrangler.toml, .json or .jsonc into aerostack.toml.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an aerostack.toml that is there.")] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Create aerostack.toml: for a new project, or from wrangler's configuration.

    With --from-wrangler every key, comment and id is kept, and each environment means what it meant to wrangler, whose
    file stays as it is.

    For example: aerostack init my-app, or in a project of wrangler's: aerostack init --from-wrangler
    """

    def body(output: Output) -> None:
        (_from_wrangler if from_wrangler else _new)(output, target or Path(), force)

    run(body, as_json=as_json, debug=debug)


def _from_wrangler(output: Output, path: Path, force: bool) -> None:
    from aerostack import project
    from aerostack.pipeline.report import error_document
    from aerostack.project import wrangler_file

    source = wrangler_file.find(path)
    converted = wrangler_file.convert(source)
    _write(converted.path, converted.text, force)
    problems = project.check(converted.path)
    for name in converted.separate:
        output.warn(f"wrangler gives the environment `{name}` no bindings of the top level: so inherit = false is set")
    if converted.comments_lost:
        output.warn("the file had to be written anew: its comments are not in it")
    for problem in problems:
        output.error(problem)
    if output.as_json:
        output.document(
            {
                "path": str(converted.path),
                "source": str(source),
                "separate": list(converted.separate),
                "problems": [error_document(problem) for problem in problems],
            }
        )
        return
    output.result(f"wrote {converted.path} from {source.name}")
    output.say("next: aerostack config check" if problems else "next: aerostack plan")


def _new(output: Output, folder: Path, force: bool) -> None:
    import shlex

    from aerostack.errors import ConfigError
    from aerostack.project.entry import USUAL
    from aerostack.project.names import fit
    from aerostack.project.starter import CODE, configuration

    name = fit(folder.resolve().name)
    if not name:
        raise ConfigError("the folder's name cannot name a Worker", hint="give one: aerostack init my-app")
    path = folder / "aerostack.toml"
    main = next((usual for usual in USUAL if (folder / usual).exists()), None)
    _write(path, configuration(name, main or USUAL[0]), force)
    written = [path]
    if main is None:
        written.append(folder / USUAL[0])
        _write(written[-1], CODE, force=False)
    if output.as_json:
        output.document({"name": name, "written": [str(file) for file in written]})
        return
    for file in written:
        output.result(f"wrote {file}")
    output.say("next: aerostack plan" if folder == Path() else f"next: aerostack plan {shlex.quote(str(folder))}")


def _write(path: Path, text: str, force: bool) -> None:
    from aerostack.errors import ConfigError, Location
    from aerostack.files import write_atomic

    if path.exists() and not force:
        raise ConfigError(
            f"{path.name} exists already",
            hint="keep it, or replace it: --force",
            where=Location(path),
            code="config_exists",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.encode())
    except OSError as error:
        raise ConfigError(
            f"cannot write {path.name}: {error.strerror or error}",
            hint=f"check that the folder is there and writable: ls -ld {path.parent}",
            where=Location(path),
            code="config_readonly",
        ) from error
