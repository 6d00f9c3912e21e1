"""Making an earlier version live again: one look, one write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aerostack.capabilities import OpenJournals, RolledBack
from aerostack.errors import NotFoundError, OvertakenError, RemoteError, UsageError
from aerostack.http import parallel
from aerostack.model import Journal, Project, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.last import Last, keep, recall
from aerostack_cloudflare.script import LiveDeployment, Version

#: Under this name the journal keeps what a run was about to make live, and instead of what.
_KEY = "rollback"

#: A secret was changed since that version: Cloudflare wants to be asked twice.
_SECRETS_CHANGED = 10220

#: So many versions are named where the user has to choose one.
_SHOWN = 5


def rollback(
    cloudflare: Cloudflare, project: Project, version: str | None, journals: OpenJournals, tools: Tools
) -> RolledBack:
    """Make ``version``, its id or the beginning of it, live again; ``None`` is the one that was live before.

    Two rounds: what is live, then the switch, whose answer says what is live then. Data stays as it is. Nothing is read
    that the journal knows, or that does not matter for where to go: whoever goes back has trouble enough.
    """
    scripts, name = cloudflare.scripts, project.name
    journal = journals.at(cloudflare.account_id)
    tools.step(f"reading what is live of {name}")
    last = recall(journal)
    deployments, (versions, urls) = parallel(
        lambda: scripts.deployments(name),
        lambda: parallel(
            lambda: scripts.versions(name) if version is not None else (),
            lambda: _urls(cloudflare, name, last),
        ),
    )
    if not deployments or not deployments[0].versions:
        raise NotFoundError(
            f"nothing of {name} is live in this account", applied=False, hint="deploy it first: aerostack deploy"
        )
    live = deployments[0]
    if version is None and _is_interrupted(journal, deployments):
        aim = live.versions[0][0]
    elif version is None:
        aim = _before(name, deployments)
        _check_known(name, last, live, aim)
    else:
        aim = _named(name, version, versions, deployments)
    if live.versions == ((aim, 100),):
        _settle(journal, last, live, tools)
        return RolledBack(version=aim, said=f"{name} runs the version {aim} already", urls=urls, outcome="unchanged")
    journal.intend(_KEY, _intent(aim, live))
    _settle(journal, last, _switch(cloudflare, name, aim, tools), tools)
    was = ", ".join(item for item, _ in live.versions)
    return RolledBack(
        version=aim,
        said=f"{name} runs the version {aim} again, instead of {was}",
        urls=urls,
        details={"previous": [item for item, _ in live.versions]},
    )


def _urls(cloudflare: Cloudflare, name: str, last: Last | None) -> tuple[str, ...]:
    """Where the Worker answers; no rollback fails because that cannot be read."""
    if last is not None:
        return last.urls
    try:
        address = cloudflare.scripts.worker(name)
    except RemoteError:
        return ()
    return (address.url,) if address and address.enabled and address.url else ()


def _switch(cloudflare: Cloudflare, name: str, version: str, tools: Tools) -> LiveDeployment:
    message = "rolled back by aerostack"
    try:
        return cloudflare.scripts.deploy(name, version, message=message)
    except RemoteError as error:
        if error.remote_code != _SECRETS_CHANGED or error.applied is not False:
            raise
        if not tools.confirm(f"{error.message}. Roll back, so that the secrets are what they were then?"):
            error.hint = "the secrets would be what they were then: if that is meant, roll back with --yes"
            raise
        return cloudflare.scripts.deploy(name, version, message=message, force=True)


def _settle(journal: Journal, last: Last | None, live: LiveDeployment, tools: Tools) -> None:
    """Close the intent, and let what is live be what the next deploy expects to find: of which code, it has to look."""
    journal.forget(_KEY)
    if last is not None and last.deployment != live.id:
        keep(journal, replace(last, deployment=live.id, version=live.versions[0][0], digest=""), tools)


def _check_known(name: str, last: Last | None, live: LiveDeployment, aim: str) -> None:
    """Raise ``OvertakenError`` when what is live is not what was last made so from here: it is not ours to undo."""
    if last is None or last.deployment == live.id:
        return
    when = f" since {live.created_on}" if live.created_on else ""
    shown = ", ".join(item for item, _ in live.versions)
    raise OvertakenError(
        f"{name} runs the version {shown}{when}, which is not what was last deployed from here ({last.version}): "
        "going back would undo what somebody else did",
        applied=False,
        hint=f"if that is meant, name where to: aerostack rollback {aim}, with the same --env and --backend",
    )


def _before(name: str, deployments: Sequence[LiveDeployment]) -> str:
    """The version that was live, for all requests, before what is live now."""
    for deployment in deployments[1:]:
        if len(deployment.versions) == 1 and deployment.versions != deployments[0].versions:
            return deployment.versions[0][0]
    raise NotFoundError(
        f"no other version of {name} was live before", applied=False, hint="deploy another one: aerostack deploy"
    )


def _named(name: str, wanted: str, versions: Sequence[Version], deployments: Sequence[LiveDeployment]) -> str:
    """The id of the only version that ``wanted`` is the beginning of."""
    found = [version.id for version in versions if version.id.lower().startswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} versions of {name} begin with {wanted}", hint=f"write more of it: {found[0]}")
    earlier = dict.fromkeys(item for deployment in deployments[1:] for item, _ in deployment.versions)
    listed = ", ".join(list(earlier)[:_SHOWN]) or "none"
    raise NotFoundError(
        f"there is no version {wanted} of {name} that can be made live",
        applied=False,
        hint=f"those that were live before, the last one first: {listed}",
    )


def _intent(version: str, instead: LiveDeployment) -> str:
    return f"{version} instead of {instead.id}"


def _is_interrupted(journal: Journal, deployments: Sequence[LiveDeployment]) -> bool:
    """Whether what is live is what a run that was killed was about to make live: going back again would undo it."""
    if len(deployments) < 2 or len(deployments[0].versions) != 1:
        return False
    return journal.intended(_KEY, _intent(deployments[0].versions[0][0], deployments[1]))
