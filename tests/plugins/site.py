"""A project with static files, and how its address answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

from aerostack import testing

CODE = """\
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/api/")) return new Response(`code at ${pathname}`);
    return env.FILES.fetch(new URL("/from-code.txt", request.url));
  },
};
"""
FILES = {
    "index.html": "<h1>home</h1>",
    "about/index.html": "<h1>about</h1>",
    "app.js": "start();",
    "from-code.txt": "read by the code",
    "logo.svg": "<svg/>",
    "_headers": "/app.js\n  X-Made-By: us\n",
    "_redirects": "/old /about/ 301\n",
    ".assetsignore": "*.map\n",
    "app.js.map": "{}",
    ".well-known/security.txt": "Contact: nobody",
    # What must not become public.
    ".env": "SECRET=canary",
    ".git/config": "[core]",
    "node_modules/a/index.js": "",
}
#: Addresses of those that are public.
PUBLIC = {
    "/": "<h1>home</h1>",
    "/about/": "<h1>about</h1>",
    "/app.js": "start();",
    "/logo.svg": "<svg/>",
    "/.well-known/security.txt": "Contact: nobody",
}
HIDDEN = (
    "/.env",
    "/.git/config",
    "/node_modules/a/index.js",
    "/app.js.map",
    "/_headers",
    "/_redirects",
    "/.assetsignore",
)
WITHHELD = (
    "warning: not published, as nobody asked for it by name: .env, .git, node_modules "
    "(a line `!/.env` in .assetsignore does, and `/.env` says that it is right so)"
)


def write(folder: Path, files: Mapping[str, str] = FILES, *, code: str | None = CODE, **settings: str) -> Path:
    """Make the project in ``folder``, under a name of its own. ``settings`` are lines of ``[assets]``."""
    name = f"site-{uuid.uuid4().hex[:8]}"
    lines = [f'name = "{name}"', 'compatibility_date = "2026-06-01"']
    if code is not None:
        lines.append('main = "src/index.js"')
        settings = {"binding": '"FILES"'} | settings
        (folder / "src").mkdir(parents=True)
        (folder / "src/index.js").write_text(code)
    lines += ["", "[assets]", 'directory = "public"', *(f"{key} = {value}" for key, value in settings.items())]
    folder.mkdir(exist_ok=True)
    (folder / "aerostack.toml").write_text("\n".join([*lines, ""]))
    for path, text in files.items():
        file = folder / "public" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def fetch(url: str) -> tuple[int, str]:
    """Status and text of an address."""
    status, content = testing.fetch(url)
    return status, content.decode()
