"""Import one backend, alone, and verify its hooks before any of them is called."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from aerostack.backends.backend import Backend
from aerostack.capabilities import CAPABILITIES
from aerostack.errors import BackendLoadError

if TYPE_CHECKING:
    import pluggy

    from aerostack.backends.discovery import Found

#: Every backend has these; the optional ones are checked where they are there.
REQUIRED = ("aerostack_backend", "aerostack_resolve", "aerostack_provision", "aerostack_deploy")
OPTIONAL = ("aerostack_config",)


def load(found: Found) -> Backend:
    """Import, register and verify. Raises ``BackendLoadError`` naming the package at fault."""
    import pluggy

    from aerostack import hookspecs

    plugin = _import(found)
    manager = pluggy.PluginManager("aerostack")
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name=found.name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise _unusable(found, f"does not fit the hook specification: {_first_line(error)}") from error
    for hook in (*REQUIRED, *OPTIONAL):
        if not _check(found, hook, manager) and hook in REQUIRED:
            raise _unusable(found, f"does not implement the hook `{hook}`")
    for capability, (hooks, _) in CAPABILITIES.items():
        there = [hook for hook in hooks if _check(found, hook, manager)]
        if there and len(there) < len(hooks):
            left = ", ".join(f"`{hook}`" for hook in hooks if hook not in there)
            raise _unusable(found, f"implements `{there[0]}` without {left}: `{capability}` is all of them or none")
    return Backend(name=found.name, package=found.package, manager=manager)


def _import(found: Found) -> Any:
    try:
        return found.load()
    except (Exception, SystemExit) as error:  # a package that exits or crashes at import is broken, whatever it raised
        raise _unusable(found, f"cannot be imported: {type(error).__name__}: {error}") from error


def _check(found: Found, hook: str, manager: pluggy.PluginManager) -> bool:
    """Whether the backend implements the hook. Raises ``BackendLoadError`` when pluggy could not call it."""
    implementations = getattr(manager.hook, hook).get_hookimpls()
    for implementation in implementations:
        _check_parameters(found, hook, implementation)
    return bool(implementations)


def _check_parameters(found: Found, hook: str, implementation: pluggy.HookImpl) -> None:
    # pluggy accepts both at registration and then fails, or keeps the default, when it calls.
    for parameter in inspect.signature(implementation.function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY:
            raise _unusable(found, f"`{hook}` has the keyword-only parameter `{parameter.name}`")
        if parameter.default is not parameter.empty:
            raise _unusable(found, f"`{hook}` gives its parameter `{parameter.name}` a default")


def _unusable(found: Found, what: str) -> BackendLoadError:
    error = BackendLoadError(
        f"the backend `{found.name}` {what}",
        hint=f"it comes from the package {found.package} (module {found.reference}): upgrade or uninstall it",
    )
    error.backend = found.name
    return error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[-2:]) if lines else type(error).__name__
