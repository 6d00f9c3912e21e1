"""Play one cell, and judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.faults.cells import Cell, Flow
from tests.faults.evidence import Attempt, Evidence
from tests.faults.invariants import broken, wanted
from tests.faults.layer import Strike
from tests.faults.stage import Project, Stage

Healing = Literal["by itself", "by one more run", "never"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``broken`` says how the invariants were broken; ``struck`` whether the call that the cell spoils was made."""

    cell: Cell
    healing: Healing
    struck: bool
    broken: tuple[str, ...]
    story: str


class Player:
    """Plays the cells of one stage. What an undisturbed deploy leaves is found out once for each flow."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._wanted: dict[tuple[str, Flow], str] = {}

    def play(self, cell: Cell) -> Verdict:
        """Play a cell and take its project away."""
        leads_to = self._leads_to(cell.backend, cell.flow)
        project = self._prepare(cell.backend, cell.flow)
        try:
            before = self._stage.state(project)
            noticed: list[str] = []
            self._stage.layer.watch = Watch(project, noticed)
            strike = Strike(cell.call, cell.fault, times=cell.times)
            attempts = [self._attempt(cell.backend, project, strike)]
            while attempts[-1].run.status != 0 and len(attempts) < 3:
                attempts.append(self._attempt(cell.backend, project))
            seen = Evidence(
                cell=cell,
                project=project,
                before=before,
                wanted=leads_to,
                attempts=tuple(attempts),
                secrets=(self._stage.edge.environ["CLOUDFLARE_API_TOKEN"],),
                noticed=tuple(noticed),
            )
            return Verdict(cell, _healing(seen), strike.struck, tuple(broken(seen)), _story(seen))
        finally:
            self._stage.layer.watch = None
            self._stage.remove(project)

    def _attempt(self, backend: str, project: Project, *strikes: Strike) -> Attempt:
        self._stage.play(*strikes)
        run = self._stage.run(project, "deploy", "--json", "--backend", backend)
        return Attempt(run, tuple(self._stage.layer.log), self._stage.state(project))

    def _prepare(self, backend: str, flow: Flow) -> Project:
        project = self._stage.project()
        if flow != "first":
            done = self._stage.run(project, "deploy", "--json", "--backend", backend, faulty=False)
            assert done.status == 0, done.stderr
            project.say("two")
        if flow == "checkout":
            project.forget()
        return project

    def _leads_to(self, backend: str, flow: Flow) -> str:
        if (backend, flow) not in self._wanted:
            project = self._prepare(backend, flow)
            attempt = self._attempt(backend, project)
            assert attempt.run.status == 0, attempt.run.stderr
            self._wanted[backend, flow] = wanted(attempt.after, project.mark)
            self._stage.remove(project)
        return self._wanted[backend, flow]


class Watch:
    """Looks at the machine whenever a request comes: the journal, and what every process was called with."""

    def __init__(self, project: Project, noticed: list[str]) -> None:
        self._project = project
        self._noticed = noticed

    def __call__(self, call: str) -> None:
        binding = {"create database": "d1/DB", "create namespace": "kv/CACHE", "create bucket": "r2/FILES"}.get(call)
        if binding is not None and not self._announced(binding):
            self._noticed.append(f"unannounced: {call}")

    def _announced(self, key: str) -> bool:
        journals = self._project.folder.glob(".aerostack/journal/*/*/*.json")
        return any(f'"{key}"' in journal.read_text() for journal in journals)


def _healing(seen: Evidence) -> Healing:
    if seen.attempts[-1].run.status != 0 or wanted(seen.final, seen.project.mark) != seen.wanted:
        return "never"
    return "by itself" if len(seen.attempts) == 1 else "by one more run" if len(seen.attempts) == 2 else "never"


def _story(seen: Evidence) -> str:
    lines = []
    for attempt in seen.attempts:
        lines.append(f"exit {attempt.run.status} after {attempt.run.seconds:.2f} s")
        start = attempt.log[0].at if attempt.log else 0.0
        lines += [f"  {s.at - start:7.3f} {s.call}: {s.fault or s.status}" for s in attempt.log]
        lines.append(attempt.run.stderr)
    return "\n".join(lines)
