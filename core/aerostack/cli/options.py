"""The options that several commands share, with their help texts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from aerostack.cli.flags import Argument, option
from aerostack.errors import UsageError

ProjectPath = Annotated[
    Path,
    Argument("[PATH]", "The project: its folder or its aerostack.toml. Default: here."),
]
Environment = Annotated[
    str | None,
    option("--env", "-e", metavar="NAME", help="The environment; `--env ''` means the base of the file."),
]
BackendName = Annotated[
    str | None,
    option("--backend", "-b", metavar="NAME", help="Who carries it out; see `aerostack backends`."),
]
OwnAccount = Annotated[
    bool, option("--use-own-account", help="Your own Cloudflare account: the same as --backend wrangler.")
]
BackendOptions = Annotated[
    list[str] | None,
    option("--option", "-o", metavar="KEY=VALUE", help="A setting of the backend, as in [backend.NAME]."),
]
NoProvision = Annotated[bool, option("--no-provision", help="Create nothing: a missing or placeholder id is an error.")]
Adopt = Annotated[
    list[str] | None,
    option(
        "--adopt",
        metavar="[KIND/NAME]",
        help="Use this existing resource although this project did not create it, as in d1/my-db; alone: any.",
    ),
]
Overwrite = Annotated[
    bool,
    option("--overwrite", help="Overwrite what somebody changed behind the last deploy, as in the dashboard."),
]
Refresh = Annotated[
    bool,
    option("--refresh", help="Look at everything, as `plan` does, also where nothing seems to have changed."),
]
Timeout = Annotated[
    int,
    option("--timeout", metavar="SECONDS", minimum=1, help="The longest that all of it may take."),
]
Public = Annotated[
    bool | None,
    option(
        "--public/--private",
        help="Whether everybody may call it, or only who has a key. Default: as it is. The same as -o public=true.",
        default=False,
    ),
]
Message = Annotated[
    str | None,
    option(
        "--message",
        "-m",
        metavar="TEXT",
        help="For the history; Aerostack takes the subject of the git commit where there is none. "
        "The same as -o message=TEXT.",
    ),
]
Yes = Annotated[bool, option("--yes", "-y", help="Answer yes to every question.")]
AsJson = Annotated[bool, option("--json", help="Print one JSON document on stdout, and nothing else there.")]
Debug = Annotated[bool, option("--debug", help="Show the traceback of an error.")]
EdgeData = Annotated[
    Path | None,
    option("--data", metavar="DIR", help="Where the account lives. Default: the user's data folder."),
]

_RESOURCE = re.compile(r"(d1|kv|r2|queue|domain|route)/.+|all")


def spell_out(arguments: list[str]) -> list[str]:
    """The arguments with `--adopt` as `--adopt=all` where no resource follows: typer knows no optional values.

    Raises ``UsageError`` for both halves of a flag, of which typer takes the last.
    """
    if {"--public", "--private"} <= set(arguments):
        raise UsageError("--public and --private exclude each other", hint="give one of the two")
    following = [*arguments[1:], ""]
    return [
        "--adopt=all" if argument == "--adopt" and not _RESOURCE.fullmatch(after) else argument
        for argument, after in zip(arguments, following, strict=False)
    ]
