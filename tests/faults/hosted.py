"""The stage of the backend ``aerostack``: a server with an edge as its platform, and a layer before or behind it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.conftest import clean_environment
from tests.faults import oracle
from tests.faults.launch import launcher
from tests.faults.layer import fault_layer
from tests.faults.oracle import Resource, State
from tests.faults.stage import PATIENCE, Project, Run, Stage
from tests.server.servers import Tenant, fetch, running_server

from aerostack.testing import running_edge

#: Between the client and the server, or between the server and its platform.
Side = Literal["client", "platform"]


@dataclass(frozen=True)
class HostedStage(Stage):
    """``tenant`` owns all projects. The layer stands on one ``side`` of the server."""

    tenant: Tenant
    side: Side

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.tenant.key, *super().secrets)

    def environ(self, *, faulty: bool) -> dict[str, str]:
        direct = f"http://127.0.0.1:{self.tenant.server.port}"
        url = self.layer.url if faulty and self.side == "client" else direct
        return {"AEROSTACK_API_URL": url, "AEROSTACK_API_KEY": self.tenant.key}

    def deploy(
        self, project: Project, backend: str, *, faulty: bool = True, env: Mapping[str, str] | None = None
    ) -> Run:
        flags = ("--yes", "--public") if project.task == ("deploy",) else ()
        return self.run(project, *project.task, *flags, "--json", "--backend", "aerostack", faulty=faulty, env=env)

    def state(self, project: Project) -> State:
        seen = self.tenant.call("GET", f"/projects/{project.mark}/environments/staging")
        environment = seen.document if seen.status == 200 else {}
        history = self.tenant.call("GET", f"/projects/{project.mark}/environments/staging/deployments")
        deployments = history.document["items"] if history.status == 200 else []
        # At the end of a name is a hash of the environment's id.
        resources = tuple(
            Resource(found.kind, found.name.rpartition("-")[0], found.id)
            for found in oracle.resources(self.edge, project.mark)
        )
        live = environment.get("live")
        bindings = {item["binding"]: (item["kind"], None) for item in environment["resources"]} if live else {}
        bindings |= dict.fromkeys(environment.get("secrets", ()), ("secret_text", None))
        databases = [found.id for found in resources if found.kind == "d1" and project.task[0] == "migrations"]
        return State(
            resources=resources,
            versions=tuple(
                (item["id"], f"as1:{item['content_hash']}:{item['number']}")
                for item in deployments
                if item["status"] != "failed"
            ),
            live=((live["id"], 100),) if live else (),
            bindings=bindings,
            address=(environment["public"], True) if live else None,
            answer=_ask(environment["url"]) if live else None,
            applied=tuple(row for one in databases for row in oracle.applied(self.edge, one)),
        )

    def remove(self, project: Project) -> None:
        for found in self.tenant.call("GET", "/projects").document["items"]:
            if project.mark in found["name"]:
                self.tenant.call("DELETE", f"/projects/{found['id']}")
        shutil.rmtree(project.folder.parent)


def _ask(url: str) -> str:
    status, text = fetch(url)
    return text if status == 200 else f"HTTP {status}"


@contextlib.contextmanager
def hosted_stage(side: Side) -> Iterator[HostedStage]:
    """Set one up for the block."""
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        (root / "home").mkdir()
        environ = clean_environment(root / "home")
        edge = stack.enter_context(running_edge(root / "edge", environ))
        variables = {"AEROSTACK_PATIENCE": PATIENCE, "HOME": str(root / "home")}
        if side == "platform":
            layer = stack.enter_context(fault_layer(edge.environ["CLOUDFLARE_API_BASE_URL"]))
            variables["CLOUDFLARE_API_BASE_URL"] = layer.url
        server = stack.enter_context(running_server(edge, root / "server", **variables))
        if side == "client":
            layer = stack.enter_context(fault_layer(server.url))
        start = stack.enter_context(launcher(environ))
        yield HostedStage(edge, layer, start, root, server.tenant(), side)
