"""The options that several of these commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="One of several logins. Default: AEROSTACK_PROFILE, or the last."),
]
Environment = Annotated[
    str | None, typer.Option("--env", "-e", metavar="NAME", help="The environment. Default: as for deploy, staging.")
]
ProjectReference = Annotated[
    str | None,
    typer.Option("--project", metavar="ID", help="A project by id or slug. Default: that of this folder."),
]
Folder = Annotated[
    Path, typer.Option("--path", metavar="DIR", help="The project's folder. Default: here.", show_default=False)
]
HERE = Path()
