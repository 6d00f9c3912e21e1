"""deploy: upload the code, wait until it is live, and look whether it is."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from typing import Any

from aerostack import __version__
from aerostack.errors import OvertakenError, RemoteError, RemoteTimeoutError, StaleError
from aerostack.model import Bundle, Deployment, Journal, Project, Resolution, Tools
from aerostack_cloudflare.multipart import Part, multipart
from aerostack_hosted import static_files
from aerostack_hosted.api import deployments, environments
from aerostack_hosted.api.connection import Api
from aerostack_hosted.api.deployments import PATIENCE, SETTLED, RemoteDeployment
from aerostack_hosted.api.environments import RemoteEnvironment
from aerostack_hosted.commit import checked_out
from aerostack_hosted.last import Last, parse, remember
from aerostack_hosted.metadata import content_hash, metadata
from aerostack_hosted.provision import project_of
from aerostack_hosted.settings import HostedSettings
from aerostack_hosted.target import connect

#: Under this name the journal keeps the key of an upload until its end is known.
_UPLOAD = "upload"

#: Characters, as the server takes them.
_LONGEST_MESSAGE = 1000

#: So many times the server may answer "not yet", each after PATIENCE seconds: about ten minutes.
_MOST_POLLS = 24


def deploy(
    project: Project, resolution: Resolution, settings: HostedSettings, journal: Journal, tools: Tools
) -> Deployment:
    """Carry out the plan's worker and crons actions; both go with one upload.

    Raises ``StaleError`` when another deployment is live than the plan saw, and ``OvertakenError`` when ours was live
    and is not any more.
    """
    writes = [action for action in resolution.actions if action.key in ("worker", "crons") and action.writes]
    if not writes:
        journal.forget(_UPLOAD)
        remember(journal, parse(resolution.details["last"]), tools)
        return Deployment(
            version=str(resolution.details["live"]), urls=_urls(resolution.details["url"]), outcome="unchanged"
        )
    api = connect(settings, tools)
    made = _upload(api, project, resolution, settings, journal, tools)
    for action in writes:
        tools.done(action)
    reference = project_of(project, resolution, settings, tools)
    seen = _read_back(api, reference, str(project.environment), made)
    remember(journal, Last.of(reference, made, public=seen.public), tools)
    return Deployment(version=made.id, urls=_urls(made.url), details={"number": made.number})


def _upload(
    api: Api, project: Project, resolution: Resolution, settings: HostedSettings, journal: Journal, tools: Tools
) -> RemoteDeployment:
    bundle = tools.bundle(project).result()
    document = metadata(project, bundle)
    digest = content_hash(document)
    live = resolution.details["live"]
    reference, environment = project_of(project, resolution, settings, tools), str(project.environment)
    key, replaces = _key(journal, f"{environment}/{digest}/{live}")
    commit = checked_out(project.root, tools)
    told = {
        "tag": digest,
        "message": (settings.message or (commit.subject if commit else "")).strip()[:_LONGEST_MESSAGE] or None,
        "commit": commit.name if commit else None,
        "client": f"aerostack/{__version__}",
        "holder": _holder(tools),
        "public": settings.public,
        "replaces": replaces,
    }
    if bundle.assets is not None:
        static_files.upload(api, reference, bundle.assets, tools)
    tools.step(f"uploading to {environment}" + (f" ({bundle.size / 1024:.1f} KiB)" if bundle.modules else ""))
    try:
        made = deployments.create(
            api,
            reference,
            environment,
            body=form(document | told, bundle),
            key=key,
            live=live if isinstance(live, str) else None,
        )
        made = follow(api, reference, environment, made, tools.step)
    except RemoteError as error:
        if error.applied is False:
            # The server has decided: another try is another deployment.
            journal.forget(_UPLOAD)
        if isinstance(error, OvertakenError) and error.status == 412:
            raise StaleError(
                error.message,
                status=error.status,
                operation=error.operation,
                applied=False,
                hint="somebody else has deployed meanwhile: see `aerostack plan`, then deploy again",
            ) from error
        raise
    journal.forget(_UPLOAD)
    return made


def follow(
    api: Api, project: str, environment: str, made: RemoteDeployment, tell: Callable[[str], None]
) -> RemoteDeployment:
    """Wait until the deployment is live, telling what becomes of it. Raises ``RemoteError`` when it never is."""
    told = ""
    for _ in range(_MOST_POLLS):
        if made.status in SETTLED:
            break
        if made.status != told:
            tell(f"deployment {made.number} is {made.status}: the server is busy, waiting for it")
            told = made.status
        made = deployments.get(api, project, environment, made.id, wait=PATIENCE)
    if made.status == "live":
        return made
    if made.status == "failed":
        raise RemoteError(
            f"the deployment {made.number} to {environment} failed: {made.error_message or 'no reason was given'}",
            applied=False,
            hint=made.error_hint
            or f"what was live before is live still; see `aerostack deployments log {made.number}`",
            code=made.error_code or "deployment_failed",
        )
    if made.status == "superseded":
        raise OvertakenError(
            f"a newer deployment took the place of deployment {made.number} before it was live",
            applied=False,
            hint="see who deployed: aerostack deployments list",
            code="superseded",
        )
    raise RemoteTimeoutError(
        f"the deployment {made.number} to {environment} is still {made.status}",
        hint="deploy again: the same deployment is waited for; or see `aerostack deployments list`",
    )


def _read_back(api: Api, project: str, environment: str, made: RemoteDeployment) -> RemoteEnvironment:
    try:
        seen = environments.get(api, project, environment)
    except RemoteError as error:
        error.applied = None
        raise
    live = seen.live if seen else None
    if seen is None or live is None or live.id != made.id:
        raise OvertakenError(
            f"deployment {made.number} to {environment} was live, but "
            + (f"deployment {live.number} is by now" if live else "nothing is by now"),
            applied=False,
            hint="see who deployed: aerostack deployments list",
        )
    return seen


def form(told: Mapping[str, Any], bundle: Bundle) -> tuple[bytes, str]:
    """The body of the upload: the metadata first, then a file for each module."""
    told = {name: value for name, value in told.items() if value is not None}
    parts = [Part("metadata", json.dumps(told, ensure_ascii=False).encode(), type="application/json")]
    parts += [
        Part(module.name, module.content, filename=module.name, type="application/octet-stream")
        for module in bundle.modules
    ]
    return multipart(parts)


def _key(journal: Journal, what: str) -> tuple[str, str | None]:
    """The key of this upload: that of a run which was killed on the way with the same upload, else a new one.

    Then also the key of what such a run did upload: it may be under way still, and is not somebody else's.
    """
    known = (journal.known(_UPLOAD) or "").rpartition("#")
    if known[0] == what:
        return known[2], None
    key = secrets.token_hex(16)
    journal.record(_UPLOAD, f"{what}#{key}")
    return key, known[2] or None


def _holder(tools: Tools) -> str:
    """Who deploys, for others who would like to at the same moment."""
    user = tools.environ("USER") or tools.environ("USERNAME") or str(os.getuid())
    return "".join(filter(str.isprintable, f"{user}@{socket.gethostname()}"))[:100]


def _urls(url: object) -> tuple[str, ...]:
    return (url,) if isinstance(url, str) and url else ()
