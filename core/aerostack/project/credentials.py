"""Credentials have no place in ``aerostack.toml``: whoever sees the project would have them, and a project of somebody
else would bring along whose account the user's code goes to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aerostack.errors import ConfigError
from aerostack.project.document import Document
from aerostack.project.keypath import KeyPath, dotted, value_at, walk

# `api_key`, `CLOUDFLARE_API_TOKEN`, `token`, `client-secret`. Not `key` alone, which is a word for many things.
_NAMES = re.compile(
    r"(?:(?:cloudflare|cf|wrangler|aerostack)_?)?"
    r"(?:(?:api|auth|access|secret|private|service)_?key|(?:(?:api|auth|access|refresh|service|user)_?)?token"
    r"|(?:client_?)?secret|password|passwd)"
)

# Forms that nothing but a credential has; where the value stands does not matter then.
_FORMS = {
    "a key of Aerostack": re.compile(r"aero_(?:acct|proj)_[0-9a-z]{16}_[0-9A-Za-z]{38}"),
    "a key of Stripe": re.compile(r"[rs]k_live_[0-9A-Za-z]{16,}"),
    "a token of GitHub": re.compile(r"gh[oprsu]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{36,}"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
}


def refuse_credentials(document: Document) -> None:
    """Raise ``ConfigError`` for the first credential in the file."""
    for error in credential_errors(document):
        raise error


def credential_errors(document: Document) -> Iterator[ConfigError]:
    """Every credential in the file. No message repeats one."""
    for path in walk(document.data):
        value = value_at(document.data, path)
        if isinstance(value, dict | list):
            continue
        name = path[-1]
        if isinstance(name, str) and _is_ours(path[:-1]) and _NAMES.fullmatch(name.lower().replace("-", "_")):
            yield _error(document, path, f"`{dotted(path)}` is a credential", _instead(name))
        elif form := _form(value):
            secret = next((part for part in reversed(path) if isinstance(part, str)), "NAME")
            hint = f"make it a secret of the Worker: aerostack secrets set {secret}"
            yield _error(document, path, f"`{dotted(path)}` holds {form}", hint)


def _is_ours(table: KeyPath) -> bool:
    """Whether the keys of a table are read by aerostack, and not names that the user chose."""
    if len(table) > 1 and table[0] in ("env", "environments"):
        table = table[2:]
    return table in ((), ("deploy",)) or (len(table) == 2 and table[0] == "backend")


def _form(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return next((name for name, form in _FORMS.items() if form.search(value)), None)


def _instead(name: str) -> str:
    if name.lower().startswith(("cloudflare", "cf", "wrangler")):
        return "set CLOUDFLARE_API_TOKEN in the environment"
    return "log in: aerostack login (in CI: AEROSTACK_API_KEY; for a Cloudflare account: CLOUDFLARE_API_TOKEN)"


def _error(document: Document, path: KeyPath, what: str, instead: str) -> ConfigError:
    return ConfigError(
        f"{what}: whoever sees the project would have it, and a project of somebody else would decide with whose "
        "your code is deployed",
        key=dotted(path),
        hint=f"delete the line, revoke what stood there, and {instead}",
        where=document.locate(path, key=True),
        code="credential_in_file",
    )
