"""The one place where a failure gets its explanation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aerostack.errors import AbortedError, AerostackError
from aerostack.model import Project
from aerostack.tools import RunTools


@contextmanager
def explained(project: Project, tools: RunTools) -> Iterator[None]:
    """Add what the installed plugins know to an ``AerostackError`` that passes. Costs nothing when none does."""
    try:
        yield
    except AbortedError:
        raise
    except AerostackError as error:
        # Imported here: neither a success nor --help pays for the plugins.
        from aerostack.diagnosis import diagnose

        diagnosis = diagnose(error, project, tools.built, tools.warn)
        if diagnosis is not None:
            error.cause = diagnosis.message
            error.hint = diagnosis.hint or error.hint
            error.where = diagnosis.where or error.where
        raise
