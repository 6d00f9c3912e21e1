"""``aerostack resources``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options
from aerostack.cli.place import HERE, Folder, Place, Profile, ProjectReference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerostack.capabilities import OwnedResource
    from aerostack.cli.output import Output
    from aerostack.pipeline import Prepared
    from aerostack.pipeline.resources import Listed
    from aerostack.tools import RunTools

Orphans = Annotated[
    bool,
    typer.Option(
        "--orphans", help="Only what was made from here and is not used: by no environment, and not by the live Worker."
    ),
]
Delete = Annotated[
    list[str] | None,
    typer.Option("--delete", metavar="KIND/NAME", help="Delete this orphan, as in d1/my-db, with all that is in it."),
]


def resources(
    orphans: Orphans = False,
    delete: Delete = None,
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    project: ProjectReference = None,
    path: Folder = HERE,
    profile: Profile = None,
    yes: options.Yes = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """List the databases, namespaces, buckets and queues of an environment, and what became of those it made.

    A deploy deletes nothing: a resource whose binding you remove or rename, or that a run left behind which was killed,
    stays with its data, and becomes an orphan. On an account of your own, what was made from here stands in the journal
    of this folder and this backend; deploys from elsewhere, such as CI, know theirs.

    For example: aerostack resources --orphans --env staging
    """
    place = Place(path, env, backend, use_own_account, option, project, profile, yes)

    def body(output: Output, prepared: Prepared, tools: RunTools) -> None:
        if delete:
            _delete(output, prepared, tools, delete, place)
            return
        from aerostack.pipeline.reach import reading
        from aerostack.pipeline.resources import listed

        with reading(prepared, tools) as journals:
            found = listed(prepared, journals, tools)
        shown = [one for one in found if one.is_orphan or (one.resource.exists and not orphans)]
        if output.as_json:
            output.document({**place.known, "resources": [_document(one, found, prepared) for one in shown]})
        else:
            _show(output, prepared, shown, found, only_orphans=orphans)

    place.run(body, as_json=as_json, debug=debug)


def _show(
    output: Output, prepared: Prepared, shown: Sequence[Listed], found: Sequence[Listed], *, only_orphans: bool
) -> None:
    from aerostack.cli import table

    rows = [(one.resource.kind, one.resource.name, one.resource.id, one.users or _unused(one)) for one in shown]
    empty = "no orphans: all that was made from here is in use, or gone" if only_orphans else "no resources"
    table.show(output, ("kind", "name", "id", "used by"), rows, empty=empty)
    for one in shown:
        if one.is_orphan and one.resource.live is not None:
            output.say(f"to delete {one.resource.name}: {_command(one, found, prepared)}")


def _unused(one: Listed) -> str:
    if one.resource.made is False:
        return "nobody"
    if one.resource.live is None:
        return "nothing in aerostack.toml"
    return "nobody: an orphan" if one.resource.made else "nobody: of a run that was interrupted, or somebody else's"


def _document(one: Listed, found: Sequence[Listed], prepared: Prepared) -> dict[str, object]:
    can_be = one.is_orphan and one.resource.live is not None
    return {**one.document(), "delete": _command(one, found, prepared) if can_be else None}


def _command(one: Listed, found: Sequence[Listed], prepared: Prepared) -> str:
    """What deletes it. By its id where others have its name."""
    import shlex

    kind, name = one.resource.kind, one.resource.name
    named = [other for other in found if (other.resource.kind, other.resource.name) == (kind, name)]
    alone = sum(other.resource.exists for other in named) == 1
    words = ["aerostack", "resources", "--delete", f"{kind}/{name if alone else one.resource.id}"]
    if prepared.project.environment is not None:
        words += ["--env", prepared.project.environment]
    return shlex.join([*words, "--backend", prepared.choice.name])


def _delete(output: Output, prepared: Prepared, tools: RunTools, references: Sequence[str], place: Place) -> None:
    from aerostack.errors import AbortedError
    from aerostack.pipeline.reach import changing
    from aerostack.pipeline.resources import choose, listed

    done: list[dict[str, str]] = []
    place.known["deleted"] = done
    with changing(prepared, tools) as journals:
        found = listed(prepared, journals, tools)
        chosen = [choose(found, reference) for reference in dict.fromkeys(references)]
        for resource in chosen:
            if not resource.exists:
                output.say(f"{resource.kind} {resource.name} is gone already")
                continue
            if not tools.confirm(_question(resource)):
                raise AbortedError(f"{resource.kind} {resource.name} was not deleted", hint="answer yes, or pass --yes")
            prepared.backend.delete_resource(prepared.project, resource, prepared.settings, journals, tools)
            output.mark("✓", "green", f"deleted {resource.kind} {resource.name}")
            done.append({"kind": resource.kind, "name": resource.name, "id": resource.id})
            place.known["outcome"] = "unknown"  # of what an error after this one may say
    place.known["outcome"] = "applied" if done else "unchanged"
    if output.as_json:
        output.document(place.known)
    else:
        output.result(f"deleted {len(done)} resource{'s' * (len(done) != 1)}")


def _question(resource: OwnedResource) -> str:
    whose = "" if resource.made else ". Whether a run from here made it is not known: it may be somebody else's"
    called = resource.name if resource.id == resource.name else f"{resource.name} ({resource.id})"
    return f"{resource.kind} {called} is used by nothing of this project{whose}. Delete it, with all that is in it?"
