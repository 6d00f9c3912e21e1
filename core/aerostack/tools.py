"""The real ``model.Tools``: subprocesses, the environment, the bundle, and reports to whoever watches."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, cast

from aerostack.errors import CommandError
from aerostack.hearing import HEARING
from aerostack.model import Action, Bundle, CommandResult, Project, Resolution, Secret
from aerostack.programs import Programs
from aerostack.redact import redact, secret_values

T = TypeVar("T")


class Reporter(Protocol):
    """Who is told what happens."""

    def step(self, message: str) -> None:
        """Something is being done now."""

    def warn(self, message: str) -> None:
        """Something the user should act on."""

    def said(self, line: str) -> None:
        """A program that the user watches printed a line."""

    def done(self, action: Action) -> None:
        """An action of the plan has been carried out."""


class RunningBuild:
    """``make`` in a thread of its own. ``bundle`` is what it made, ``None`` before, and when it failed."""

    def __init__(self, make: Callable[[], Bundle]) -> None:
        self.bundle: Bundle | None = None
        self._make = make
        self._error: BaseException | None = None
        self._ended = threading.Event()
        # A daemon, so that Ctrl-C ends the process without waiting for the build.
        threading.Thread(target=self._work, name="bundle", daemon=True).start()

    def _work(self) -> None:
        try:
            self.bundle = self._make()
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()

    def result(self) -> Bundle:
        while not self._ended.wait(HEARING):
            pass
        if self._error is not None:
            raise self._error
        assert self.bundle is not None
        return self.bundle


class RunTools:
    """The tools of one run, to be used as a context manager: at its end what was kept is closed, and every program that
    still runs is ended, with all that it started.

    ``confirm`` asks the user; by default nobody can be asked. ``carried_out`` collects the actions of the plan that the
    backend reports as done, and ``began`` says whether anything may have been written.
    """

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        reporter: Reporter,
        confirm: Callable[[str], bool] = lambda question: False,
    ) -> None:
        self._environ = environ
        self._reporter = reporter
        self._confirm = confirm
        self._secrets = secret_values(environ)
        self._build: RunningBuild | None = None
        self._lock = threading.Lock()
        self._stack = contextlib.ExitStack()
        self._kept: dict[str, Any] = {}
        self._opening: dict[str, threading.RLock] = {}
        self._programs = Programs(environ)
        self.carried_out: list[Action] = []
        self._earlier: list[Action] = []
        self.began = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # After Ctrl-C the build may still run in its thread, and nobody else would end what it started.
        self._programs.end()
        self._stack.close()

    def begin(self, resolution: Resolution) -> None:
        """This plan is carried out from now on; what was carried out of an earlier one stays done."""
        self._earlier += self.carried_out
        self.carried_out = []
        self.began = self.began or any(action.writes for action in resolution.actions)

    @property
    def all_carried_out(self) -> list[Action]:
        """The actions that are done, also those of a plan that was given up."""
        return [*self._earlier, *self.carried_out]

    @property
    def flipped(self) -> bool:
        """Whether another version has gone live in this run."""
        return any(action.kind == "worker" for action in self.all_carried_out)

    def environ(self, name: str) -> str | None:
        return self._environ.get(name) or None

    def secret(self, name: str) -> Secret | None:
        value = self._environ.get(name)
        return Secret(value) if value else None

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        timeout: float = 60.0,
        check: bool = True,
    ) -> CommandResult:
        result = self._programs.run(argv, cwd=cwd, env=env, timeout=timeout)
        if check and result.status != 0:
            said = redact(result.stderr.strip() or result.stdout.strip(), self._secrets)
            raise CommandError(
                f"`{Path(argv[0]).name}` ended with status {result.status}" + (f": {said}" if said else ""),
                argv=result.argv,
                status=result.status,
                stderr=result.stderr,
            )
        return result

    def stream(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        timeout: float = 60.0,
    ) -> CommandResult:
        return self._programs.stream(argv, cwd=cwd, env=env, timeout=timeout, said=self._said)

    def _said(self, line: str) -> None:
        self._reporter.said(redact(line, self._secrets))

    @property
    def built(self) -> Bundle | None:
        """The bundle, if this run has built one."""
        return self._build.bundle if self._build else None

    def bundle(self, project: Project) -> RunningBuild:
        def make() -> Bundle:
            # Imported in its thread: meanwhile the backend asks the account.
            from aerostack.bundle import build

            return build(project, run=self.run, step=self.step, warn=self.warn)

        with self._lock:
            self._build = self._build or RunningBuild(make)
            return self._build

    def keep(self, name: str, open: Callable[[], AbstractContextManager[T]]) -> T:
        with self._lock:
            opening = self._opening.setdefault(name, threading.RLock())
        with opening:
            if name not in self._kept:
                self._kept[name] = self._stack.enter_context(open())
        return cast(T, self._kept[name])

    def confirm(self, question: str) -> bool:
        return self._confirm(redact(question, self._secrets))

    def step(self, message: str) -> None:
        self._reporter.step(redact(message, self._secrets))

    def warn(self, message: str) -> None:
        self._reporter.warn(redact(message, self._secrets))

    def done(self, action: Action) -> None:
        with self._lock:
            self.carried_out.append(action)
        self._reporter.done(action)
