"""The login that the user already has with wrangler.

Asked through ``wrangler auth token --json``, which refreshes it; wrangler's own files are not ours to read. It prints
one of ``{"type": "oauth", "token": …}``, ``{"type": "api_token", "token": …}`` and ``{"type": "api_key", …}``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from aerostack.errors import AuthError, CommandError, MissingExecutableError
from aerostack.model import CommandResult, Secret, Tools

# Node's start and a refresh over the network.
_TIMEOUT = 15.0


def token(tools: Tools, root: Path | None = None, wrangler: Callable[[], Sequence[str]] | None = None) -> Secret | None:
    """The token; ``None`` when wrangler is not here or not logged in. Raises ``AuthError`` when it says nonsense.

    wrangler is looked for in the project, then on PATH; then ``wrangler`` is asked for a command.
    """
    local = root / "node_modules" / ".bin" / "wrangler" if root else None
    try:
        result = _ask(tools, root, [str(local) if local is not None and local.is_file() else "wrangler"])
        if result is None and wrangler is not None:
            result = _ask(tools, root, wrangler())
    except CommandError as error:
        raise AuthError(
            f"wrangler could not be asked for its login: {error.message}",
            applied=False,
            hint="run `wrangler whoami` to see what is wrong, or set CLOUDFLARE_API_TOKEN",
        ) from None
    if result is None or result.status != 0:
        return None
    found = _document(result.stdout)
    if found.get("type") == "api_key":
        raise AuthError(
            "wrangler is logged in with the global API key, which is not supported",
            applied=False,
            hint="run `wrangler login`, or set CLOUDFLARE_API_TOKEN",
        )
    value = found.get("token")
    if not isinstance(value, str) or not value:
        raise AuthError(
            "`wrangler auth token --json` printed no token",
            applied=False,
            hint="update wrangler (`npm install --global wrangler@latest`), or set CLOUDFLARE_API_TOKEN",
        )
    return Secret(value)


def _ask(tools: Tools, root: Path | None, command: Sequence[str]) -> CommandResult | None:
    try:
        # Not `check`: the message of a failure would quote what was printed, which may be the token.
        return tools.run([*command, "auth", "token", "--json"], cwd=root, timeout=_TIMEOUT, check=False)
    except MissingExecutableError:
        return None


def _document(text: str) -> dict[str, object]:
    import json

    # Notices, such as the one of an update, may come before it.
    start = text.find("{")
    try:
        found = json.loads(text[start:]) if start >= 0 else {}
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) else {}
