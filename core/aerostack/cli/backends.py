"""``aerostack backends``: what is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aerostack.cli import options
from aerostack.cli.run import run

if TYPE_CHECKING:
    from aerostack.backends import Found
    from aerostack.cli.output import Output


def backends(
    check: Annotated[bool, typer.Option("--check", help="Load each one and say whether it can be used.")] = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """List the installed backends: any pip package can bring one."""

    def body(output: Output) -> int:
        from aerostack.backends import find_all

        found = find_all()
        names = [item.name for item in found]
        rows = [_row(item, names.count(item.name) > 1, check) for item in found]
        if output.as_json:
            output.document({"backends": rows})
        else:
            width = max((len(row["name"]) for row in rows), default=0)
            for row in rows:
                state = "" if row["status"] == "installed" else f"  {row['status']}"
                output.result(f"{row['name']:<{width}}  {row['package']}{state}  {row['detail']}".rstrip())
                if row.get("capabilities"):
                    output.result(f"{'':<{width}}  can: {', '.join(row['capabilities'])}")
        return 3 if any(row["status"] in ("broken", "clash") for row in rows) and check else 0

    run(body, as_json=as_json, debug=debug)


def _row(found: Found, clashes: bool, check: bool) -> dict[str, Any]:
    row = {"name": found.name, "package": found.package, "status": "installed", "detail": ""}
    if clashes:
        return row | {"status": "clash", "detail": "several packages provide this name"}
    if not check:
        return row
    from aerostack.backends import load
    from aerostack.errors import BackendError

    try:
        spec = load(found).spec()
    except BackendError as error:
        return row | {"status": "broken", "detail": error.message}
    return row | {"status": "ok", "detail": spec.summary, "capabilities": sorted(spec.capabilities)}
