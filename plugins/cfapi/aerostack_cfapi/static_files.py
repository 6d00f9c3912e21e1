"""The static files of a project, on their way to the account."""

from __future__ import annotations

import functools

from aerostack import assets
from aerostack.model import Assets, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.assets import StaticFile


def upload(cloudflare: Cloudflare, worker: str, files: Assets, tools: Tools) -> str:
    """Let the account have all of them. The token by which an upload of the Worker refers to them."""

    def tell(count: int, size: int) -> None:
        tools.step(f"uploading {count} of {len(files.files)} static files ({size / 1024:.1f} KiB)")

    known = [
        StaticFile(path=file.path, size=file.size, hash=file.hash, read=functools.partial(assets.read, file))
        for file in files.files
    ]
    return cloudflare.assets.upload(worker, known, tell=tell).token
