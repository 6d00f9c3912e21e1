"""The two services, found as entry points: the core imports neither."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aerostack.errors import AerostackError, MissingExecutableError

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


def edge_variables(data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that lead a Cloudflare client to the edge of ``data``.

    Asked for in another process: the supervisor, which has to be small, imports no service.
    """
    import json
    import subprocess
    import sys

    command = [sys.executable, "-P", "-m", "aerostack", "edge", "env", "--json", "--data", str(data)]
    asked = subprocess.run(command, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if asked.returncode != 0:
        raise AerostackError(
            f"the edge does not say how to reach it: {asked.stderr.decode('utf-8', 'replace').strip()}",
            hint=f"see {data.parent / 'edge.log'}",
            code="service_failed",
        )
    return dict(json.loads(asked.stdout))


def server_environment(
    data: Path, url: str, edge_port: int, platform: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a server for this machine, with the edge as its platform.

    Workers answer below ``localhost``, which the server itself must not: they would share its cookies.
    """
    # All data is in one folder. A DATABASE_URL in a shell is most likely that of the user's own project.
    others = {
        name: value
        for name, value in environ.items()
        if name != "DATABASE_URL" and not name.startswith("AEROSTACK_SERVER_")
    }
    return {
        **others,
        **platform,
        # Whoever deploys from this machine is alone: a second process would only take memory.
        "AEROSTACK_SERVER_PROCESSES": "1",
        "AEROSTACK_SERVER_DATA": str(data),
        "AEROSTACK_SERVER_URL": url,
        "AEROSTACK_SERVER_DOMAIN": f"localhost:{edge_port}",
    }
