"""Every key of ``aerostack.toml``: its shape, and what an environment does with it. One table for checks, flattening
and the JSON Schema.

wrangler's keys come with wrangler's names and meaning. Its list grows every month, so a key that is not here is no
mistake: it is passed on, and a backend that cannot honour it says so.
"""

from __future__ import annotations

from dataclasses import replace

from aerostack.project import bindings
from aerostack.project.bindings import single
from aerostack.project.own import OURS, OURS_AT_TOP, OURS_IN_ENVIRONMENT
from aerostack.project.shapes import Either, Flag, Items, Map, Number, Shape, Table, Text

_STRINGS = Items(of=Text())
_FRACTION = Number(whole=False, minimum=0, maximum=1)

_ROUTE = Table(
    fields={
        "pattern": Text(),
        "zone_id": Text(),
        "zone_name": Text(),
        "custom_domain": Flag(),
        "enabled": Flag(),
        "previews_enabled": Flag(),
    },
    required=("pattern",),
)

#: wrangler's keys that it takes from the top level only.
TOP_LEVEL: dict[str, Shape] = {
    "keep_vars": Flag(about="Keep variables that were set outside of this file."),
    "alias": Map(of=Text(), about="Modules to replace in the bundle."),
    "site": Table(fields={"bucket": Text(), "include": _STRINGS, "exclude": _STRINGS, "entry-point": Text()}),
    "wasm_modules": Map(of=Text()),
    "text_blobs": Map(of=Text()),
    "data_blobs": Map(of=Text()),
    "addresses": Shape(),
    "dependencies_instrumentation": Table(fields={"enabled": Flag(), "exclude_packages": _STRINGS}),
    "pages_build_output_dir": Text(),
    "send_metrics": Flag(),
    "dev": Map(),
    "$schema": Text(),
}

#: wrangler's keys that an environment inherits or replaces whole.
INHERITED: dict[str, Shape] = {
    "name": Text(about="The Worker's name. In an environment: <name>-<environment>."),
    "account_id": Text(about="The Cloudflare account."),
    "compatibility_date": Text(about="The day whose runtime behaviour the Worker wants, as in 2024-11-01."),
    "compatibility_flags": Items(of=Text(), about="Runtime behaviour switched on one by one, such as nodejs_compat."),
    "main": Text(about="The entry point. Default: src/index.ts, else src/index.js."),
    "base_dir": Text(),
    "tsconfig": Text(about="The tsconfig.json to build with."),
    "jsx_factory": Text(),
    "jsx_fragment": Text(),
    "find_additional_modules": Flag(),
    "preserve_file_names": Flag(),
    "rules": Items(
        of=Table(fields={"type": Text(), "globs": _STRINGS, "fallthrough": Flag()}, required=("type", "globs")),
        about="How files that are no code are imported.",
    ),
    "no_bundle": Flag(about="Upload the entry point as it is."),
    "minify": Flag(),
    "keep_names": Flag(),
    "build": Table(
        fields={"command": Text(), "cwd": Text(), "watch_dir": Either(options=(Text(), _STRINGS))},
        about="A command to run before the code is built.",
    ),
    "upload_source_maps": Flag(),
    "python_modules": Table(fields={"exclude": _STRINGS}),
    "workers_dev": Flag(
        about="Whether the Worker is reached at its workers.dev address. Default: unless it has routes."
    ),
    "preview_urls": Flag(),
    "route": Either(options=(Text(), _ROUTE), about="The one route of the Worker."),
    "routes": Items(of=Either(options=(Text(), _ROUTE)), about="The routes of the Worker."),
    "triggers": Table(
        fields={"crons": Items(of=Text(), about="Cron expressions; [] removes all."), "events": Shape()},
        about="What starts the Worker besides requests.",
    ),
    "migrations": Items(
        of=Table(
            fields={
                "tag": Text(),
                "new_classes": _STRINGS,
                "new_sqlite_classes": _STRINGS,
                "renamed_classes": Items(of=Table(fields={"from": Text(), "to": Text()}, required=("from", "to"))),
                "transferred_classes": Items(
                    of=Table(
                        fields={"from": Text(), "from_script": Text(), "to": Text()},
                        required=("from", "from_script", "to"),
                    )
                ),
                "deleted_classes": _STRINGS,
            },
            required=("tag",),
        ),
        about="Changes to Durable Object classes.",
    ),
    "exports": Map(),
    "limits": Table(fields={"cpu_ms": Number(minimum=1), "subrequests": Number(minimum=1)}),
    "placement": Table(fields={"mode": Text(), "hint": Text(), "region": Text(), "host": Text(), "hostname": Text()}),
    "assets": Table(
        fields={
            "directory": Text(),
            "binding": Text(),
            "html_handling": Text(
                choices=("auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none")
            ),
            "not_found_handling": Text(choices=("single-page-application", "404-page", "none")),
            "base_path": Text(),
            "run_worker_first": Either(options=(Flag(), _STRINGS)),
        },
        binds=True,
        about="Static files to serve.",
    ),
    "observability": Table(
        fields={
            "enabled": Flag(),
            "head_sampling_rate": _FRACTION,
            "redact_query_string": Flag(),
            "issues": Table(fields={"enabled": Flag()}),
            "logs": Table(
                fields={
                    "enabled": Flag(),
                    "head_sampling_rate": _FRACTION,
                    "invocation_logs": Flag(),
                    "persist": Flag(),
                    "destinations": _STRINGS,
                }
            ),
            "traces": Table(
                fields={
                    "enabled": Flag(),
                    "head_sampling_rate": _FRACTION,
                    "persist": Flag(),
                    "destinations": _STRINGS,
                }
            ),
        },
        about="Logs and traces kept by Cloudflare.",
    ),
    "logpush": Flag(),
    "logfwdr": Table(fields={"bindings": Items(of=Table(fields={"name": Text(), "destination": Text()}))}),
    "cache": Table(fields={"enabled": Flag(), "cross_version_cache": Flag()}),
    "access": Map(),
    "previews": Map(),
    "first_party_worker": Flag(),
    "compliance_region": Text(choices=("public", "fedramp_high")),
}

