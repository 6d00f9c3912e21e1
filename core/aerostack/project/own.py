"""Our own keys, not wrangler's: what no Worker sees and no backend is given as configuration."""

from __future__ import annotations

from aerostack.project.shapes import Either, Flag, Items, Map, Shape, Table, Text

_STRINGS = Items(of=Text())

SECRETS = Map(
    of=Either(options=(Text(), Table(fields={"description": Text()}), _STRINGS)),
    about="Secrets that the Worker needs: names with a description, never a value. Or required = [names].",
)

#: Our own keys, not wrangler's, that an environment may have too.
OURS: dict[str, Shape] = {
    "deploy": Table(
        fields={"backend": Text(about="Who carries the deploy out."), "environment": Text(about="Default for --env.")},
        about="How this project is deployed.",
    ),
    "backend": Map(
        of=Map(),
        tip='the backend is chosen under [deploy]: backend = "…"; [backend.NAME] holds its settings',
        about="Settings of backends: [backend.NAME].",
    ),
    "env": Items(of=Text(), about="Names of secrets that the Worker needs."),
    "secrets": SECRETS,
}

#: Our own keys of an environment alone.
OURS_IN_ENVIRONMENT: dict[str, Shape] = {
    "inherit": Flag(
        about="false: this environment has its own bindings, variables and secrets and none of the top level's, "
        "as it is with wrangler. Default: true."
    ),
}

#: Our own keys of the top level. Descriptions for people and catalogues; nothing that a Worker sees.
OURS_AT_TOP: dict[str, Shape] = {
    "project_id": Text(about="The project on the Aerostack backend."),
    "project_slug": Text(),
    "slug": Text(),
    "description": Text(about="What the project is, for people."),
    "category": Text(),
    "tags": _STRINGS,
    "scopes": Shape(),
    "capability_manifest": Map(),
    "commands": Map(about="Commands of the project."),
}
