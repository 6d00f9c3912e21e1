"""For tests of projects and backends: a real account on this machine, and what it saw."""

from aerostack.testing.edge import RunningEdge, fetch, running_edge
from aerostack.testing.rounds import serial_rounds

__all__ = ["RunningEdge", "fetch", "running_edge", "serial_rounds"]
