"""resolve: read the environment once, while the code is built, and say what will be done and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aerostack import assets
from aerostack.errors import ConfigError, NotFoundError
from aerostack.http import parallel
from aerostack.model import Action, Bundle, Journals, Json, Policy, Project, Resolution, Resource, Tools, Verb
from aerostack.values import dataclass
from aerostack_hosted import choice
from aerostack_hosted.api import environments, me, projects
from aerostack_hosted.api.connection import Api
from aerostack_hosted.api.environments import NoProjectError, RemoteEnvironment
from aerostack_hosted.api.me import Me
from aerostack_hosted.choice import Choice
from aerostack_hosted.honoured import check_keys
from aerostack_hosted.last import Last, drift, recall, replaced
from aerostack_hosted.metadata import content_hash, crons, metadata
from aerostack_hosted.place import environment_of, target
from aerostack_hosted.settings import HostedSettings
from aerostack_hosted.target import connect


@dataclass(frozen=True, slots=True)
class Observed:
    """``exists`` tells about the project; ``environment`` is ``None`` when it has none of that name yet."""

    exists: bool
    environment: RemoteEnvironment | None


def resolve(project: Project, settings: HostedSettings, policy: Policy, journals: Journals, tools: Tools) -> Resolution:
    """Plan. Who the key belongs to and what is there are asked at once, and the code is built meanwhile."""
    environment = environment_of(project)
    check_keys(project)
    bundle = tools.bundle(project)
    api = connect(settings, tools)
    chosen = choice.choose(project.file, api.url, settings.project)
    tools.step(f"asking {api.url}")
    who, observed = parallel(lambda: me.read(api), lambda: observe(api, chosen, environment))
    allowed = choice.check_key(chosen, who)
    if allowed == chosen and not observed.exists and not chosen.pinned:
        allowed = _called(api, chosen)
    if allowed != chosen:
        chosen, observed = allowed, observe(api, allowed, environment)
    if not observed.exists:
        _check_creation(chosen, who, policy)
    if chosen.pinned:
        tools.step(f"project {chosen.reference} ({chosen.source})")
    if files := bundle.result().assets:
        tools.step(assets.summary(files))
    seen = observed.environment
    actions = plan(project, chosen, observed, settings, policy, bundle.result())
    last = recall(journals.at(target(api)), chosen.reference)
    writes = any(action.writes for action in actions if action.key in ("worker", "crons"))
    return Resolution(
        target=target(api),
        actions=actions,
        drift=drift(last, seen, public=settings.public) if writes else (),
        notes=(
            *(replaced(last, seen) if writes else ()),
            *notes(project, seen, actions),
            *assets.notes(bundle.result().assets),
        ),
        details=_details(chosen, who, seen),
    )


def observe(api: Api, chosen: Choice, environment: str) -> Observed:
    """One read. Only the API's own word means that something is not there."""
    try:
        return Observed(True, environments.get(api, chosen.reference, environment))
    except NoProjectError:
        return Observed(False, None)


def _called(api: Api, chosen: Choice) -> Choice:
    """The choice as a project of exactly that name, where the server made another slug of it than we would."""
    for project in projects.listed(api):
        if project.name == chosen.name:
            return replace(chosen, reference=project.id)
    return chosen


def plan(
    project: Project,
    chosen: Choice,
    observed: Observed,
    settings: HostedSettings,
    policy: Policy,
    bundle: Bundle,
) -> tuple[Action, ...]:
    """The actions: the project if it has to be made, every resource, the Worker, its crons."""
    seen = observed.environment
    actions = []
    if not observed.exists:
        actions.append(_action("create", "project", "project", chosen.reference, "there is no project of that name"))
    actions += [plan_resource(resource, seen, policy) for resource in project.resources]
    worker = plan_worker(project, seen, settings, bundle, new=any(action.verb == "create" for action in actions))
    actions.append(worker)
    triggers = plan_crons(project, seen)
    if triggers is not None:
        actions.append(triggers)
    return tuple(actions)


