"""Find, load, verify and call exactly one backend."""

from aerostack.backends.backend import Backend
from aerostack.backends.choice import Choice, choose
from aerostack.backends.discovery import GROUP, Found, find_all, find_one
from aerostack.backends.load import load

__all__ = ["GROUP", "Backend", "Choice", "Found", "choose", "find_all", "find_one", "load"]
