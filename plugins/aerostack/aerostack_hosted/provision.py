"""provision: the project, if it has to be made, and every resource that the plan says."""

from __future__ import annotations

from aerostack import project as files
from aerostack.errors import AbortedError, RemoteError
from aerostack.model import Journal, Project, Provisioned, ProvisionedResource, Resolution, Tools
from aerostack_hosted import link
from aerostack_hosted.api import environments, projects
from aerostack_hosted.settings import HostedSettings
from aerostack_hosted.target import connect


def provision(
    project: Project, resolution: Resolution, settings: HostedSettings, journal: Journal, tools: Tools
) -> Provisioned:
    """Every resource of the project, existing. One request makes all that is missing, and none is sent without need."""
    planned = {action.key: action for action in resolution.actions}
    if "project" in planned:
        _create_project(project, resolution, settings, tools)
    ids = {key: action.id for key, action in planned.items() if action.id}
    creations = [resource for resource in project.resources if planned[resource.key].writes]
    if creations:
        api = connect(settings, tools)
        for resource in creations:
            journal.intend(resource.key, resource.name)
        reference = project_of(project, resolution, settings, tools)
        made = environments.ensure_resources(api, reference, str(project.environment), project.resources)
        ids |= {f"{remote.kind}/{remote.binding}": remote.id for remote in made if remote.id}
        for resource in creations:
            if resource.key not in ids:
                raise RemoteError(
                    f"creating the resources: the API's answer holds no id for {resource.key}",
                    hint="deploy again: what exists is found again",
                    code="malformed_answer",
                )
            tools.done(planned[resource.key])
    for resource in project.resources:
        journal.record(resource.key, str(ids[resource.key]))
    return Provisioned(
        resources=tuple(
            ProvisionedResource(
                key=resource.key,
                kind=resource.kind,
                binding=resource.binding,
                name=resource.name,
                id=str(ids[resource.key]),
                outcome="created" if planned[resource.key].writes else "found",
            )
            for resource in project.resources
        )
    )


def project_of(project: Project, resolution: Resolution, settings: HostedSettings, tools: Tools) -> str:
    """The id or slug of the project in this run: that of the link once it has been created."""
    made = link.read(project.root) if any(action.key == "project" for action in resolution.actions) else None
    return made.project_id if made else str(resolution.details["project"])


def _create_project(project: Project, resolution: Resolution, settings: HostedSettings, tools: Tools) -> None:
    action = next(action for action in resolution.actions if action.key == "project")
    account = resolution.details["account"]
    name = str(files.read(project.file).data.get("name", action.name))
    api = connect(settings, tools)
    if not tools.confirm(f"There is no project {name} in the account {account} of {api.url}. Create it?"):
        raise AbortedError(
            f"there is no project {name} in the account {account} of {api.url}, and nothing was created",
            hint="answer yes, or pass --yes to have it created; or link this folder: aerostack link <project-id>",
            code="project_not_found",
        )
    made = projects.create(api, name, public=settings.public)
    # The server may have had to choose another slug: the link makes the next deploy find this project again.
    link.write(project.root, link.Link(project_id=made.id, api_url=api.url))
    tools.done(action)
