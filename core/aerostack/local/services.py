"""The two services, found as entry points: the core imports neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aerostack.errors import MissingExecutableError

GROUP = "aerostack.services"


def load(name: str) -> Any:
    """The module of a service. Raises ``MissingExecutableError`` when it is not installed completely."""
    from importlib import metadata

    missing = MissingExecutableError(
        f"the {name} is not installed completely", hint=f"pip install 'aerostack[{name}]'", code="missing_extra"
    )
    points = metadata.entry_points(group=GROUP, name=name)
    if not points:
        raise missing
    try:
        return next(iter(points)).load()
    except ModuleNotFoundError as error:
        raise missing from error


def edge_variables(data: Path) -> dict[str, str]:
    """The variables that lead a Cloudflare client to the edge of ``data``."""
    return dict(load("edge").variables(data))


def server_variables(data: Path, url: str, edge_port: int, platform: dict[str, str]) -> dict[str, str]:
    """The settings of a server for this machine, with the edge as its platform.

    Workers answer below ``localhost``, which the server itself must not: they would share its cookies.
    """
    return {
        **platform,
        "AEROSTACK_SERVER_DATA": str(data),
        "AEROSTACK_SERVER_URL": url,
        "AEROSTACK_SERVER_DOMAIN": f"localhost:{edge_port}",
    }
