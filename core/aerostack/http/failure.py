"""What went wrong, as one of our errors: from a transport's fault, and from an answer's status."""

from __future__ import annotations

from aerostack.errors import (
    AuthError,
    ConflictError,
    NotFoundError,
    OvertakenError,
    PermissionDeniedError,
    RateLimitError,
    RemoteError,
    RemoteTimeoutError,
    UnavailableError,
)
from aerostack.http.incoming import LARGEST_ANSWER
from aerostack.http.origin import Origin
from aerostack.http.response import Response
from aerostack.http.transport import Failing, Fault, Request

_READS = frozenset({"GET", "HEAD", "OPTIONS"})

_BY_STATUS: dict[int, type[RemoteError]] = {
    401: AuthError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RemoteTimeoutError,
    409: ConflictError,
    412: OvertakenError,
    429: RateLimitError,
}


def applied(method: str, status: int) -> bool | None:
    """What a refusal tells of a write: refused before it was applied (``False``), or nobody knows (``None``)."""
    certain = method in _READS or (400 <= status < 500 and status != 408)
    return False if certain else None


def judge_status(response: Response) -> RemoteError | None:
    """The error that an answer means by its status alone; ``None`` for a success."""
    challenge = challenged(response)
    if challenge is not None:
        return challenge
    if 200 <= response.status < 300:
        return None
    kind = error_class(response.status)
    if 300 <= response.status < 400:
        return kind(
            f"{response.operation} failed: the server answered with a redirect (HTTP {response.status}), "
            "which is not followed because it would carry the token elsewhere",
            status=response.status,
            operation=response.operation,
            applied=False,
            hint="correct the address of the API",
        )
    return kind(
        f"{response.operation} failed: HTTP {response.status}",
        status=response.status,
        operation=response.operation,
        applied=applied(response.method, response.status),
        hint="try again in a minute" if response.status >= 500 else "check that the address is that of the API",
    )


def error_class(status: int) -> type[RemoteError]:
    """The class of error for an HTTP status."""
    return UnavailableError if status >= 500 else _BY_STATUS.get(status, RemoteError)


def challenged(response: Response) -> RemoteError | None:
    """The error for an answer of a firewall that wants to see a browser; the API itself was not reached."""
    if response.headers.get("cf-mitigated") != "challenge":
        return None
    ray = f" (Ray ID {response.headers['cf-ray']})" if "cf-ray" in response.headers else ""
    return PermissionDeniedError(
        f"{response.operation} failed: a firewall in front of the API asks for a browser{ray}",
        status=response.status,
        operation=response.operation,
        applied=False,
        hint="run it from another network, or let its administrator allow API calls from this one",
        code="challenged",
    )


def malformed(response: Response, detail: str = "") -> RemoteError:
    """The error for an answer that is not what the API promises."""
    body = response.content.lstrip()[:15].lower()
    what = "an HTML page" if body.startswith((b"<!doctype", b"<html")) else "something that is no JSON"
    return UnavailableError(
        f"{response.operation} failed: the API answered with {detail or what} (HTTP {response.status})",
        status=response.status,
        operation=response.operation,
        applied=applied(response.method, response.status),
        hint="a proxy or gateway may be answering in place of the API; check the address, then try again",
        code="malformed_answer",
    )


def from_fault(fault: Fault, request: Request, *, operation: str, status: int | None = None) -> RemoteError:
    """The error for a request that got no complete answer; ``status`` is that of the answer that was given up."""
    place, failing = request.origin.place, fault.failing
    known = False if failing.unsent or request.method in _READS else None
    reach = _reach(request.origin)
    kind, reason, hint, code = {
        Failing.UNREACHABLE: (UnavailableError, f"cannot connect to {place}: {fault.reason}", reach, None),
        Failing.UNREACHED_IN_TIME: (RemoteTimeoutError, f"no connection to {place} in time", reach, None),
        Failing.PROXY: (
            UnavailableError,
            f"the proxy refused: {fault.reason}",
            "check HTTPS_PROXY and NO_PROXY",
            "proxy",
        ),
        # Not `UnavailableError`: trying again does not mend a certificate.
        Failing.UNTRUSTED: (
            RemoteError,
            f"the certificate of {place} is not trusted",
            "behind a proxy that inspects TLS, set SSL_CERT_FILE to the certificate of its authority",
            "certificate",
        ),
        Failing.SLOW: (RemoteTimeoutError, f"no answer from {place} in time", reach, None),
        Failing.BROKEN: (UnavailableError, f"the connection to {place} broke: {fault.reason}", "try again", None),
        Failing.UNREADABLE: (UnavailableError, "the answer cannot be decompressed", "try again", "malformed_answer"),
        Failing.TOO_LARGE: (
            RemoteError,
            f"the answer is larger than {LARGEST_ANSWER // 1024**2} MiB",
            "check that the address is that of the API",
            "answer_too_large",
        ),
        Failing.LATE: (RemoteTimeoutError, "the answer was still not complete at the deadline", "try again", None),
    }[failing]
    if failing not in (Failing.TOO_LARGE, Failing.LATE):
        status = None  # what broke in the middle says nothing of the answer
    return kind(
        f"{operation} failed: {reason}", status=status, operation=operation, applied=known, hint=hint, code=code
    )


def _reach(origin: Origin) -> str:
    if origin.here:
        return f"start the server at {origin.place} with `aerostack up`, an edge alone with `aerostack edge serve`"
    return "check the network of this machine; a proxy is set with HTTPS_PROXY"
