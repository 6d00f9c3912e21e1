"""Play one cell, and judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tests.faults import fault as f
from tests.faults import flows
from tests.faults.cells import Cell, Flow
from tests.faults.evidence import Attempt, Evidence
from tests.faults.fault import Fault
from tests.faults.invariants import broken, wanted
from tests.faults.launch import command_lines
from tests.faults.layer import Strike
from tests.faults.skew import Skew
from tests.faults.stage import UNHURRIED, Project, Stage

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
        self.stage = stage
        self._wanted: dict[tuple[str, Flow], str] = {}

    def calls(self, backend: str, flow: Flow) -> list[str]:
        """The calls of a flow when nothing goes wrong, in their order."""
        project = self.prepare(backend, flow)
        try:
            return [seen.call for seen in self.attempt(backend, project).log]
        finally:
            self.stage.remove(project)

    def play(self, cell: Cell) -> Verdict:
        """Play a cell and take its project away."""
        leads_to = self.leads_to(cell.backend, cell.flow)
        project = self.prepare(cell.backend, cell.flow)
        try:
            before = self.stage.state(project)
            noticed: list[str] = []
            self.stage.layer.watch = Watch(self.stage, project, noticed)
            met = project.home / "met"
            if isinstance(cell.fault, Skew):
                skew = cell.fault
                happens = (lambda: skew.set(project.home)) if skew.suddenly else None
                strike = Strike(cell.call, skew.beside, before=happens)
                attempts = [
                    self.attempt(cell.backend, project, strike, env={**skew.environ(project.home), **UNHURRIED})
                ]
                struck = strike.struck or not cell.call
            elif isinstance(cell.fault, Fault):
                strike = Strike(cell.call, cell.fault, cell.skip, cell.times)
                before_it = [Strike(cell.lost, f.LOST)] if cell.lost else []
                attempts = [self.attempt(cell.backend, project, strike, *before_it)]
                struck = strike.struck
            else:
                attempts = [self.attempt(cell.backend, project, env=cell.fault.environ(met))]
                struck = met.exists()
            while attempts[-1].run.status != 0 and len(attempts) < 3:
                attempts.append(self.attempt(cell.backend, project))
            seen = Evidence(
                cell=cell,
                project=project,
                before=before,
                wanted=leads_to,
                says=flows.SAYS.get(cell.flow, "one"),
                attempts=tuple(attempts),
                secrets=self.stage.secrets,
                noticed=tuple(noticed),
            )
            return Verdict(cell, _healing(seen), struck, tuple(broken(seen)), _story(seen))
        finally:
            self.stage.layer.watch = None
            self.stage.remove(project)

    def attempt(
        self, backend: str, project: Project, *strikes: Strike, env: Mapping[str, str] | None = None
    ) -> Attempt:
        """Deploy while these strike, or in this environment."""
        self.stage.play(*strikes)
        run = self.stage.deploy(project, backend, env=env)
        self.stage.layer.settle()
        return Attempt(run, tuple(self.stage.layer.log), self.stage.state(project), project.owned)

    def prepare(self, backend: str, flow: Flow) -> Project:
        """A project in the situation that a flow begins with."""
        return flows.prepare(self.stage, backend, flow)

    def leads_to(self, backend: str, flow: Flow) -> str:
        """What an undisturbed deploy leaves, as every project would."""
        if (backend, flow) not in self._wanted:
            project = self.prepare(backend, flow)
            attempt = self.attempt(backend, project)
            assert attempt.run.status == 0, attempt.run.stderr
            self._wanted[backend, flow] = wanted(attempt.after, project.mark)
            self.stage.remove(project)
        return self._wanted[backend, flow]


class Watch:
    """Looks at the machine whenever a request comes: the journal, and what the command and every program that it has
    started were called with. A program that asks nobody for anything may end unseen.
    """

    def __init__(self, stage: Stage, project: Project, noticed: list[str]) -> None:
        self._stage = stage
        self._project = project
        self._noticed = noticed

    def __call__(self, call: str) -> None:
        binding = {"create database": "d1/DB", "create namespace": "kv/CACHE", "create bucket": "r2/FILES"}.get(call)
        if binding is not None and not self._announced(binding):
            self._noticed.append(f"unannounced: {call}")
        for argv in command_lines(self._stage.layer.victim):
            if any(secret.encode() in argv for secret in self._stage.secrets):
                self._noticed.append(f"leak: a secret in a command line: {argv.partition(bytes(1))[0].decode()}")

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
