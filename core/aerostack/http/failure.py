"""What went wrong, as one of our errors: from the HTTP library's exceptions, and from an answer's status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerostack.errors import (
    AuthError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteError,
    RemoteTimeoutError,
    UnavailableError,
)
from aerostack.http.address import is_loopback
from aerostack.http.response import Response

if TYPE_CHECKING:
    import httpx

_READS = frozenset({"GET", "HEAD", "OPTIONS"})

_BY_STATUS: dict[int, type[RemoteError]] = {
    401: AuthError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RemoteTimeoutError,
    409: ConflictError,
    412: ConflictError,
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


def from_exception(error: httpx.HTTPError, *, url: httpx.URL, method: str, operation: str) -> RemoteError:
    """The error for a request that got no complete answer."""
    import httpx

    place = f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"
    unsent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError))
    known = False if unsent or method in _READS else None

    def failure(kind: type[RemoteError], reason: str, hint: str, code: str | None = None) -> RemoteError:
        return kind(f"{operation} failed: {reason}", operation=operation, applied=known, hint=hint, code=code)

    if isinstance(error, httpx.TimeoutException):
        reason = f"no connection to {place} in time" if unsent else f"no answer from {place} in time"
        return failure(RemoteTimeoutError, reason, _reach(url, place))
    if isinstance(error, httpx.ProxyError):
        return failure(UnavailableError, f"the proxy refused: {error}", "check HTTPS_PROXY and NO_PROXY", "proxy")
    if _untrusted(error):
        # Not `UnavailableError`: trying again does not mend a certificate.
        return failure(
            RemoteError,
            f"the certificate of {place} is not trusted",
            "behind a proxy that inspects TLS, set SSL_CERT_FILE to the certificate of its authority",
            "certificate",
        )
    if unsent:
        return failure(UnavailableError, f"cannot connect to {place}: {_reason(error)}", _reach(url, place))
    if isinstance(error, httpx.DecodingError):
        return failure(UnavailableError, "the answer cannot be decompressed", "try again", "malformed_answer")
    return failure(UnavailableError, f"the connection to {place} broke: {_reason(error)}", "try again")


def _reach(url: httpx.URL, place: str) -> str:
    if is_loopback(url.host):
        return f"start the server at {place} (an edge: `aerostack edge serve`)"
    return "check the network of this machine; a proxy is set with HTTPS_PROXY"


def _untrusted(error: BaseException | None) -> bool:
    import ssl

    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _reason(error: Exception) -> str:
    text = str(error).strip()
    return text if text else type(error).__name__
