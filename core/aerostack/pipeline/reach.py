"""What a command beside deploy works with: the environment that a deploy would go to, and its lock."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from aerostack import backends, settings
from aerostack.errors import ConfigError
from aerostack.journal import FileJournals, Lock
from aerostack.model import Project
from aerostack.pipeline.explain import explained
from aerostack.pipeline.plan import journals_of
from aerostack.pipeline.prepare import Prepared, prepare
from aerostack.pipeline.request import Request
from aerostack.tools import RunTools


def reach(request: Request, environ: Mapping[str, str], tools: RunTools, *, named: bool = False) -> Prepared:
    """As ``prepare``. A project that is ``named`` to the backend, by an option, needs no file in the folder."""
    try:
        return prepare(request, environ, code=False)
    except ConfigError as error:
        if not named or error.code != "config_missing":
            raise
    choice = backends.choose(
        flag=request.backend, use_own_account=request.use_own_account, environ=environ, configured=None
    )
    backend = backends.load(backends.find_one(choice.name))
    spec = backend.spec()
    environment = request.environment or environ.get("AEROSTACK_ENV")
    # Nothing is left in a folder that is no project's.
    root = Path(tools.keep("folder", tempfile.TemporaryDirectory))
    return Prepared(
        request=request,
        choice=choice,
        backend=backend,
        project=Project(
            name="",
            root=root,
            file=root / "aerostack.toml",
            environment=environment or spec.default_environment,
            main=None,
            config={},
        ),
        settings=settings.build(spec.settings, backend=choice.name, table={}, options=request.options, where={}),
        environment_source="--env" if environment else "default",
    )


@contextlib.contextmanager
def reading(prepared: Prepared, tools: RunTools) -> Iterator[FileJournals]:
    """The journals, for a block that changes nothing. A failure is explained."""
    with explained(prepared.project, tools):
        yield journals_of(prepared)


@contextlib.contextmanager
def changing(prepared: Prepared, tools: RunTools) -> Iterator[FileJournals]:
    """The same under the lock that a deploy holds. Raises ``LockedError``."""
    with reading(prepared, tools) as journals, Lock(journals.lock_path).held():
        yield journals
