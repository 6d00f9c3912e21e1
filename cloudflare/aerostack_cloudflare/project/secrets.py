"""The secrets of a project's Worker. Values go there and never come back: what was done is read back by names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aerostack.capabilities import OpenJournals, SecretName, SecretsChanged
from aerostack.errors import NotFoundError, OvertakenError, RemoteError
from aerostack.http import parallel
from aerostack.model import Journal, Project, Secret, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.last import keep, recall
from aerostack_cloudflare.script import LiveDeployment

#: The list of names may lag behind a change: seconds between two looks.
_GRACE = (0.25, 0.75, 2.0)


def listed(cloudflare: Cloudflare, project: Project, journals: OpenJournals) -> tuple[SecretName, ...]:
    """Their names; one whose change was interrupted is doubtful."""
    journal = journals.at(cloudflare.account_id)
    return tuple(
        SecretName(name=name, doubtful=journal.intended(_key(name), name)) for name in _names(cloudflare, project)
    )


def change(
    cloudflare: Cloudflare,
    project: Project,
    changes: Mapping[str, Secret | None],
    journals: OpenJournals,
    tools: Tools,
) -> SecretsChanged:
    """Set and delete, all or none, which makes a version that is live at once. Three rounds, one write."""
    journal = journals.at(cloudflare.account_id)
    names, before = _look(cloudflare, project)
    for name, value in changes.items():
        if value is None and name not in names and not journal.intended(_key(name), name):
            raise NotFoundError(
                f"no secret {name} is set on {project.name}",
                applied=False,
                hint="see those that are: aerostack secrets list",
            )
    for name in changes:
        journal.intend(_key(name), name)
    tools.step(f"changing {', '.join(sorted(changes))} on {project.name}")
    try:
        _send(cloudflare, project.name, changes)
    except RemoteError as error:
        if error.applied is False:
            _settled(journal, changes)
        raise
    names, after = _look(cloudflare, project)
    for wait in _GRACE:
        if not _different(changes, names):
            break
        cloudflare.wait(wait)
        names, after = _look(cloudflare, project)
    different = _different(changes, names)
    if different:
        raise OvertakenError(
            f"{', '.join(different)} of {project.name} was changed by somebody else at the same time",
            hint="agree who changes it, then run the same command again",
        )
    _settled(journal, changes)
    last = recall(journal)
    live = after[0].versions if after else ()
    ours = [item.id for item in before[:1]] == [item.id for item in after[1:2]] and len(live) == 1
    if last is not None and ours and last.deployment == after[1].id:
        # The same code with other secrets: the next deploy finds what it expects, and has nothing to do.
        known = ",".join(sorted(names))
        keep(journal, replace(last, deployment=after[0].id, version=live[0][0], secrets=known), tools)
    return SecretsChanged(version=live[0][0] if live else None)


def _different(changes: Mapping[str, Secret | None], names: Iterable[str]) -> list[str]:
    """Those that the account does not show as they should be."""
    return [name for name, value in changes.items() if (value is None) == (name in names)]


def _send(cloudflare: Cloudflare, name: str, changes: Mapping[str, Secret | None]) -> None:
    if len(changes) > 1:
        cloudflare.scripts.change_secrets(name, changes)
        return
    for key, value in changes.items():
        if value is not None:
            cloudflare.scripts.put_secret(name, key, value)
            return
        try:
            cloudflare.scripts.delete_secret(name, key)
        except NotFoundError:
            # It was there a moment ago: a request of ours whose answer was lost, or somebody who meant the same.
            return


def _look(cloudflare: Cloudflare, project: Project) -> tuple[tuple[str, ...], tuple[LiveDeployment, ...]]:
    """The names of those that are set, and the deployments, the newest first."""
    return parallel(lambda: _names(cloudflare, project), lambda: cloudflare.scripts.deployments(project.name))


def _names(cloudflare: Cloudflare, project: Project) -> tuple[str, ...]:
    try:
        return cloudflare.scripts.secrets(project.name)
    except NotFoundError as error:
        error.hint = "secrets belong to a Worker that is there: deploy first, with the same --env and --backend"
        raise


def _settled(journal: Journal, changes: Iterable[str]) -> None:
    for name in changes:
        journal.forget(_key(name))


def _key(name: str) -> str:
    return f"secret/{name}"
