"""Every error that aerostack shows on purpose, with its exit code.

::

    AerostackError                     exit 1
    ├─ UsageError                      exit 2   flags that contradict each other
    ├─ ConfigError                     exit 2   aerostack.toml or a setting; says file, line, column, key
    │  └─ UnknownBackendError          exit 2
    ├─ BundleError                     exit 1   the code does not build
    ├─ CommandError                    exit 1   an external program failed
    │  ├─ CommandTimeoutError          exit 1
    │  └─ MissingExecutableError       exit 1
    ├─ BackendError                    exit 1   .backend is set by the façade, not by the raiser
    │  ├─ BackendLoadError             exit 3   installed, but cannot be used
    │  ├─ BackendContractError         exit 70  a bug in the plugin
    │  ├─ UnsupportedError             exit 1   this backend cannot do that
    │  └─ RemoteError                  exit 1   the other side said no, or nothing
    │     ├─ AuthError                 401, or no credentials at all
    │     ├─ PermissionDeniedError     403: known, but not allowed
    │     ├─ NotFoundError             404
    │     ├─ ConflictError             409, or "already exists"
    │     │  └─ OvertakenError         exit 4   somebody else changed it since it was looked at
    │     │     └─ StaleError          so the plan is not true any more, and can be made anew
    │     ├─ RateLimitError            429; .retry_after in seconds
    │     ├─ RemoteTimeoutError        no answer in time
    │     └─ UnavailableError          5xx, connection refused, no such host
    ├─ JournalError                    exit 1
    │  └─ LockedError                  exit 4   another deploy holds the lock
    └─ AbortedError                    exit 1   the user said no

Anything else that reaches ``main`` is a bug of ours: "internal error", exit 70. Ctrl-C is 130.
"""

from __future__ import annotations

from pathlib import Path

from aerostack.values import dataclass

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BACKEND_LOAD = 3
EXIT_OVERTAKEN = 4
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text file. ``line`` and ``column`` count from 1; a ``line`` of 0 means the whole file."""

    path: Path
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        name = self.path.name
        if not self.line:
            return name
        return f"{name}:{self.line}:{self.column}" if self.column else f"{name}:{self.line}"


class AerostackError(Exception):
    """The root: ``message`` says what happened, ``hint`` the command or edit that mends it, ``where`` the place.

    ``code`` is stable and machine-readable; ``--json`` shows it as ``error.code``. ``cause`` is what lies behind it in
    plain words, where a diagnosis found that out.
    """

    code = "failed"
    exit_code = EXIT_FAILED
    cause: str | None = None

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        where: Location | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where
        if code is not None:
            self.code = code


class UsageError(AerostackError):
    """Flags or arguments that typer accepts one by one but that make no sense together."""

    code = "usage"
    exit_code = EXIT_USAGE


class ConfigError(AerostackError):
    """Something in ``aerostack.toml``, a setting or an environment variable is wrong.

    ``key`` is the dotted path of the offending key, such as ``env.staging.d1_databases[0].database_id``.
    """

    code = "config"
    exit_code = EXIT_USAGE

    def __init__(
        self,
        message: str,
        *,
        key: str | None = None,
        hint: str | None = None,
        where: Location | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, where=where, code=code)
        self.key = key


class UnknownBackendError(ConfigError):
    """No installed package provides a backend of that name."""

    code = "unknown_backend"


class BundleError(AerostackError):
    """The Worker's code does not build; the message is esbuild's own."""

    code = "bundle"


class CommandError(AerostackError):
    """An external program ended with a status other than 0.

    ``applied`` says what is known of its writes to a remote side, as that of ``RemoteError`` does; ``remote_status`` is
    the HTTP status that it failed at, where that is known.
    """

    code = "command"
    applied: bool | None = False
    remote_status: int | None = None

    def __init__(
        self,
        message: str,
        *,
        argv: tuple[str, ...] = (),
        status: int | None = None,
        stderr: str = "",
        hint: str | None = None,
        where: Location | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, where=where, code=code)
        self.argv = argv
        self.status = status
        self.stderr = stderr


class CommandTimeoutError(CommandError):
    """A program was ended since it took too long. What it had done until then is done."""

    code = "command_timeout"


class MissingExecutableError(CommandError):
    """A program that is needed is not on this machine."""

    code = "missing_executable"


class BackendError(AerostackError):
    """A backend failed. ``backend`` is its name, set by the façade that called it."""

    code = "backend"
    backend: str | None = None


class BackendLoadError(BackendError):
    """The backend's package is installed but cannot be imported, or its hooks do not fit."""

    code = "backend_load"
    exit_code = EXIT_BACKEND_LOAD


class BackendContractError(BackendError):
    """The backend crashed or answered with something else than its hook promises: a bug in the plugin."""

    code = "backend_contract"
    exit_code = EXIT_BUG


class UnsupportedError(BackendError):
    """The backend cannot do what was asked of it."""

    code = "unsupported"


class RemoteError(BackendError):
    """A remote API refused, failed or did not answer.

    ``status`` is the HTTP status (``None`` when there was no answer), ``remote_code`` the API's own error code,
    ``operation`` what was being done, in words. ``applied`` says what is known of a write: ``False`` when it
    certainly did not happen, ``None`` when it may have. ``product`` is the part of the API that ``remote_code`` belongs
    to, where an API has several.
    """

    code = "remote"
    product: str | None = None

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        remote_code: int | None = None,
        operation: str | None = None,
        applied: bool | None = None,
        hint: str | None = None,
        where: Location | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, where=where, code=code)
        self.status = status
        self.remote_code = remote_code
        self.operation = operation
        self.applied = applied


class AuthError(RemoteError):
    """No credentials, or the API does not accept them."""

    code = "auth"


class PermissionDeniedError(RemoteError):
    """The credentials are good but do not allow this operation."""

    code = "permission"


class NotFoundError(RemoteError):
    """What was asked for does not exist there."""

    code = "not_found"


class ConflictError(RemoteError):
    """It exists already, or changed meanwhile."""

    code = "conflict"


class OvertakenError(ConflictError):
    """Somebody else changed, since it was looked at, what was to be changed: their change was not overwritten."""

    code = "overtaken"
    exit_code = EXIT_OVERTAKEN


class StaleError(OvertakenError):
    """The plan is not true any more, which was seen before the Worker was touched: it can be made anew."""

    code = "stale"


class RateLimitError(RemoteError):
    """Too many requests. ``retry_after`` is in seconds, ``None`` when the API did not say."""

    code = "rate_limited"
    retry_after: float | None = None


class RemoteTimeoutError(RemoteError):
    """No answer in time."""

    code = "timeout"


class UnavailableError(RemoteError):
    """The API answered with a 5xx, or could not be reached at all."""

    code = "unavailable"


class JournalError(AerostackError):
    """The journal cannot be read or written."""

    code = "journal"


class LockedError(JournalError):
    """Another deploy of the same project, environment and target is running."""

    code = "locked"
    exit_code = EXIT_OVERTAKEN


class AbortedError(AerostackError):
    """The user answered no."""

    code = "aborted"