#: wrangler's keys that it wants repeated in each environment. Here they are inherited, entry by entry.
REPEATED: dict[str, Shape] = {
    "vars": Map(merged=True, about="Variables: strings, numbers, lists, tables. Not for secrets."),
    "define": Map(of=Text(), merged=True, about="Identifiers to replace in the code."),
    "d1_databases": bindings.D1,
    "kv_namespaces": bindings.KV,
    "r2_buckets": bindings.R2,
    "queues": bindings.QUEUES,
    "durable_objects": bindings.DURABLE_OBJECTS,
    "services": bindings.SERVICES,
    **bindings.LISTS,
    "ai": Either(options=(single("", staging=Flag()), Flag()), about="Workers AI; `true` binds it as AI."),
    "browser": single("Browser rendering."),
    "images": single("Images."),
    "stream": single("Stream."),
    "media": single("Media transformations."),
    "analytics": single(""),
    "version_metadata": single("The running version's id and tag."),
    "tail_consumers": Items(
        of=Table(fields={"service": Text(), "environment": Text()}, required=("service",), identity="service")
    ),
    "streaming_tail_consumers": Items(of=Table(fields={"service": Text()}, required=("service",), identity="service")),
    "containers": Items(of=Map()),
    "cloudchamber": Map(),
    "connect": Shape(),
    "unsafe": Table(
        fields={
            "bindings": Items(
                of=Table(
                    fields={"name": Text(), "type": Text()}, required=("name", "type"), identity="name", binds=True
                )
            ),
            "metadata": Map(),
            "capnp": Map(),
        },
        merged=True,
    ),
    # Read by the original aerostack; whoever cannot honour it has to say so.
    "postgres_databases": Items(
        of=Table(
            fields={
                "binding": Text(),
                "connection_string": Text(),
                "schema": Text(),
                "pool_size": Number(minimum=1),
            },
            required=("binding",),
            identity="binding",
            binds=True,
        )
    ),
}

_MISTAKEN = {
    "d1": "d1_databases",
    "kv": "kv_namespaces",
    "r2": "r2_buckets",
    "buckets": "r2_buckets",
    "entry": "main",
    "entrypoint": "main",
    "entry_point": "main",
    "variables": "vars",
    "crons": "triggers.crons",
}

_REMOVED = {
    "node_compat": 'wrangler has removed it: write compatibility_flags = ["nodejs_compat"] instead',
    "legacy_env": "wrangler has removed it: delete the line",
}

_ONE_ENVIRONMENT = Map(tip="variables belong under [vars]; here stands one table for each environment")
_TABLE_OF_ENVIRONMENTS = Map(
    of=_ONE_ENVIRONMENT, about="Environments by name: [environments.NAME]. The same as [env.NAME]."
)


def _partial(shape: Shape) -> Shape:
    """The shape within an environment, where an entry may leave to the base what it does not change."""
    if isinstance(shape, Table):
        fields = {name: _partial(inner) for name, inner in shape.fields.items() if name != "shared"}
        kept = tuple(name for name in shape.required if name == shape.identity)
        misplaced = {"shared": "it belongs to the entry of the top level"} if "shared" in shape.fields else {}
        return replace(shape, fields=fields, required=kept, misplaced={**shape.misplaced, **misplaced})
    if isinstance(shape, Items):
        return replace(shape, of=_partial(shape.of))
    return shape


WRANGLER: dict[str, Shape] = {**TOP_LEVEL, **INHERITED, **REPEATED}

#: The file's top level, without what is inside its environments.
BASE = Table(
    fields={
        **WRANGLER,
        **OURS,
        **OURS_AT_TOP,
        "env": Either(
            options=(OURS["env"], Map(of=_ONE_ENVIRONMENT)), about="Names of required secrets, or environments by name."
        ),
        "environments": _TABLE_OF_ENVIRONMENTS,
    },
    mistaken=_MISTAKEN,
    misplaced={**_REMOVED, "inherit": "it belongs to an environment: write it below [env.NAME]"},
    merged=True,
)

#: What no Worker sees and no backend is given as configuration.
NOT_FOR_WRANGLER = frozenset({*OURS, *OURS_AT_TOP, *OURS_IN_ENVIRONMENT, "environments"})

#: One environment.
ENVIRONMENT = Table(
    fields={
        **INHERITED,
        **{name: _partial(shape) for name, shape in REPEATED.items()},
        **OURS,
        **OURS_IN_ENVIRONMENT,
        "deploy": Table(
            fields={"backend": Text()},
            misplaced={"environment": "it chooses an environment, so it belongs to [deploy] at the top level"},
        ),
    },
    mistaken=_MISTAKEN,
    misplaced={
        **_REMOVED,
        **dict.fromkeys((*TOP_LEVEL, *OURS_AT_TOP), "move it to the top level: it holds for all environments"),
        "environments": "environments cannot hold environments",
    },
)
