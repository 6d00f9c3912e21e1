"""What a new project starts with."""

from __future__ import annotations

from aerostack.project.keypath import toml_string
from aerostack.project.rules import today

CODE = """\
export default {
  async fetch(request: Request): Promise<Response> {
    return new Response("Hello from " + new URL(request.url).hostname + "\\n");
  },
};
"""


def configuration(name: str, main: str) -> str:
    """The smallest ``aerostack.toml`` that says everything."""
    keys = {"name": name, "main": main, "compatibility_date": today()}
    return "".join(f"{key} = {toml_string(value)}\n" for key, value in keys.items())
