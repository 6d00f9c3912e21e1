"""Turn a project's source into the modules that are uploaded.

``build`` runs the user's own build command, then esbuild with wrangler's settings (or, with ``no_bundle``, takes the
files as they are), and answers with a :class:`aerostack.model.Bundle` that depends on nothing but the project's files.
"""

from __future__ import annotations

from aerostack.bundle.worker import build

__all__ = ["build"]
