"""``[build] command``: what the user wants to have run before the code is bundled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aerostack.bundle.run import Run
from aerostack.errors import BundleError
from aerostack.model import Project

# Framework builds take minutes on small machines.
_TIMEOUT = 1800.0


def of(project: Project) -> str | None:
    """The build command, ``None`` when there is none."""
    return _text(project, "command")


def run_build(project: Project, run: Run, step: Callable[[str], None]) -> None:
    """Run the build command through the shell, in ``build.cwd``, if there is one.

    The environment is that of ``run``, which holds no credential of Cloudflare's or ours; what the user's own build
    needs (``NPM_TOKEN`` and the like) is left in it. As with wrangler, ``WRANGLER_COMMAND`` says what it is for.
    """
    command = of(project)
    if command is None:
        return
    cwd = project.root / (_text(project, "cwd") or "")
    if not cwd.is_dir():
        raise BundleError(
            f"the build command cannot run: there is no folder {_text(project, 'cwd')}",
            hint=f"correct `cwd` under [build] in {project.file.name}; it is relative to that file",
            where=project.where.get("build.cwd"),
        )
    step(f"Running {command}")
    result = run(("/bin/sh", "-c", command), cwd=cwd, env={"WRANGLER_COMMAND": "deploy"}, timeout=_TIMEOUT, check=False)
    output = "\n".join(part.strip() for part in (result.stdout, result.stderr) if part.strip())
    if result.status != 0:
        raise BundleError(
            f"the build command `{command}` ended with status {result.status}" + (f":\n{output}" if output else ""),
            hint=f"run it yourself in {_text(project, 'cwd') or 'the project folder'}, and mend what it says",
            where=project.where.get("build.command"),
        )
    if output:
        step(output)


def _text(project: Project, key: str) -> str | None:
    build = project.config.get("build")
    value = build.get(key) if isinstance(build, Mapping) else None
    return value if isinstance(value, str) and value else None
