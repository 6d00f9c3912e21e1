"""Static files: which files of the assets folder are published, and under which hash.

``collect`` reads the folder that ``assets.directory`` names. What must not become public is left out, or is an error:
``ignore`` says which files, ``walk`` what becomes of symbolic links.
"""

from __future__ import annotations

from aerostack.assets.collect import collect
from aerostack.assets.content import read
from aerostack.assets.hashing import asset_hash
from aerostack.assets.notes import notes, summary
from aerostack.assets.settings import check

__all__ = ["asset_hash", "check", "collect", "notes", "read", "summary"]
