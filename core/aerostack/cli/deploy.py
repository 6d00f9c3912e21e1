"""``aerostack deploy`` and ``aerostack plan``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aerostack.cli import options
from aerostack.cli.introduce import heading, introduce
from aerostack.cli.output import Output
from aerostack.cli.run import run
from aerostack.errors import AerostackError

if TYPE_CHECKING:
    from aerostack.model import Policy
    from aerostack.pipeline import Planned, Prepared, Report, Request


def deploy(
    path: options.ProjectPath = Path(),
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    no_provision: options.NoProvision = False,
    adopt: options.Adopt = None,
    overwrite: options.Overwrite = False,
    refresh: options.Refresh = False,
    public: options.Public = None,
    message: options.Message = None,
    timeout: options.Timeout = 1800,
    yes: options.Yes = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Deploy the project: create what it needs, upload it, make it live.

    Databases and namespaces whose id is missing or a placeholder are created, and their ids written into
    aerostack.toml. `aerostack plan` shows what would be done.

    For example: aerostack deploy --env staging --backend cfapi
    """
    started = time.monotonic()
    known: dict[str, Any] = {}

    def body(output: Output) -> int:
        import os

        from aerostack import pipeline
        from aerostack.cli.approval import Approval
        from aerostack.cli.signals import deadline
        from aerostack.model import Policy
        from aerostack.pipeline.report import unfinished
        from aerostack.tools import RunTools

        policy = Policy(provision=not no_provision, adopt=frozenset(adopt or ()), overwrite=overwrite, refresh=refresh)
        prepared = pipeline.prepare(
            _request(path, env, backend, use_own_account, option, policy, public, message), os.environ
        )
        known.update(heading(prepared))
        _introduce(output, prepared)
        with RunTools(environ=os.environ, reporter=output, confirm=confirm) as tools:
            try:
                with deadline(timeout):
                    report = pipeline.deploy(prepared, tools, Approval(output, confirm, known), started)
            except (AerostackError, KeyboardInterrupt) as error:
                known.update(unfinished(tools, error))
                raise
        known.pop("replanned", None)
        return _show_report(output, report)

    def confirm(question: str) -> bool:
        return yes or Output().confirm(question)

    run(body, as_json=as_json, debug=debug, heading=lambda: known)


def plan(
    path: options.ProjectPath = Path(),
    env: options.Environment = None,
    backend: options.BackendName = None,
    use_own_account: options.OwnAccount = False,
    option: options.BackendOptions = None,
    no_provision: options.NoProvision = False,
    adopt: options.Adopt = None,
    overwrite: options.Overwrite = False,
    public: options.Public = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> None:
    """Show what `aerostack deploy` with the same flags would do. Changes nothing.

    Marks: + create, ~ update, & adopt, = keep, - delete.
    """
    known: dict[str, Any] = {}

    def body(output: Output) -> None:
        import os

        from aerostack import pipeline
        from aerostack.model import Policy
        from aerostack.tools import RunTools

        policy = Policy(provision=not no_provision, adopt=frozenset(adopt or ()), overwrite=overwrite, refresh=True)
        prepared = pipeline.prepare(_request(path, env, backend, use_own_account, option, policy, public), os.environ)
        known.update(heading(prepared))
        _introduce(output, prepared)
        with RunTools(environ=os.environ, reporter=output) as tools:
            _show_plan(output, pipeline.plan(prepared, tools))

    run(body, as_json=as_json, debug=debug, heading=lambda: known)


def _request(
    path: Path,
    environment: str | None,
    backend: str | None,
    use_own_account: bool,
    option: list[str] | None,
    policy: Policy,
    public: bool | None,
    message: str | None = None,
) -> Request:
    from aerostack.pipeline import Request
    from aerostack.settings import parse_options

    chosen = parse_options(option or ())
    flags = {}
    if public is not None:
        chosen["public"] = str(public).lower()
        flags["public"] = "--public" if public else "--private"
    if message is not None:
        chosen["message"] = message
        flags["message"] = "--message"
    return Request(
        path=path,
        environment=environment,
        backend=backend,
        use_own_account=use_own_account,
        options=chosen,
        flags=flags,
        policy=policy,
    )


def _introduce(output: Output, prepared: Prepared) -> None:
    introduce(output, prepared)
    for note in prepared.project.notes:
        output.warn(note)


def _show_plan(output: Output, planned: Planned) -> None:
    if output.as_json:
        output.document(planned.document())
        return
    output.plan(planned.resolution)
    if planned.resolution.drift and not planned.prepared.request.policy.overwrite:
        output.warn("`aerostack deploy` will refuse to overwrite that without --overwrite")
    writes = sum(action.writes for action in planned.resolution.actions)
    output.result(f"{writes} change{'s' * (writes != 1)} to make" if writes else "nothing to do")


def _show_report(output: Output, report: Report) -> int:
    for note in report.notes:
        if note not in report.prepared.project.notes:
            output.warn(note)
    for place in report.written:
        output.step(f"wrote the id to {place}")
    if report.unsaved is not None:
        return _show_unsaved(output, report)
    if output.as_json:
        output.document(report.document())
        return 0
    seconds = report.duration_ms / 1000
    what = "nothing to do" if report.deployment.outcome == "unchanged" else "deployed"
    output.mark("✓", "green", f"{what} in {seconds:.1f} s, version {report.deployment.version}")
    for url in report.deployment.urls:
        output.result(url)
    return 0


def _show_unsaved(output: Output, report: Report) -> int:
    """Everything was done but for the ids in the file: say so, show the ids, and fail."""
    from aerostack.pipeline.report import error_document

    error = report.unsaved
    assert error is not None
    ids = ", ".join(f"{item.key} = {item.id}" for item in report.provisioned.resources)
    error.hint = f"{error.hint}; the Worker is live and the ids are kept in .aerostack ({ids})"
    output.error(error)
    if output.as_json:
        output.document({**report.document(), "error": error_document(error)})
    return error.exit_code
