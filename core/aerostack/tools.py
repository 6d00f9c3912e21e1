"""The real ``model.Tools``: subprocesses, the environment, the bundle, and reports to whoever watches."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, cast

from aerostack.errors import CommandError, MissingExecutableError
from aerostack.model import Action, Bundle, CommandResult, Project, Secret
from aerostack.redact import is_secret_name, redact, secret_values

if TYPE_CHECKING:
    from concurrent.futures import Future


T = TypeVar("T")


class Reporter(Protocol):
    """Who is told what happens."""

    def step(self, message: str) -> None:
        """Something is being done now."""

    def warn(self, message: str) -> None:
        """Something the user should act on."""

    def done(self, action: Action) -> None:
        """An action of the plan has been carried out."""


class RunTools:
    """The tools of one run, to be used as a context manager: at its end what was kept is closed, and every program that
    still runs is ended, with all that it started.

    ``carried_out`` collects the actions that the backend reports as done.
    """

    def __init__(self, *, environ: Mapping[str, str], reporter: Reporter) -> None:
        self._environ = environ
        self._reporter = reporter
        self._secrets = secret_values(environ)
        self._bundle: Future[Bundle] | None = None
        self._lock = threading.Lock()
        self._stack = contextlib.ExitStack()
        self._kept: dict[str, Any] = {}
        self._programs: set[subprocess.Popen[str]] | None = set()
        self._starting = threading.Lock()
        self.carried_out: list[Action] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # After Ctrl-C the build may still run in its thread, and nobody else would end what it started.
        with self._starting:
            programs, self._programs = self._programs or set(), None
        for process in programs:
            _kill(process)
        self._stack.close()

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
        env: Mapping[str, str] | None = None,
        timeout: float = 60.0,
        check: bool = True,
    ) -> CommandResult:
        program = Path(argv[0]).name
        environment = {name: value for name, value in self._environ.items() if not _is_ours(name)} | dict(env or {})
        process = self._start(argv, cwd, environment)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except BaseException as error:
            _kill(process)
            process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise CommandError(f"`{program}` did not finish within {timeout:g} seconds", argv=tuple(argv)) from None
            raise
        finally:
            with self._starting:
                if self._programs is not None:
                    self._programs.discard(process)
        result = CommandResult(argv=tuple(argv), status=process.returncode, stdout=stdout, stderr=stderr)
        if check and result.status != 0:
            said = redact(stderr.strip() or stdout.strip(), self._secrets)
            raise CommandError(
                f"`{program}` ended with status {result.status}" + (f": {said}" if said else ""),
                argv=result.argv,
                status=result.status,
                stderr=stderr,
            )
        return result

    def _start(self, argv: Sequence[str], cwd: Path | None, environment: Mapping[str, str]) -> subprocess.Popen[str]:
        program = Path(argv[0]).name
        with self._starting:
            if self._programs is None:
                raise CommandError(f"`{program}` is not run any more: the deploy is over", argv=tuple(argv))
            try:
                process = subprocess.Popen(
                    list(argv),
                    cwd=cwd,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                )
            except FileNotFoundError as error:
                raise MissingExecutableError(
                    f"the program `{program}` is not on this machine", argv=tuple(argv), hint=f"install {program}"
                ) from error
            except OSError as error:
                raise CommandError(f"`{program}` cannot be run: {error.strerror or error}", argv=tuple(argv)) from error
            self._programs.add(process)
            return process

    @property
    def built(self) -> Bundle | None:
        """The bundle, if this run has built one."""
        future = self._bundle
        if future is None or not future.done() or future.cancelled() or future.exception() is not None:
            return None
        return future.result()

    def bundle(self, project: Project) -> Future[Bundle]:
        from concurrent.futures import Future

        from aerostack.bundle import build

        with self._lock:
            if self._bundle is None:
                future: Future[Bundle] = Future()
                self._bundle = future

                def work() -> None:
                    try:
                        future.set_result(build(project, run=self.run, step=self.step, warn=self.warn))
                    except BaseException as error:
                        future.set_exception(error)

                # A daemon, so that Ctrl-C ends the process without waiting for the build.
                threading.Thread(target=work, name="bundle", daemon=True).start()
            return self._bundle

    def keep(self, name: str, open: Callable[[], AbstractContextManager[T]]) -> T:
        if name not in self._kept:
            self._kept[name] = self._stack.enter_context(open())
        return cast(T, self._kept[name])

    def step(self, message: str) -> None:
        self._reporter.step(redact(message, self._secrets))

    def warn(self, message: str) -> None:
        self._reporter.warn(redact(message, self._secrets))

    def done(self, action: Action) -> None:
        with self._lock:
            self.carried_out.append(action)
        self._reporter.done(action)


def _kill(process: subprocess.Popen[str]) -> None:
    """End a program and everything that it started: it leads a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _is_ours(name: str) -> bool:
    """Whether a variable is a credential that no program we start may see unless it is given to it on purpose."""
    return name.startswith(("CLOUDFLARE_", "CF_", "WRANGLER_", "AEROSTACK_")) and is_secret_name(name)
