"""deploy: write the configuration, run wrangler, and look at what is live afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from aerostack.errors import CommandTimeoutError, ConfigError, OvertakenError, RemoteError
from aerostack.model import CommandResult, Deployment, Journal, Json, Project, Provisioned, Resolution, Tools
from aerostack.state import refuse_links, write_state
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.credentials import base_url
from aerostack_cloudflare.project.domains import custom_domains
from aerostack_cloudflare.project.last import keep, parse, remember
from aerostack_cloudflare.project.readback import check_untouched, replaced
from aerostack_wrangler import assets, live, session
from aerostack_wrangler.account import connect
from aerostack_wrangler.config import generate
from aerostack_wrangler.domains import detached
from aerostack_wrangler.failure import failure, passing, unreported
from aerostack_wrangler.fingerprint import Fingerprint
from aerostack_wrangler.invocation import Invocation
from aerostack_wrangler.live import Live
from aerostack_wrangler.place import config_file, folder, output_file
from aerostack_wrangler.program import program
from aerostack_wrangler.python import link_packages
from aerostack_wrangler.readback import settle
from aerostack_wrangler.session import Session
from aerostack_wrangler.settings import WranglerSettings
from aerostack_wrangler.triggers import has_address

#: Seconds before wrangler is run once more.
_PAUSE = 1.0


def deploy(
    project: Project,
    resolution: Resolution,
    provisioned: Provisioned,
    settings: WranglerSettings,
    journal: Journal,
    tools: Tools,
) -> Deployment:
    """Carry out the plan's worker and triggers actions.

    A failure that may be over by now is tried once more. Raises ``CommandError`` when wrangler fails, and
    ``OvertakenError`` when another version is live afterwards, or before it runs.
    """
    planned = {action.key: action for action in resolution.actions}
    if not planned["worker"].writes:
        return _unchanged(project, resolution, journal, tools)
    document = generate(project, provisioned.ids, folder(project))
    has_files = assets.prepare(project, document, tools)
    cloudflare = connect(project, settings, tools)
    slow = has_files or any(action.writes for action in resolution.actions[:-2])
    if planned["worker"].verb == "update" and slow:
        check_untouched(cloudflare, project, resolution)
    invocation = Invocation(
        program=program(project, settings, tools),
        config=config_file(project),
        output=output_file(project),
        api=base_url(tools),
        account_id=cloudflare.account_id,
        worker=project.name,
        tag=f"aw1:{os.urandom(8).hex()}",
        message=settings.message,
    )
    _write(project, document)
    link_packages(project, folder(project))
    halfway = None
    try:
        result, reported = _run(invocation, project, settings, tools)
        if passing(result, reported):
            tools.warn("wrangler failed at something that may be over by now: running it once more")
            cloudflare.wait(_PAUSE)
            halfway = _halfway(invocation, project, resolution, settings, tools)
            result, reported = _run(invocation, project, settings, tools)
    except CommandTimeoutError as error:
        if _left_by(error, invocation, cloudflare, project):
            tools.done(planned["worker"])
        raise
    try:
        now = live.read(cloudflare, project)
    except RemoteError as error:
        if result.status != 0:
            # What wrangler failed at is probably the same.
            raise failure(result, reported, project, applied=None) from error
        error.applied = None
        error.hint = "wrangler says that it is deployed; see what `aerostack plan` says when the account answers again"
        raise
    ours = now is not None and (now.tag == invocation.tag or now.version == reported.version_id)
    if ours:
        tools.done(planned["worker"])
    if result.status != 0:
        raise failure(result, reported, project, applied=None if ours else False)
    if now is None or not ours:
        raise _overtaken(project, reported, now) if reported.version_id else unreported(result)
    glance = settle(cloudflare, project, resolution, now, tools)
    for action in (*detached(resolution.actions), planned["triggers"]):
        tools.done(action)
    overwritten = replaced(glance, resolution, ours=halfway)
    if overwritten:
        tools.warn(overwritten)
    digest = Fingerprint(project, tools).digest(provisioned.ids, invocation.program.version) or ""
    remember(journal, glance, digest=digest, url=now.url, resolution=resolution, tools=tools)
    return Deployment(
        version=now.version,
        urls=live.urls(reported.targets, now.url),
        details={"wrangler": reported.wrangler, "targets": reported.targets},
    )


def _unchanged(project: Project, resolution: Resolution, journal: Journal, tools: Tools) -> Deployment:
    last = parse(resolution.details.get("last"))
    keep(journal, last, tools)
    return Deployment(
        version=str(resolution.details["live"]),
        urls=(
            *((last.url,) if last and last.url and has_address(project) else ()),
            *(f"https://{host}" for host in custom_domains(project)),
        ),
        outcome="applied" if any(action.writes for action in resolution.actions) else "unchanged",
    )


def _write(project: Project, document: Mapping[str, Json]) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    try:
        write_state(config_file(project), text.encode())
    except OSError as error:
        raise ConfigError(
            f"{config_file(project)} cannot be written: {error.strerror or error}",
            hint="make the folder .aerostack writable, with room on the disk",
        ) from error


def _run(
    invocation: Invocation, project: Project, settings: WranglerSettings, tools: Tools
) -> tuple[CommandResult, Session]:
    refuse_links(invocation.output)
    # wrangler appends, and what an earlier run reported must not be taken for this one's.
    invocation.output.unlink(missing_ok=True)
    token = tools.secret("CLOUDFLARE_API_TOKEN")
    credentials = {"CLOUDFLARE_API_TOKEN": token.reveal()} if token else {}
    tools.step(f"running wrangler deploy for {project.name}")
    # From the project's folder, as wrangler takes its working directory for that.
    result = tools.stream(
        invocation.argv, cwd=project.root, env=invocation.environ | credentials, timeout=settings.timeout
    )
    return result, session.read(invocation.output)


def _left_by(error: CommandTimeoutError, invocation: Invocation, cloudflare: Cloudflare, project: Project) -> bool:
    """Whether a run that was ended in the middle has made its version live; ``error`` is told of it."""
    error.hint = "give it more, in seconds: -o timeout=3600, or timeout under [backend.wrangler]"
    try:
        now = live.read(cloudflare, project)
        left = now is not None and now.tag == invocation.tag
        error.applied = None if left else False
    except RemoteError as unanswered:
        error.add_note(unanswered.message)
        left, error.applied = False, None
    if error.applied is None:
        error.hint = f"the new version may be live already: see what `aerostack plan` says; {error.hint}"
    return left


def _halfway(
    invocation: Invocation, project: Project, resolution: Resolution, settings: WranglerSettings, tools: Tools
) -> str | None:
    """The deployment that a wrangler made before it failed, if it came so far.

    Raises ``StaleError`` when somebody else has deployed since the plan.
    """
    cloudflare = connect(project, settings, tools)
    now = live.read(cloudflare, project)
    if now is not None and now.tag == invocation.tag:
        return now.glance.deployments[0].id
    if now is not None:
        check_untouched(cloudflare, project, resolution)
    return None


def _overtaken(project: Project, reported: Session, now: Live | None) -> OvertakenError:
    what = f"version {now.version} is live" if now else "nothing is live"
    return OvertakenError(
        f"wrangler deployed version {reported.version_id} of {project.name}, but {what}: somebody deployed meanwhile",
        applied=False,
        hint="agree who deploys, then deploy again",
    )
