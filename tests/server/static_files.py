"""Static files, sent to a server as its client does it."""

from __future__ import annotations

import json
import uuid
from urllib.parse import quote

from tests.server.servers import form

from aerostack.assets import asset_hash

#: The files of a small site, by address.
SITE = {"/index.html": b"<h1>hello</h1>", "/app.js": b"code();", "/LICENSE": b"free", "/img/dot.svg": b"<svg/>"}


def hashes(files):
    return {path: asset_hash(content, path) for path, content in files.items()}


def send(project, files, **options):
    """Upload files as the client does, each under its hash."""
    parts = []
    for path, content in files.items():
        name = quote(path.rpartition("/")[2], safe="")
        head = f'Content-Disposition: form-data; name="{asset_hash(content, path)}"; filename="{name}"'
        parts.append(b"--b\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n")
    return post(project, b"".join(parts) + b"--b--\r\n", **options)


def post(project, body, kind="multipart/form-data; boundary=b", **options):
    path = f"/projects/{project.slug}/assets"
    return project.tenant.call("POST", path, body=body, headers={"Content-Type": kind}, **options)


def missing(project, wanted, **options):
    return project.tenant.call("POST", f"/projects/{project.slug}/assets/missing", {"hashes": wanted}, **options)


def deploy(project, files, *, code=None, config=None, **metadata):
    """Deploy static files that are there, with or without code."""
    assets = {"files": hashes(files), "config": config or {}}
    if code is not None:
        return project.deploy(code, assets=assets, **metadata)
    document = {"compatibility_date": "2026-01-01", "assets": assets, **metadata}
    body, kind = form({"metadata": json.dumps(document).encode()}, {})
    headers = {"Content-Type": kind, "Idempotency-Key": uuid.uuid4().hex}
    return project.call("POST", "/deployments", body=body, headers=headers)
