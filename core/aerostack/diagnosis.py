"""Ask every installed plugin what lies behind a failure.

Plugins are the modules of the entry-point group ``aerostack.plugins``. Those of other packages are asked before our
own: who installs one wants its answer. A plugin that is broken is named in a warning, and the others are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata

from aerostack.errors import AerostackError
from aerostack.model import Bundle, Diagnosis, Project

GROUP = "aerostack.plugins"

_OWN = "aerostack"


def diagnose(
    error: AerostackError, project: Project, bundle: Bundle | None, warn: Callable[[str], None]
) -> Diagnosis | None:
    """The first answer. Raises nothing: a failure to explain must not replace what is to be explained."""
    for point in _installed():
        try:
            answer = _ask(point, error, project, bundle)
        except (Exception, SystemExit) as failure:  # whatever a stranger's module does when it is imported or asked
            warn(f"{_named(point)} cannot explain this failure: {type(failure).__name__}: {failure}")
            continue
        if isinstance(answer, Diagnosis):
            return answer
        if answer is not None:
            warn(f"{_named(point)} explained this failure with {type(answer).__name__} instead of Diagnosis")
    return None


def _installed() -> list[metadata.EntryPoint]:
    return sorted(metadata.entry_points(group=GROUP), key=lambda point: (_distribution(point) == _OWN, point.name))


def _ask(point: metadata.EntryPoint, error: AerostackError, project: Project, bundle: Bundle | None) -> object:
    import pluggy

    from aerostack import hookspecs

    manager = pluggy.PluginManager("aerostack")
    manager.add_hookspecs(hookspecs)
    manager.register(point.load(), name=point.name)
    manager.check_pending()
    answer: object = manager.hook.aerostack_diagnose(error=error, project=project, bundle=bundle)
    return answer


def _distribution(point: metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else "unknown"


def _named(point: metadata.EntryPoint) -> str:
    package = f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"
    return f"the plugin `{point.name}` of {package}"
