"""The one place where a failure gets its explanation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aerostack import project
from aerostack.errors import AbortedError, AerostackError, ConfigError
from aerostack.model import Project
from aerostack.tools import RunTools


@contextmanager
def explained(prepared: Project, tools: RunTools) -> Iterator[None]:
    """Add what the installed plugins know to an ``AerostackError`` that passes. Costs nothing when none does."""
    try:
        yield
    except AbortedError:
        raise
    except AerostackError as error:
        # Imported here: neither a success nor --help pays for the plugins.
        from aerostack.diagnosis import diagnose

        diagnosis = diagnose(error, _as_it_stands(prepared), tools.built, tools.warn)
        if diagnosis is not None:
            error.cause = diagnosis.message
            error.hint = diagnosis.hint or error.hint
            error.where = diagnosis.where or error.where
        raise


def _as_it_stands(prepared: Project) -> Project:
    """The project with the places of now: ids that were written back have moved the lines below them."""
    try:
        return project.load(prepared.file, prepared.environment)
    except ConfigError:
        return prepared  # somebody is editing the file; the places of before are the best there are
