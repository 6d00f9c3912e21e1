"""The Worker's address on workers.dev."""

from __future__ import annotations

from aerostack.errors import NotFoundError
from aerostack_cloudflare.project.observed import Observed


def check_subdomain(observed: Observed) -> None:
    """Raise ``NotFoundError`` when the account has no subdomain, below which a Worker could have an address."""
    if observed.account_subdomain is not None:
        return
    error = NotFoundError(
        "this account has no workers.dev subdomain yet, so the Worker would have no address (code 10063)",
        remote_code=10063,
        operation="reading the account's workers.dev subdomain",
        applied=False,
        hint="register one in the Cloudflare dashboard under Workers & Pages, or set workers_dev = false",
        code="no_subdomain",
    )
    error.product = "subdomain"
    raise error
