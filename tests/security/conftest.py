"""A small project, and the command line with the edge as its account."""

from tests.cli.conftest import project, run

__all__ = ["project", "run"]
