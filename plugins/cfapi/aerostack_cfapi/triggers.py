"""Schedules and queue consumers: plan them, set them once the code is live, and look whether they can be seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from aerostack.http import parallel
from aerostack.model import Action, JournalView, Project, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.last import recall
from aerostack_cloudflare.project.observed import Observed
from aerostack_cloudflare.project.triggers import WantedConsumer, consumers_of, wanted_consumers, wanted_crons
from aerostack_cloudflare.queues import Consumer

#: Under this name the journal keeps what the last deploy left.
MEMORY = "triggers"

_SCHEDULES = "schedules"
_CONSUMER = "consumer"


def has_triggers(project: Project) -> bool:
    """Whether the project says anything of them. If so, a glance at the account does not show all that it wants."""
    return wanted_crons(project) is not None or bool(wanted_consumers(project))


def plan_triggers(project: Project, observed: Observed) -> list[Action]:
    """One action for the schedules, if the file says anything, and one for each consumer. Raises ``ConflictError``."""
    own = consumers_of(project, observed.consumers(project))
    crons = wanted_crons(project)
    schedules = [] if crons is None else [_plan_schedules(project, crons, observed)]
    return [*schedules, *(_plan_consumer(wanted, own.get(wanted.queue)) for wanted in wanted_consumers(project))]


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


def unset_trigger(
    cloudflare: Cloudflare, project: Project, actions: Sequence[Action], ids: Mapping[str, str]
) -> str | None:
    """What of ``set_triggers`` cannot be seen in the account; ``None`` when all of it can."""
    queues = {resource.name: ids[resource.key] for resource in project.resources if resource.kind == "queue"}
    consumers = {wanted.queue: wanted for wanted in wanted_consumers(project)}
    for action in _written(actions):
        if action.kind == _SCHEDULES:
            if set(cloudflare.scripts.schedules(project.name)) != set(wanted_crons(project) or ()):
                return "other schedules are set"
        else:
            live = cloudflare.queues.get(queues[action.name]).consumers
            if not any(item.script == project.name and consumers[action.name].same(item) for item in live):
                return f"the queue {action.name} is not consumed as the file says"
    return None


def memory(project: Project) -> str:
    """One line for the journal: what a deploy of the project leaves."""
    crons = wanted_crons(project)
    document = {_SCHEDULES: None if crons is None else sorted(crons)} | {
        f"{_CONSUMER}/{wanted.queue}": dict(wanted.settings) for wanted in wanted_consumers(project)
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def trigger_drift(project: Project, observed: Observed, journal: JournalView, actions: Sequence[Action]) -> list[str]:
    """What somebody changed since the last deploy that ``actions`` would overwrite, a sentence each."""
    last, left = recall(journal), _parsed(journal.known(MEMORY))
    if last is None or observed.worker is None or observed.glance.deployment != last.deployment:
        return []
    own = consumers_of(project, observed.consumers(project))
    return list(_changed(left, _written(actions), observed.worker.schedules, own))


def _changed(
    left: Mapping[str, object], written: Sequence[Action], schedules: Sequence[str], own: Mapping[str, Consumer]
) -> Iterator[str]:
    for action in written:
        before: object = left.get(action.key)
        now: object = None
        if action.kind == _SCHEDULES:
            now = sorted(schedules)
        elif isinstance(before, dict) and action.name in own:
            now = {key: own[action.name].settings.get(key) for key in before}
        if before is not None and before != now:
            subject = "the schedules" if action.kind == _SCHEDULES else f"the consumer of {action.name}"
            yield f"{subject}: {_shown(before)} after the last deploy, {_shown(now)} now"


def _plan_schedules(project: Project, crons: Sequence[str], observed: Observed) -> Action:
    live = observed.worker.schedules if observed.worker else ()
    same = set(live) == set(crons)
    reason = f"set {', '.join(crons)}" if crons else "remove all"
    return Action(
        verb="keep" if same else "update",
        kind=_SCHEDULES,
        key=_SCHEDULES,
        name=project.name,
        reason="are set already" if same else reason,
    )


def _plan_consumer(wanted: WantedConsumer, live: Consumer | None) -> Action:
    same = live is not None and wanted.same(live)
    return Action(
        verb="create" if live is None else "keep" if same else "update",
        kind=_CONSUMER,
        key=f"{_CONSUMER}/{wanted.queue}",
        name=wanted.queue,
        id=live.id if live else None,
        reason="nobody consumes it" if live is None else "consumes it already" if same else "its settings changed",
    )


def _set_consumer(cloudflare: Cloudflare, project: Project, wanted: WantedConsumer, action: Action, queue: str) -> None:
    settings, dead = wanted.settings, wanted.dead_letter_queue
    if action.id is None:
        cloudflare.queues.add_consumer(queue, project.name, settings=settings, dead_letter_queue=dead)
    else:
        cloudflare.queues.change_consumer(queue, action.id, project.name, settings=settings, dead_letter_queue=dead)


def _written(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.kind in (_SCHEDULES, _CONSUMER) and action.writes]


def _parsed(text: str | None) -> Mapping[str, object]:
    try:
        document = json.loads(text or "")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _shown(value: object) -> str:
    return "gone" if value is None else json.dumps(value)
