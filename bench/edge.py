"""The edge alone: from upload to first answer, replacing a live script, and memory, with 1 and with 50 scripts."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
import uuid
from pathlib import Path

from aerostack.testing import RunningEdge, fetch, running_edge
from bench.measure import spread, table

SCRIPTS = (1, 50)
SWAPS = 10


def run() -> None:
    """Print the table."""
    rows = []
    for count in SCRIPTS:
        with tempfile.TemporaryDirectory() as folder, running_edge(Path(folder)) as edge:
            firsts = [first_answer(edge, f"bench-{index}") for index in range(count)]
            swaps = [first_answer(edge, "bench-0") for _ in range(SWAPS)]
            wake_store(edge)
            store, *memory = sorted(workerd_memory(edge), reverse=True)
        rows.append(
            (
                count,
                spread(firsts),
                spread(swaps),
                f"{statistics.median(memory):.1f}",
                f"{store:.1f}",
                f"{store + sum(memory):.0f}",
            )
        )
    table(
        (
            "scripts",
            "first deploy to first answer ms: median (min)",
            "redeploy to first answer ms: median (min)",
            "a script's PSS MiB",
            "the store's",
            "all",
        ),
        rows,
    )


def first_answer(edge: RunningEdge, name: str) -> float:
    """Upload a version that answers with a mark of its own; milliseconds until the mark is seen over HTTP."""
    mark = uuid.uuid4().hex
    started = time.perf_counter()
    upload(edge, name, f'export default {{ fetch() {{ return new Response("{mark}"); }} }};')
    url = edge.account("GET", f"/workers/workers/{name}")["subdomain"]["url"]
    while fetch(url)[1] != mark.encode():
        pass
    return (time.perf_counter() - started) * 1000


def upload(edge: RunningEdge, name: str, code: str) -> None:
    """PUT one module as the script ``name``, and switch its address on."""
    import httpx

    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01"}
    answer = httpx.put(
        f"{edge.environ['CLOUDFLARE_API_BASE_URL']}/accounts/{edge.environ['CLOUDFLARE_ACCOUNT_ID']}"
        f"/workers/scripts/{name}",
        headers={"Authorization": f"Bearer {edge.environ['CLOUDFLARE_API_TOKEN']}"},
        files={
            "metadata": (None, json.dumps(metadata), "application/json"),
            "index.js": ("index.js", code, "application/javascript+module"),
        },
        timeout=60,
    )
    answer.raise_for_status()
    edge.account("POST", f"/workers/scripts/{name}/subdomain", {"enabled": True, "previews_enabled": False})


def wake_store(edge: RunningEdge) -> None:
    """Ask it for something: it starts when it is first asked."""
    namespace = edge.account("POST", "/storage/kv/namespaces", {"title": "bench"})
    edge.account("GET", f"/storage/kv/namespaces/{namespace['id']}/keys")


def workerd_memory(edge: RunningEdge) -> list[float]:
    """The proportional set size, in MiB, of every workerd below the edge."""
    sizes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name = (process / "comm").read_text().strip()
            lines = (process / "smaps_rollup").read_text().splitlines() if name == "workerd" else []
            ours = str(edge.pid) in _ancestors(process)
        except OSError:  # it has ended meanwhile
            continue
        if ours:
            sizes += [int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")]
    return sizes


def _ancestors(process: Path) -> list[str]:
    found = []
    while process.name not in ("0", "1"):
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        found.append(parent)
        process = process.with_name(parent)
        if parent == "0":
            break
    return found
