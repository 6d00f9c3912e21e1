"""Schedules and queue consumers: plan them, and set them once the code is live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aerostack.http import parallel
from aerostack.model import Action, Project, Tools, Verb
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.observed import Observed
from aerostack_cloudflare.project.triggers import WantedConsumer, consumers_of, wanted_consumers, wanted_crons
from aerostack_cloudflare.queues import Consumer

_SCHEDULES = "schedules"
_CONSUMER = "consumer"
_SET_ALREADY, _CONSUMED_ALREADY = "are set already", "consumes it already"


def plan_triggers(project: Project, observed: Observed) -> list[Action]:
    """One action for the schedules, if the file says anything, and one for each consumer. Raises ``ConflictError``."""
    own = consumers_of(project, observed.glance.queues)
    crons = wanted_crons(project)
    schedules = [] if crons is None else [_plan_schedules(project, crons, observed)]
    return [*schedules, *(_plan_consumer(wanted, own.get(wanted.queue)) for wanted in wanted_consumers(project))]


def kept_triggers(project: Project) -> list[Action]:
    """The same where nothing of them changed."""
    schedules = [] if wanted_crons(project) is None else [_schedules(project, "keep", _SET_ALREADY)]
    return [*schedules, *(_consumer(wanted.queue, "keep", _CONSUMED_ALREADY) for wanted in wanted_consumers(project))]


def set_triggers(
    cloudflare: Cloudflare, project: Project, actions: Sequence[Action], ids: Mapping[str, str], tools: Tools
) -> None:
    """Carry out those of ``actions`` that are about triggers. ``ids`` are remote ids by ``Resource.key``."""
    consumers = {wanted.queue: wanted for wanted in wanted_consumers(project)}
    queues = {resource.name: ids[resource.key] for resource in project.resources if resource.kind == "queue"}

    def setting(action: Action) -> Callable[[], None]:
        def run() -> None:
            if action.kind == _SCHEDULES:
                cloudflare.scripts.set_schedules(project.name, wanted_crons(project) or ())
            else:
                _set_consumer(cloudflare, project, consumers[action.name], action, queues[action.name])
            tools.done(action)

        return run

    parallel(*(setting(action) for action in _written(actions)))


def _plan_schedules(project: Project, crons: Sequence[str], observed: Observed) -> Action:
    if set(observed.glance.schedules or ()) == set(crons):
        return _schedules(project, "keep", _SET_ALREADY)
    return _schedules(project, "update", f"set {', '.join(crons)}" if crons else "remove all")


def _schedules(project: Project, verb: Verb, reason: str) -> Action:
    return Action(verb=verb, kind=_SCHEDULES, key=_SCHEDULES, name=project.name, reason=reason)


def _plan_consumer(wanted: WantedConsumer, live: Consumer | None) -> Action:
    if live is None:
        return _consumer(wanted.queue, "create", "nobody consumes it")
    if wanted.same(live):
        return _consumer(wanted.queue, "keep", _CONSUMED_ALREADY, live.id)
    return _consumer(wanted.queue, "update", "its settings changed", live.id)


def _consumer(queue: str, verb: Verb, reason: str, remote_id: str | None = None) -> Action:
    return Action(verb=verb, kind=_CONSUMER, key=f"{_CONSUMER}/{queue}", name=queue, id=remote_id, reason=reason)


def _set_consumer(cloudflare: Cloudflare, project: Project, wanted: WantedConsumer, action: Action, queue: str) -> None:
    settings, dead = wanted.settings, wanted.dead_letter_queue
    if action.id is None:
        cloudflare.queues.add_consumer(queue, project.name, settings=settings, dead_letter_queue=dead)
    else:
        cloudflare.queues.change_consumer(queue, action.id, project.name, settings=settings, dead_letter_queue=dead)


def _written(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.kind in (_SCHEDULES, _CONSUMER) and action.writes]
