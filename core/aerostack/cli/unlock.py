"""``aerostack unlock``: who holds, or held, the deploy locks of a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.cli.output import Output


def unlock(
    path: options.ProjectPath = Path(),
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Say who holds the project's deploy locks, and clear what dead processes left.

    A lock dies with the process that holds it, so there is never one to break: a lock that is held belongs to a deploy
    that is still running.
    """

    def body(output: Output) -> int:
        from aerostack import project

        locks = _locks(project.find(path).parent)
        if output.as_json:
            output.document({"locks": locks})
            return int(any(lock["held"] for lock in locks))
        for lock in locks:
            who = lock["owner"] or "somebody unknown"
            if lock["held"]:
                output.result(f"{lock['name']}: held by {who}; it ends with that deploy, or with `kill {lock['pid']}`")
            elif lock["owner"]:
                output.result(f"{lock['name']}: was held by {who}, which is gone; cleared")
        if not any(lock["held"] or lock["owner"] for lock in locks):
            output.result("no lock is held")
        return int(any(lock["held"] for lock in locks))

    run(body, as_json=as_json, debug=debug)


def _locks(root: Path) -> list[dict[str, Any]]:
    from aerostack.journal import Lock, read_owner

    rows = []
    folder = root / ".aerostack" / "journal"
    for file in sorted(folder.glob("*/*.lock")):
        owner = read_owner(file)
        rows.append(
            {
                "name": f"{file.parent.name}/{file.stem}",
                "held": Lock(file).is_held(),
                "owner": str(owner) if owner else None,
                "pid": owner.pid if owner else None,
            }
        )
        Lock(file).clear_stale()
    return rows
