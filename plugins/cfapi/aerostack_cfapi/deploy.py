"""deploy: set the Worker's address, upload the code, live at once, set what else runs it, and look whether all of it
can be seen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.model import Action, Bundle, Deployment, Journal, Project, Provisioned, Resolution, Tools
from aerostack_cfapi import migrations
from aerostack_cfapi.account import connect
from aerostack_cfapi.address import wanted_address
from aerostack_cfapi.bindings import bindings
from aerostack_cfapi.domains import set_domains
from aerostack_cfapi.former import remove, still_there
from aerostack_cfapi.metadata import content_hash, metadata, tag, whole_digest
from aerostack_cfapi.routes import set_routes, unset_routes
from aerostack_cfapi.settings import CfapiSettings
from aerostack_cfapi.triggers import set_triggers
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import custom_domains, has_patterns, unset_domain
from aerostack_cloudflare.project.early import Seen, upload_and_look
from aerostack_cloudflare.project.glance import Glance, look
from aerostack_cloudflare.project.last import keep, parse, recall, remember
from aerostack_cloudflare.project.readback import check_untouched, read_back, replaced
from aerostack_cloudflare.project.triggers import unset_trigger
from aerostack_cloudflare.project.unversioned import reset, unset_settings, wanted_settings


def deploy(
    project: Project,
    resolution: Resolution,
    provisioned: Provisioned,
    settings: CfapiSettings,
    journal: Journal,
    tools: Tools,
) -> Deployment:
    """Carry out the plan's worker, workers.dev, domain, route, schedules and consumer actions.

    The upload is the last thing that is done to what users of a Worker see, so that until then nothing has changed for
    them. Schedules and queues call the new code only. Raises ``OvertakenError`` when somebody else deploys meanwhile.
    """
    planned = {action.key: action for action in resolution.actions}
    worker, address = planned["worker"], planned["workers.dev"]
    after = resolution.actions[resolution.actions.index(address) + 1 :]
    if not any(action.writes for action in (worker, address, *after)):
        keep(journal, parse(resolution.details.get("last")), tools)
        return _deployment(project, resolution, worker.id or "", _text(resolution.details.get("url")))
    cloudflare = connect(project, settings, tools)
    bundle = tools.bundle(project).result()
    document = metadata(project, bundle, bindings(project, provisioned.ids))
    early = None
    if worker.writes:
        version, early = _release(cloudflare, project, resolution, document, bundle, settings.message, journal, tools)
    else:
        version = worker.id or ""
        _set_address(cloudflare, project, address, tools)
    set_domains(cloudflare, project, after, tools)
    set_routes(cloudflare, project, after, tools)
    remove(cloudflare, after, tools)
    set_triggers(cloudflare, project, after, provisioned.ids, tools)

    wanted = wanted_settings(project, resolution)

    def unset(seen: Glance) -> str | None:
        return (
            _unset_address(project, seen)
            or _unapplied(cloudflare, project, after)
            or ", ".join(f"{key} is not set" for key in unset_settings(wanted, seen.address))
            or unset_trigger(project, seen.schedules, seen.queues)
            or unset_domain(project, seen.domains)
            or unset_routes(project, seen)
            or still_there(cloudflare, project, after)
        )

    # These were done after an early look.
    soon = early.glances if early and not any(action.writes for action in after) else ()
    glance = read_back(cloudflare, project, version, unset, soon, routes=has_patterns(project))
    overwritten = replaced(glance, resolution) if worker.writes else None
    if overwritten:
        tools.warn(overwritten)
    url = (glance.address.url if glance.address else None) or _workers_dev_url(project, resolution)
    digest = whole_digest(project, document, bundle)
    work = early.work if early else None
    remember(journal, glance, digest=digest, url=url, resolution=resolution, tools=tools, work=work)
    return _deployment(project, resolution, version, url)


def _release(
    cloudflare: Cloudflare,
    project: Project,
    resolution: Resolution,
    document: Mapping[str, Any],
    bundle: Bundle,
    message: str | None,
    journal: Journal,
    tools: Tools,
) -> tuple[str, Seen]:
    """Make a new version live, with its address; returns its id."""
    planned = {action.key: action for action in resolution.actions}
    worker, address = planned["worker"], planned["workers.dev"]
    resources = resolution.actions[: resolution.actions.index(worker)]
    mark = tag(content_hash(document, bundle), os.urandom(4).hex())
    annotations = {"workers/tag": mark} | ({"workers/message": message} if message else {})
    complete = {**reset(resolution), **document, "annotations": annotations}
    if bundle.assets is not None:
        from aerostack_cfapi import static_files

        token = static_files.upload(cloudflare, project.name, bundle.assets, tools)
        complete["assets"] = complete["assets"] | {"jwt": token}
    migration = planned.get("migrations")
    if migration is not None and migration.writes:
        complete["migrations"] = migrations.document(migrations.pending(project, migration.id), migration.id)
    if worker.verb == "update":
        if bundle.assets is not None or any(action.writes for action in resources):
            # That took time; otherwise the plan has only just been made.
            check_untouched(cloudflare, project, resolution, routes=has_patterns(project))
        _set_address(cloudflare, project, address, tools)
    tools.step(f"uploading {project.name}" + (f" ({bundle.size / 1024:.1f} KiB)" if bundle.modules else ""))
    last = recall(journal)
    uploaded, seen = upload_and_look(
        lambda: cloudflare.scripts.upload(project.name, metadata=complete, modules=bundle.modules),
        lambda: look(cloudflare, project, routes=has_patterns(project)),
        work=last.work_seconds if last and worker.verb == "update" else None,
        way=cloudflare.round_trip(),
    )
    tools.done(worker)
    if migration is not None and migration.writes:
        tools.done(migration)
    if worker.verb == "create":
        _set_address(cloudflare, project, address, tools)
    return uploaded.version_id, seen


def _set_address(cloudflare: Cloudflare, project: Project, action: Action, tools: Tools) -> None:
    if not action.writes:
        return
    enabled, previews = wanted_address(project)
    cloudflare.scripts.set_subdomain(
        project.name, enabled=enabled, previews_enabled=enabled if previews is None else previews
    )
    tools.done(action)


def _unset_address(project: Project, seen: Glance) -> str | None:
    enabled, previews = wanted_address(project)
    if seen.address is None or seen.address.enabled != enabled:
        return f"workers.dev is {'off' if enabled else 'on'}"
    if previews is not None and seen.address.previews_enabled != previews:
        return f"preview URLs are {'off' if previews else 'on'}"
    return None


def _unapplied(cloudflare: Cloudflare, project: Project, after: Sequence[Action]) -> str | None:
    if not any(action.key == "migrations" and action.writes for action in after):
        return None
    applied = cloudflare.scripts.migration_tag(project.name)
    return None if applied == migrations.wanted_tag(project) else f"the migration {applied} was the last one"


def _deployment(project: Project, resolution: Resolution, version: str, url: str | None) -> Deployment:
    return Deployment(
        version=version,
        urls=(
            *((url,) if url and wanted_address(project)[0] else ()),
            *(f"https://{host}" for host in custom_domains(project)),
        ),
        outcome="applied" if any(action.writes for action in resolution.actions) else "unchanged",
    )


def _workers_dev_url(project: Project, resolution: Resolution) -> str | None:
    subdomain = _text(resolution.details.get("account_subdomain"))
    return f"https://{project.name}.{subdomain}.workers.dev" if subdomain else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
