"""The pinned tools from npm: where they are, and how they get there.

esbuild and workerd are native programs that we run directly; miniflare is there for the simulator scripts it
publishes. ``pinned/`` holds the one ``package.json`` and lock file that say which versions. Asking for a tool that is
installed costs one ``stat``; otherwise all of them are installed first, once per machine and version.
"""

from __future__ import annotations

from aerostack.toolchain.folder import Installed, install
from aerostack.toolchain.nodejs import Node, node
from aerostack.toolchain.tools import esbuild, simulators, workerd

__all__ = ["Installed", "Node", "esbuild", "install", "node", "simulators", "workerd"]
