"""Cloudflare's error codes explained: one table, and for some codes the place in aerostack.toml that is meant.

``table`` holds what each code means and what mends it, by product; docs/errors.md shows the same to users. ``explain``
applies it to one failure, ``plugin`` is how the command line finds it.
"""

from aerostack_cloudflare.explanations.explanation import Explanation
from aerostack_cloudflare.explanations.table import TABLE, explanation

__all__ = ["TABLE", "Explanation", "explanation"]