def plan_resource(resource: Resource, seen: RemoteEnvironment | None, policy: Policy) -> Action:
    """One resource: the one that this environment has under that kind and binding, else a new one."""
    for remote in seen.resources if seen else ():
        if (
            (remote.kind, remote.binding) == (resource.kind, resource.binding)
            and remote.id
            and remote.status != "failed"
        ):
            return _action("keep", resource.kind, resource.key, resource.name, "exists on Aerostack", remote.id)
    if not policy.provision:
        raise NotFoundError(
            f"the environment has no {resource.kind} for the binding {resource.binding}, and --no-provision forbids to "
            "create it",
            applied=False,
            where=resource.where,
            hint="deploy without --no-provision",
        )
    return _action("create", resource.kind, resource.key, resource.name, "the environment has none for this binding")


def plan_worker(
    project: Project, seen: RemoteEnvironment | None, settings: HostedSettings, bundle: Bundle, *, new: bool
) -> Action:
    """The deployment. It is spared when what is live has the hash of what would be uploaded."""

    def action(verb: Verb, reason: str) -> Action:
        live = seen.live.id if seen and seen.live else None
        return _action(verb, "worker", "worker", project.name, reason, live)

    if seen is None or seen.live is None:
        return action("create", "nothing is live in this environment")
    if new:
        return action("update", "its bindings change")
    if settings.public is not None and settings.public != seen.public:
        return action("update", f"becomes {'public' if settings.public else 'private'}")
    if seen.live.content_hash == content_hash(metadata(project, bundle)):
        return action("keep", "code and configuration are live already")
    return action("update", "code or configuration changed")


def plan_crons(project: Project, seen: RemoteEnvironment | None) -> Action | None:
    """The schedules, if there are or were any."""
    wanted, live = set(crons(project)), set(seen.crons if seen else ())
    if not wanted and not live:
        return None
    if wanted == live:
        return _action("keep", "crons", "crons", ", ".join(sorted(wanted)), "are set")
    verb: Verb = "create" if not live else "update"
    return _action(verb, "crons", "crons", ", ".join(sorted(wanted)) or "none", "differ from aerostack.toml")


def notes(project: Project, seen: RemoteEnvironment | None, actions: tuple[Action, ...]) -> tuple[str, ...]:
    """What the user should know before the plan is carried out."""
    found = []
    unset = [name for name in project.required_secrets if seen is None or name not in seen.secrets]
    if unset:
        names = ", ".join(unset)
        found.append(
            f"required secrets that are not set in {project.environment}: {names} "
            f"(`aerostack secrets set {unset[0]} --env {project.environment}`)"
        )
    variables = project.config.get("vars")
    hidden = [name for name in variables if seen and name in seen.secrets] if isinstance(variables, Mapping) else []
    if hidden:
        found.append(f"secrets take the place of variables of the same name: {', '.join(hidden)}")
    if project.config.get("workers_dev") is False:
        found.append("workers_dev = false has no meaning on Aerostack: the Worker gets an address; --private guards it")
    return tuple(found)


def _check_creation(chosen: Choice, who: Me, policy: Policy) -> None:
    """Raise unless the project is one that this deploy may create: a pinned one is never replaced by a new one."""
    if chosen.pinned:
        raise NotFoundError(
            f"there is no project {chosen.reference} ({chosen.source}) in the account {who.account_name}",
            applied=False,
            where=chosen.where,
            hint="see `aerostack projects list` and `aerostack whoami`; link another: aerostack link <project-id>",
            code="project_not_found",
        )
    if not policy.provision:
        raise NotFoundError(
            f"there is no project {chosen.reference}, and --no-provision forbids to create it",
            applied=False,
            hint="deploy without --no-provision, or link this folder to a project: aerostack link <project-id>",
            code="project_not_found",
        )
    if "admin" not in who.scopes and "deploy" not in who.scopes:
        raise ConfigError(
            f"there is no project {chosen.reference} yet, and this key may not create it",
            hint="use a key with the scope `deploy`, or link this folder: aerostack link <project-id>",
            code="scope",
        )


def _details(chosen: Choice, who: Me, seen: RemoteEnvironment | None) -> Mapping[str, Json]:
    return {
        "project": chosen.reference,
        "project_source": chosen.source,
        "account": who.account_name,
        "live": seen.live.id if seen and seen.live else None,
        "url": (seen.url or (seen.live.url if seen.live else None)) if seen else None,
        "last": Last.of(chosen.reference, seen.live, public=seen.public).text if seen and seen.live else None,
    }


def _action(verb: Verb, kind: str, key: str, name: str, reason: str, remote_id: str | None = None) -> Action:
    return Action(verb=verb, kind=kind, key=key, name=name, id=remote_id, reason=reason)
