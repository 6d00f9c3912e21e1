"""The pinned tools from npm: where they are, and how they get there.

esbuild and workerd are native programs that we run directly; miniflare is there for the simulator scripts it
publishes; wrangler runs on Node.js. ``pinned/`` holds the one ``package.json`` and lock file that say which versions.
Asking for a tool that is installed costs one ``stat``; otherwise all of them are installed first, once per machine and
version.
"""

from __future__ import annotations

from aerostack.toolchain.folder import Installed, install
from aerostack.toolchain.tools import Wrangler, esbuild, simulators, workerd, wrangler

__all__ = ["Installed", "Wrangler", "esbuild", "install", "simulators", "workerd", "wrangler"]
