"""From a failure to its diagnosis: the table's row, sharpened where the project shows what is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aerostack.errors import AerostackError, AuthError, CommandError, PermissionDeniedError, RemoteError
from aerostack.model import Bundle, Diagnosis, Project
from aerostack_cloudflare.explanations.bindings import missing, missing_service
from aerostack_cloudflare.explanations.explanation import Explanation, Scope
from aerostack_cloudflare.explanations.failure import Failure, failure
from aerostack_cloudflare.explanations.objects import refused_migration, unknown_class
from aerostack_cloudflare.explanations.origin import origin
from aerostack_cloudflare.explanations.refused import refused
from aerostack_cloudflare.explanations.size import largest, shown
from aerostack_cloudflare.explanations.table import explanation
from aerostack_cloudflare.hints import new_token
from aerostack_cloudflare.permissions import permission

#: Sharpens a row; ``None`` leaves it as the table has it.
Detail = Callable[[Failure, Explanation, Project], Diagnosis | None]

_TOKENS = "https://dash.cloudflare.com/profile/api-tokens"

_OUTAGE = Diagnosis(
    message="Cloudflare could not answer: the problem is on its side, not with the token or the project",
    hint="Cloudflare has a problem (https://www.cloudflarestatus.com): try again in a minute",
)


def explain(error: AerostackError, project: Project, bundle: Bundle | None) -> Diagnosis | None:
    """What Cloudflare's refusal means here; ``None`` when it is not Cloudflare's, or not in the table."""
    found = failure(error)
    if found is None:
        return None
    if found.code is None or found.outage:
        # Whatever code an outage carries, it says nothing about the request.
        return _OUTAGE if found.code is not None else None
    row = explanation(found.product, found.code)
    if row is None:
        return None
    if row.code == 10027:
        return _too_large(row, bundle)
    if row.code == 10000:
        return _not_allowed(row, found, error)
    if row.code in (9106, 10001) and isinstance(error, CommandError):
        return Diagnosis(message=row.means, hint=new_token(permission(found.product, "PUT")))
    if row.code == 9109:
        return Diagnosis(message=row.means, hint=row.fix)
    detail = _DETAILS.get((row.product, row.code))
    sharpened = detail(found, row, project) if detail else None
    if sharpened and bundle and row.code == 10021 and "Uncaught" in found.text:
        # A stack trace is about the uploaded code; the user knows only its source.
        sharpened = replace(sharpened, where=origin(found.text, bundle, project.root) or sharpened.where)
    return sharpened or Diagnosis(message=row.means, hint=_own_hint(error) or row.fix)


_DETAILS: dict[tuple[Scope, int], Detail] = {
    ("workers", 10007): missing_service,
    ("workers", 10143): missing_service,
    ("workers", 10021): refused,
    ("workers", 10041): missing,
    ("workers", 10042): missing,
    ("workers", 10061): unknown_class,
    ("workers", 10074): refused_migration,
    ("workers", 10085): missing,
    ("workers", 10181): missing,
    ("workers", 11000): missing,
    ("d1", 7400): missing,
    ("d1", 7404): missing,
    ("kv", 10013): missing,
    ("r2", 10006): missing,
    ("queues", 11000): missing,
}


def _too_large(row: Explanation, bundle: Bundle | None) -> Diagnosis:
    files = largest(bundle) if bundle else ()
    if not files:
        return Diagnosis(message=row.means, hint=row.fix)
    named = ", ".join(f"{name} {shown(size)}" for name, size in files)
    return Diagnosis(message=f"{row.means}; the largest files in it: {named}", hint=row.fix)


def _not_allowed(row: Explanation, found: Failure, error: AerostackError) -> Diagnosis:
    means = row.means
    if isinstance(error, AuthError):
        means = "the token is not accepted: it is wrong, has expired or was revoked"
    elif isinstance(error, PermissionDeniedError):
        means = "the token is accepted, but lacks the permission for this request"
    elif isinstance(error, CommandError) and error.remote_status is None:
        means += "; or Cloudflare has an outage, which can look the same"
    missing = f"add {permission(found.product, 'PUT')} to the token at {_TOKENS}, and check that it covers this account"
    return Diagnosis(message=means, hint=_own_hint(error) or missing)


def _own_hint(error: AerostackError) -> str | None:
    """The hint that our own client wrote where the failure happened: it knows more than the table."""
    return error.hint if isinstance(error, RemoteError) and error.product else None
