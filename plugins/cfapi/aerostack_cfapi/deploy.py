"""deploy: upload the code, live at once, and set the Worker's address."""

from __future__ import annotations

import os

from aerostack.http import parallel
from aerostack.model import Action, Deployment, Project, Provisioned, Resolution, Tools
from aerostack_cfapi import static_files
from aerostack_cfapi.account import connect
from aerostack_cfapi.bindings import bindings
from aerostack_cfapi.metadata import content_hash, metadata, tag
from aerostack_cfapi.resolve import wanted_address
from aerostack_cfapi.settings import CfapiSettings
from aerostack_cloudflare.account import Cloudflare


def deploy(
    project: Project, resolution: Resolution, provisioned: Provisioned, settings: CfapiSettings, tools: Tools
) -> Deployment:
    """Carry out the plan's worker and workers.dev actions."""
    planned = {action.key: action for action in resolution.actions}
    worker, address = planned["worker"], planned["workers.dev"]
    version, url = worker.id or "", _text(resolution.details.get("url"))
    if worker.writes or address.writes:
        cloudflare = connect(project, settings, tools)
        if worker.writes:
            version = _upload(cloudflare, project, provisioned, tools)
            tools.done(worker)
        # The address is read back while it is being set: only the other side knows its exact form.
        _, read = parallel(
            lambda: _set_address(cloudflare, project, address, tools),
            (lambda: cloudflare.scripts.worker(project.name)) if url is None else (lambda: None),
        )
        url = url or (read.url if read else None) or _workers_dev_url(project, resolution)
    return Deployment(
        version=version,
        urls=(url,) if url and wanted_address(project)[0] else (),
        outcome="applied" if any(action.writes for action in resolution.actions) else "unchanged",
    )


def _upload(cloudflare: Cloudflare, project: Project, provisioned: Provisioned, tools: Tools) -> str:
    bundle = tools.bundle(project).result()
    document = metadata(project, bundle, bindings(project, provisioned.ids))
    complete = document | {
        "annotations": {"workers/tag": tag(content_hash(document, bundle), os.urandom(4).hex())},
    }
    if bundle.assets is not None:
        token = static_files.upload(cloudflare, project.name, bundle.assets, tools)
        complete["assets"] = complete["assets"] | {"jwt": token}
    tools.step(f"uploading {project.name}" + (f" ({bundle.size / 1024:.1f} KiB)" if bundle.modules else ""))
    uploaded = cloudflare.scripts.upload(project.name, metadata=complete, modules=bundle.modules)
    return uploaded.version_id


def _set_address(cloudflare: Cloudflare, project: Project, action: Action, tools: Tools) -> None:
    if not action.writes:
        return
    enabled, previews = wanted_address(project)
    cloudflare.scripts.set_subdomain(
        project.name, enabled=enabled, previews_enabled=enabled if previews is None else previews
    )
    tools.done(action)


def _workers_dev_url(project: Project, resolution: Resolution) -> str | None:
    subdomain = _text(resolution.details.get("account_subdomain"))
    return f"https://{project.name}.{subdomain}.workers.dev" if subdomain else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
