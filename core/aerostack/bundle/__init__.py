"""Turn a project's source into what is uploaded: modules, and static files.

``build`` runs the user's own build command, then esbuild with wrangler's settings (or, with ``no_bundle``, takes the
files as they are), collects the static files meanwhile, and answers with a :class:`aerostack.model.Bundle` that depends
on nothing but the project's files.
"""

from __future__ import annotations

from aerostack.bundle.command import run_build
from aerostack.bundle.worker import build

__all__ = ["build", "run_build"]
