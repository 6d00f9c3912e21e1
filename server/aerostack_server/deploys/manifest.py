"""The static files of one deployment: which file answers at which address, and how they are served.

The list is an artifact of its own: it may be larger than all else that is kept of a deployment, and many have the same.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aerostack_cloudflare.assets import StaticFile
from aerostack_server.deploys.artifacts import Artifacts
from aerostack_server.deploys.assets import Kept
from aerostack_server.platform.platform import Platform
from aerostack_server.problems import conflict, invalid

MOST_FILES = 100_000
_LONGEST_PATH = 1000
_Rule = Annotated[str, Field(max_length=100)]
_Text = Annotated[str, Field(max_length=1024 * 1024)]


class Serving(BaseModel):
    """How static files are served, as Cloudflare takes it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    html_handling: Literal["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"] | None = None
    not_found_handling: Literal["single-page-application", "404-page", "none"] | None = None
    base_path: Annotated[str, Field(max_length=_LONGEST_PATH)] | None = None
    run_worker_first: bool | Annotated[list[_Rule], Field(max_length=100)] | None = None
    headers: Annotated[_Text | None, Field(alias="_headers")] = None
    redirects: Annotated[_Text | None, Field(alias="_redirects")] = None


class StaticFiles(BaseModel):
    """``files`` maps addresses, such as ``/index.html``, to hashes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    files: Annotated[dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]], Field(max_length=MOST_FILES)]
    config: Serving = Serving()

    def check(self) -> None:
        """Raise ``Problem`` for an address that is none."""
        for path in self.files:
            parts = path.split("/")
            if (
                parts[0]
                or any(part in ("", ".", "..") for part in parts[1:])
                or "\\" in path
                or not path.isprintable()
                or len(path) > _LONGEST_PATH
            ):
                raise invalid(f"{path[:80]!r} cannot be the address of a static file")


def listing(wanted: StaticFiles, known: Mapping[str, Kept]) -> bytes:
    """The list, as an artifact. Raises ``Problem`` when a file has not been uploaded."""
    lacking = sorted(set(wanted.files.values()) - known.keys())
    if lacking:
        raise conflict(
            "assets_missing",
            f"{len(lacking)} static files are not here, such as {lacking[0]}",
            hint="ask which ones are missing, and upload those first",
        )
    files = {path: [hash, known[hash].size, known[hash].digest] for path, hash in sorted(wanted.files.items())}
    return json.dumps(files, separators=(",", ":"), ensure_ascii=False).encode()


def document(wanted: StaticFiles, digest: str, known: Mapping[str, Kept]) -> dict[str, Any]:
    """What the record of a deployment says of its static files; ``digest`` is that of the list."""
    return {
        "manifest": digest,
        "files": len(wanted.files),
        "size": sum(known[hash].size for hash in wanted.files.values()),
        "config": wanted.config.model_dump(exclude_none=True, by_alias=True),
    }


def send(platform: Platform, artifacts: Artifacts, script: str, manifest: str) -> str:
    """Let the platform have the files of a list for a Worker; only what it lacks is sent. The token that names them.

    Raises ``RemoteError``, and ``MissingArtifactError`` when one is not kept any more.
    """
    files = [
        StaticFile(path=path, size=size, hash=hash, read=functools.partial(artifacts.get, digest))
        for path, (hash, size, digest) in json.loads(artifacts.get(manifest)).items()
    ]
    return platform.account.assets.upload(script, files, namespace=platform.namespace).token
