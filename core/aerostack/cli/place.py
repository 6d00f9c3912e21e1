"""The command line of what is done beside deploying: the place is chosen exactly as for a deploy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aerostack.cli.introduce import heading, introduce
from aerostack.cli.output import Output
from aerostack.cli.run import run
from aerostack.errors import AerostackError
from aerostack.values import dataclass

if TYPE_CHECKING:
    from aerostack.pipeline import Prepared
    from aerostack.tools import RunTools

Folder = Annotated[
    Path,
    typer.Option("--path", metavar="DIR", help="The project's folder. Default: here.", show_default=False),
]
HERE = Path()
ProjectReference = Annotated[
    str | None,
    typer.Option("--project", metavar="ID", help="Another project on Aerostack, by id or slug: as -o project=ID."),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="One of several logins to Aerostack: as -o profile=NAME."),
]


@dataclass(frozen=True, slots=True)
class Place:
    """What the user said of where."""

    path: Path = HERE
    env: str | None = None
    backend: str | None = None
    use_own_account: bool = False
    option: list[str] | None = None
    project: str | None = None
    profile: str | None = None
    yes: bool = False
    known: dict[str, Any] = field(default_factory=dict)

    def run(
        self,
        body: Callable[[Output, Prepared, RunTools], int | None],
        *,
        as_json: bool,
        debug: bool,
    ) -> None:
        """Call ``body`` with the place; end the command with its status."""

        def with_place(output: Output) -> int | None:
            try:
                with self._reached(output) as (prepared, tools):
                    return body(output, prepared, tools)
            except AerostackError as error:
                if getattr(error, "applied", False) is None:
                    self.known["outcome"] = "unknown"
                raise

        run(with_place, as_json=as_json, debug=debug, heading=lambda: self.known)

    @contextmanager
    def _reached(self, output: Output) -> Iterator[tuple[Prepared, RunTools]]:
        import os

        from aerostack.pipeline import Request
        from aerostack.pipeline.reach import reach
        from aerostack.settings import parse_options
        from aerostack.tools import RunTools

        chosen = parse_options(self.option or ())
        for key, value in (("project", self.project), ("profile", self.profile)):
            if value is not None:
                chosen[key] = value
        request = Request(
            path=self.path,
            environment=self.env,
            backend=self.backend,
            use_own_account=self.use_own_account,
            options=chosen,
        )

        def confirm(question: str) -> bool:
            return self.yes or output.confirm(question)

        with RunTools(environ=os.environ, reporter=output, confirm=confirm) as tools:
            prepared = reach(request, os.environ, tools, named="project" in chosen)
            self.known.update(heading(prepared))
            introduce(output, prepared)
            yield prepared, tools
