"""wrangler's own configuration files, read to become an ``aerostack.toml``."""

from aerostack.project.wrangler_file.convert import Converted, convert
from aerostack.project.wrangler_file.read import find

__all__ = ["Converted", "convert", "find"]
