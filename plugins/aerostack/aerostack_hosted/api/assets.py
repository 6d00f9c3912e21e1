"""Static files, sent ahead of the deployment that they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from aerostack_cloudflare.multipart import Part, multipart
from aerostack_hosted.api.connection import Api, segment

#: Hashes that one question may be about, and files and bytes of one upload.
MOST_HASHES, MOST_FILES, MOST_BYTES = 20_000, 500, 8 * 1024 * 1024


def missing(api: Api, project: str, hashes: Sequence[str]) -> set[str]:
    """Which files the project has not uploaded yet. ``POST /projects/{project}/assets/missing``"""
    found: set[str] = set()
    for start in range(0, len(hashes), MOST_HASHES):
        asked = hashes[start : start + MOST_HASHES]
        answer = api.call(
            "POST",
            f"/projects/{segment(project)}/assets/missing",
            "asking which static files are missing",
            json={"hashes": asked},
            repeatable=True,
        )
        # Whatever else the answer names is nothing that we have.
        found |= set(answer.texts("missing")) & set(asked)
    return found


def upload(api: Api, project: str, files: Sequence[Part]) -> None:
    """Upload files, each a part that is called by its hash. ``POST /projects/{project}/assets``"""
    content, kind = multipart(files)
    api.send(
        "POST",
        f"/projects/{segment(project)}/assets",
        "uploading static files",
        content=content,
        headers={"Content-Type": kind},
        repeatable=True,
    )
