"""What is known of a failure, whichever backend it came from."""

from __future__ import annotations

import re
from typing import get_args

from aerostack.errors import AerostackError, CommandError, RemoteError, UnavailableError
from aerostack.values import dataclass
from aerostack_cloudflare.permissions import Product

# How wrangler writes a code, and the address that it asked.
_CODE = re.compile(r"\[code: (\d+)\]")
# What wrangler says in words of its own, without the code that Cloudflare gave: the code, and what Cloudflare said.
_REWORDED: tuple[tuple[str, int, str], ...] = (
    ("Please verify your account's email address", 10034, "email_verification_required"),
    # Said of a binding called DB only.
    (
        "You must use a real database in the database_id configuration",
        10021,
        "binding DB of type d1 must have a valid id",
    ),
)
_PATH = re.compile(r"\(/(?:accounts/[^/)\s]+/)?([^)\s]+)\)")

#: The first part of a path, below the account, that belongs to a product.
_PATHS: tuple[tuple[str, Product], ...] = (
    ("d1/", "d1"),
    ("storage/kv/", "kv"),
    ("r2/", "r2"),
    ("queues", "queues"),
    ("workers/queues", "queues"),
    ("workers/subdomain", "subdomain"),
    ("workers/", "workers"),
    ("user", "user"),
    ("memberships", "accounts"),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """``code`` and ``product`` where Cloudflare refused something; ``outage`` when the fault is all its own."""

    text: str
    operation: str
    code: int | None
    product: Product
    outage: bool


def failure(error: AerostackError) -> Failure | None:
    """What ``error`` says; ``None`` when it has nothing to do with Cloudflare."""
    text = f"{error.message}\n{error.stderr}" if isinstance(error, CommandError) else error.message
    code = getattr(error, "remote_code", None)
    written = _CODE.search(text)
    if not isinstance(code, int):
        code = int(written[1]) if written else None
    for words, reworded, original in _REWORDED if isinstance(error, CommandError) and code is None else ():
        if words in text:
            code, text = reworded, original
    status = error.remote_status if isinstance(error, CommandError) else getattr(error, "status", None)
    outage = isinstance(error, UnavailableError) or (status is not None and status >= 500)
    if code is None and not outage:
        return None
    operation = (error.operation or "") if isinstance(error, RemoteError) else ""
    return Failure(text=text, operation=operation, code=code, product=_product(error, text), outage=outage)


def _product(error: AerostackError, text: str) -> Product:
    said = getattr(error, "product", None)
    for product in get_args(Product):
        if said == product:
            return product  # type: ignore[no-any-return]
    asked = _PATH.search(text)
    if asked:
        for start, product in _PATHS:
            if asked[1].startswith(start):
                return product
    # What a deploy asks for most.
    return "workers"
