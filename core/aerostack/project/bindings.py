"""Shapes of everything that a Worker reaches through its ``env``: wrangler's binding keys, entry by entry."""

from __future__ import annotations

from aerostack.project.shapes import Flag, Items, Map, Number, Shape, Table, Text

_SHARED = Flag(about="Every environment uses this same one, instead of one of its own.")
_REMOTE = Flag(about="Development uses the real one.")
_NAME = Text(about="The name under which the code finds it: env.NAME.")


def _entries(about: str, required: str = "", optional: str = "", **fields: Shape) -> Items:
    """A list of bindings: ``required`` and ``optional`` name text fields besides ``binding``."""
    texts = {name: Text() for name in (*required.split(), *optional.split())}
    return Items(
        about=about,
        of=Table(
            fields={"binding": _NAME, **texts, "remote": _REMOTE, **fields},
            required=("binding", *required.split()),
            identity="binding",
            binds=True,
        ),
    )


def _named(about: str, required: str, optional: str = "", **fields: Shape) -> Items:
    """A list of bindings whose binding is called ``name``."""
    texts = {name: Text() for name in (*required.split(), *optional.split())}
    return Items(
        about=about,
        of=Table(
            fields={"name": _NAME, **texts, **fields}, required=("name", *required.split()), identity="name", binds=True
        ),
    )


def single(about: str, **fields: Shape) -> Table:
    """The one binding of its kind: a table with its name."""
    return Table(
        about=about,
        fields={"binding": _NAME, "remote": _REMOTE, **fields},
        required=("binding",),
        identity="binding",
        binds=True,
    )


D1 = Items(
    about="D1 databases.",
    of=Table(
        fields={
            "binding": _NAME,
            "database_name": Text(about="The database's name. Default: the Worker's name and the binding's."),
            "database_id": Text(about="The database's id, a UUID. Without one the database is created."),
            "jurisdiction": Text(),
            "preview_database_id": Text(),
            "migrations_table": Text(),
            "migrations_dir": Text(),
            "migrations_pattern": Text(),
            "database_internal_env": Text(),
            "remote": _REMOTE,
            "shared": _SHARED,
        },
        required=("binding",),
        identity="binding",
        binds=True,
        mistaken={"id": "database_id", "name": "database_name"},
    ),
)

KV = Items(
    about="KV namespaces.",
    of=Table(
        fields={
            "binding": _NAME,
            "id": Text(about="The namespace's id, 32 hex digits. Without one the namespace is created."),
            "preview_id": Text(),
            "remote": _REMOTE,
            "shared": _SHARED,
        },
        required=("binding",),
        identity="binding",
        binds=True,
        mistaken={"namespace_id": "id", "kv_id": "id"},
    ),
)

R2 = Items(
    about="R2 buckets.",
    of=Table(
        fields={
            "binding": _NAME,
            "bucket_name": Text(about="The bucket's name. Default: the Worker's name and the binding's."),
            "preview_bucket_name": Text(),
            "jurisdiction": Text(),
            "remote": _REMOTE,
            "shared": _SHARED,
        },
        required=("binding",),
        identity="binding",
        binds=True,
        mistaken={"name": "bucket_name", "bucket": "bucket_name"},
    ),
)

_PRODUCER = Table(
    fields={
        "binding": _NAME,
        "queue": Text(about="The queue's name. Default: the Worker's name and the binding's."),
        "delivery_delay": Number(minimum=0, about="Seconds."),
        "remote": _REMOTE,
        "shared": _SHARED,
    },
    required=("binding",),
    identity="binding",
    binds=True,
    mistaken={"name": "queue", "queue_name": "queue"},
)

_CONSUMER = Table(
    fields={
        "queue": Text(about="The queue whose messages the Worker handles."),
        "type": Text(),
        "max_batch_size": Number(minimum=1),
        "max_batch_timeout": Number(minimum=0, about="Seconds."),
        "max_retries": Number(minimum=0),
        "dead_letter_queue": Text(about="The queue that gets what could not be handled."),
        "max_concurrency": Number(minimum=1),
        "visibility_timeout_ms": Number(minimum=0),
        "retry_delay": Number(minimum=0, about="Seconds."),
        "shared": _SHARED,
    },
    required=("queue",),
    identity="queue",
    mistaken={"name": "queue", "queue_name": "queue"},
)

QUEUES = Table(
    about="Queues that the Worker sends to and receives from.",
    fields={"producers": Items(of=_PRODUCER), "consumers": Items(of=_CONSUMER)},
    merged=True,
)

DURABLE_OBJECTS = Table(
    about="Durable Objects.",
    fields={
        "bindings": _named("", "class_name", "script_name environment"),
        "code_update_strategy": Table(fields={"mode": Text(), "max_delay": Number()}),
    },
    merged=True,
)

SERVICES = Items(
    about="Other Workers, called directly.",
    of=Table(
        fields={
            "binding": _NAME,
            "service": Text(),
            "entrypoint": Text(),
            "environment": Text(),
            "props": Map(),
            "remote": _REMOTE,
            # A second Worker of the same project, for development.
            "name": Text(),
            "main": Text(),
        },
        identity="binding",
        binds=True,
    ),
)

_LIMITS = Number(whole=False, minimum=0)

#: Lists of bindings that need no more than names.
LISTS: dict[str, Shape] = {
    "workflows": _entries(
        "Workflows.",
        "name class_name",
        "script_name jurisdiction",
        limits=Table(fields={"steps": Number(minimum=1)}),
        concurrency=Table(fields={"limit": Number(minimum=1)}),
        schedules=Shape(),
        default_retention=Table(fields={"success_retention": Shape(), "error_retention": Shape()}),
        shared=_SHARED,
    ),
    "vectorize": _entries("Vectorize indexes.", "index_name", shared=_SHARED),
    "hyperdrive": _entries("Hyperdrive configurations.", "id", "localConnectionString", shared=_SHARED),
    "analytics_engine_datasets": _entries("Analytics Engine datasets.", "", "dataset"),
    "dispatch_namespaces": _entries(
        "Dispatch namespaces.",
        "",
        "namespace",
        outbound=Table(fields={"service": Text(), "environment": Text(), "parameters": Items(of=Text())}),
    ),
    "mtls_certificates": _entries("Client certificates.", "certificate_id"),
    "pipelines": _entries("Pipelines.", "", "stream pipeline"),
    "k2": _entries("", "stream"),
    "secrets_store_secrets": _entries("Secrets of a Secrets Store.", "store_id secret_name"),
    "worker_loaders": _entries("Worker loaders."),
    "vpc_services": _entries("Services in a private network.", "service_id"),
    "vpc_networks": _entries("Private networks.", "", "tunnel_id network_id"),
    "ai_search_namespaces": _entries("AI Search namespaces.", "namespace"),
    "ai_search": _entries("AI Search instances.", "instance_name"),
    "agent_memory": _entries("Agent memory.", "namespace"),
    "flagship": _entries("Feature flags.", "", "app_id"),
    "artifacts": _entries("Artifacts.", "namespace"),
    "unsafe_hello_world": _entries("", enable_timer=Flag()),
    "send_email": _named(
        "Sending e-mail.",
        "",
        "destination_address",
        allowed_destination_addresses=Items(of=Text()),
        allowed_sender_addresses=Items(of=Text()),
        remote=_REMOTE,
    ),
    "ratelimits": _named(
        "Rate limits.",
        "namespace_id",
        simple=Table(
            fields={"limit": _LIMITS, "period": Number(about="Seconds: 10 or 60.")}, required=("limit", "period")
        ),
    ),
}
