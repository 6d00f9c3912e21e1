"""Every code that is explained. docs/errors.md is this table for users; a test compares the two."""

from __future__ import annotations

from aerostack_cloudflare.explanations.explanation import Explanation, Scope
from aerostack_cloudflare.hints import MAKE_ANOTHER

_WAIT = "Cloudflare allows 1200 requests in 5 minutes: wait 5 minutes, then try again"
_EMAIL = "verify the e-mail address of the Cloudflare account, then deploy again"
_SUBDOMAIN = "register a workers.dev subdomain in the dashboard under Workers & Pages, or set workers_dev = false"

TABLE: tuple[Explanation, ...] = (
    Explanation("any", 971, "too many requests came from this account in a short time", _WAIT),
    Explanation("any", 10429, "too many requests came from this account in a short time", _WAIT),
    Explanation(
        "any",
        10000,
        "the token is not accepted, or lacks a permission for this request",
        "add the permission to the token at https://dash.cloudflare.com/profile/api-tokens, "
        "and check that it covers this account",
    ),
    Explanation("any", 9106, "the request carried no credentials that Cloudflare can read", MAKE_ANOTHER),
    Explanation("any", 10001, "Cloudflare could not tell who is asking", MAKE_ANOTHER),
    Explanation(
        "any",
        9109,
        "the token belongs to somebody who has no access to this account",
        "check CLOUDFLARE_ACCOUNT_ID, or make a token that covers the account",
    ),
    Explanation(
        "d1",
        7400,
        "D1 does not understand the request; most often an id is no UUID",
        'write the id of an existing database, a UUID: database_id = "…"',
    ),
    Explanation(
        "d1",
        7404,
        "there is no D1 database with this id or name in the account",
        "correct database_id, or remove it and deploy again to have a database created",
    ),
    Explanation(
        "d1",
        7406,
        "the account has as many D1 databases as its plan allows",
        "delete a D1 database that is not needed any more, or move to a plan with more of them",
    ),
    Explanation(
        "d1",
        7502,
        "the account has a D1 database of this name already",
        "use it with --adopt d1/NAME, or give the binding another database_name",
    ),
    Explanation(
        "kv",
        10013,
        "there is no KV namespace with this id in the account",
        "correct the id, or remove it and deploy again to have a namespace created",
    ),
    Explanation(
        "kv",
        10014,
        "the account has a KV namespace of this title already",
        "use it with --adopt kv/TITLE, or write its id into the file",
    ),
    Explanation("kv", 10019, "a namespace needs a title of 1 to 512 bytes", "give the namespace another title"),
    Explanation(
        "r2",
        10004,
        "a bucket of this name exists already",
        "name a bucket of this account in bucket_name, or choose another name",
    ),
    Explanation(
        "r2",
        10005,
        "this is no name for a bucket",
        "a bucket's name has 3 to 63 lower-case letters, digits and hyphens",
    ),
    Explanation(
        "r2",
        10006,
        "there is no R2 bucket of this name in the account",
        "correct bucket_name and its jurisdiction, or deploy without --no-provision to have it created",
    ),
    Explanation(
        "queues",
        11000,
        "there is no queue of this name in the account",
        "correct the queue's name, or deploy without --no-provision to have it created",
    ),
    Explanation(
        "queues", 11003, "this is no name for a queue", "a queue's name has at most 63 letters, digits and hyphens"
    ),
    Explanation(
        "queues",
        11004,
        "the queue has a consumer already, and can have only one of this kind",
        "remove the other Worker's consumer first: aerostack wrangler queues consumer remove QUEUE WORKER",
    ),
    Explanation(
        "queues",
        11009,
        "the account has a queue of this name already",
        "use it with --adopt queue/NAME, or choose another name",
    ),
    Explanation("subdomain", 10007, "the account has no workers.dev subdomain yet", _SUBDOMAIN),
    Explanation("subdomain", 10034, "the account's e-mail address is not verified", _EMAIL),
    Explanation("subdomain", 10063, "the account has no workers.dev subdomain yet", _SUBDOMAIN),
    Explanation(
        "workers",
        10007,
        "a Worker that is named here does not exist in the account",
        "a Worker that is named there does not exist: deploy it first, or correct its name",
    ),
    Explanation(
        "workers",
        10013,
        "Cloudflare had a problem of its own, not with the Worker",
        "Cloudflare could not finish it: try again",
    ),
    Explanation(
        "workers",
        10021,
        "Cloudflare checked the Worker and refused it",
        "mend what Cloudflare names, then deploy again; the version that was live still is",
    ),
    Explanation(
        "workers",
        10027,
        "the Worker is larger than the account's plan allows: 3 MB compressed on the free plan, 10 MB on the paid one",
        "import less, or load large data from R2 or KV at run time",
    ),
    Explanation("workers", 10034, "the account's e-mail address is not verified", _EMAIL),
    Explanation(
        "workers",
        10041,
        "a binding names a KV namespace that does not exist in the account",
        "correct the id, or remove it and deploy again to have a namespace created",
    ),
    Explanation(
        "workers",
        10042,
        "a binding's id cannot be that of a KV namespace",
        "write the id of an existing namespace, 32 hex digits, or remove it and deploy again",
    ),
    Explanation(
        "workers",
        10057,
        "a secret that the Worker's bindings need is not set",
        "set the missing secrets, or remove the bindings that need them",
    ),
    Explanation(
        "workers",
        10061,
        "a binding is to a class of Durable Objects that no migration has made",
        'write a migration for it: [[migrations]] with a new tag and new_sqlite_classes = ["CLASS"]',
    ),
    Explanation("workers", 10063, "the account has no workers.dev subdomain yet", _SUBDOMAIN),
    Explanation(
        "workers",
        10056,
        "the Worker has no secret of this name",
        "see those that it has: aerostack secrets list",
    ),
    Explanation(
        "workers", 10064, "a queue still delivers to this Worker", "remove the queue consumer of this Worker first"
    ),
    Explanation(
        "workers",
        10074,
        "a migration of Durable Objects does not fit the classes that the live Worker has",
        "see that every migration that was ever applied stands in the file, in its order; "
        "write what is new behind them, under a new tag",
    ),
    Explanation(
        "workers",
        10079,
        "the live Worker has had another migration of Durable Objects than the deploy went by",
        "see what `aerostack plan` says now, then deploy again",
    ),
    Explanation(
        "workers",
        10085,
        "a binding names an R2 bucket that does not exist in the account",
        "create the R2 bucket first, or correct its name",
    ),
    Explanation(
        "workers",
        10142,
        "another Worker has a service binding to this one",
        "another Worker is bound to this one: remove that binding first",
    ),
    Explanation(
        "workers",
        10143,
        "a service binding names a Worker that does not exist in the account",
        "deploy that Worker first, or correct the name in `service`",
    ),
    Explanation(
        "workers",
        10181,
        "a binding names a D1 database that does not exist in the account",
        "correct database_id, or remove it and deploy again to have a database created",
    ),
    Explanation(
        "workers",
        10211,
        "a version with a migration of Durable Objects cannot be uploaded without being deployed",
        "deploy it: aerostack deploy",
    ),
    Explanation(
        "workers",
        10215,
        "the newest version of the Worker is not live, and a changed secret would make it so",
        "make the newest version live first: deploy, or finish the rollout",
    ),
    Explanation(
        "workers",
        10220,
        "a secret was changed after that version, which would bring the old one back",
        "if that is meant, roll back with --yes",
    ),
    Explanation(
        "workers",
        100324,
        "a line of `_redirects` in the assets folder is not valid",
        "correct the lines of `_redirects` that the message names, then deploy again",
    ),
    Explanation(
        "workers",
        19000,
        "the account on this machine, the edge, does not serve all that Cloudflare does",
        "take out what the message names to try the rest here, or deploy to an account on Cloudflare",
    ),
    Explanation(
        "workers",
        11000,
        "a binding names a queue that does not exist in the account",
        "correct the queue's name, or deploy without --no-provision to have it created",
    ),
)

_BY_KEY: dict[tuple[Scope, int], Explanation] = {(row.product, row.code): row for row in TABLE}


def explanation(product: Scope, code: int) -> Explanation | None:
    """The row for ``code`` in ``product``, or that for every product."""
    return _BY_KEY.get((product, code)) or _BY_KEY.get(("any", code))


def explained(product: Scope, code: int) -> bool:
    """Whether ``code`` has a meaning of its own in ``product``."""
    return (product, code) in _BY_KEY
