"""The situations that cells begin with, and what is to be done in each."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.cells import Flow
from tests.faults.stage import MIGRATIONS, NO_RESOURCES, UNHURRIED, Project, Stage

#: What the Worker answers in the end; "one" where nothing is said.
SAYS: dict[Flow, str] = {"redeploy": "two", "checkout": "two", "account": "two", "files again": "two"}

#: Each with the command that does it, where that is no deploy.
TASKS: dict[Flow, tuple[str, ...]] = {
    "rollback": ("rollback",),
    "set secret": ("secrets", "set", "TOKEN"),
    "delete secret": ("secrets", "delete", "TOKEN"),
    "migrate": ("migrations", "apply"),
}


def prepare(stage: Stage, backend: str, flow: Flow) -> Project:
    """A project in the situation that a flow begins with."""
    project = stage.project()
    if backend == "wrangler":
        project = replace(project, environ=UNHURRIED)
    if flow in ("files", "files again"):
        _serve_files(project)
    if flow == "other triggers":
        project.call_by(size=5, minute=1)
    if flow == "set secret":
        project = replace(project, given=project.home.parent / "given")
        project.given.write_text(stage.secret)
    if flow not in ("first", "files"):
        # What is there was made by the quicker of two backends that make the same.
        _done(stage, project, "cfapi" if backend == "wrangler" and flow != "again" else backend)
    if flow in ("redeploy", "checkout", "account"):
        project.say("two")
    if flow == "redeploy" and "wrangler" in backend:
        project.log()
    if flow in ("triggers", "other triggers"):
        project.call_by(size=6, minute=2)
    if flow == "checkout":
        project.forget()
    if flow == "files again":
        (project.folder / "public" / "index.html").write_text("two")
        (project.folder / "public" / "other.txt").write_text(f"another {project.mark}")
    if flow == "account":
        project = replace(project, environ={**project.environ, "CLOUDFLARE_ACCOUNT_ID": ""})
    if flow == "rollback":
        project.say("two")
        _done(stage, project, backend)
    if flow == "delete secret":
        given = project.home.parent / "given"
        given.write_text(stage.secret)
        _done(stage, replace(project, task=TASKS["set secret"], given=given), backend)
    if flow == "migrate":
        (project.folder / "migrations").mkdir()
        for name, sql in MIGRATIONS.items():
            (project.folder / "migrations" / name).write_text(sql)
    if flow == "orphans":
        ids = stage.state(project).resources
        project.file.write_text(NO_RESOURCES.format(mark=project.mark))
        _done(stage, project, backend)
        named = [flag for one in ids for flag in ("--delete", f"{one.kind}/{one.name}")]
        return replace(project, task=("resources", *named, "--yes"))
    return replace(project, task=TASKS.get(flow, project.task))


def _done(stage: Stage, project: Project, backend: str) -> None:
    done = stage.deploy(project, backend, faulty=False)
    assert done.status == 0, done.stderr


def _serve_files(project: Project) -> None:
    """Static files and no code; the hashes are this project's own, so that the account has none of them."""
    (project.folder / "public").mkdir()
    (project.folder / "public" / "index.html").write_text("one")
    (project.folder / "public" / "own.txt").write_text(project.mark)
    text = NO_RESOURCES.format(mark=project.mark).replace('main = "index.js"\nno_bundle = true\n', "")
    project.file.write_text(f'{text}\n[assets]\ndirectory = "public"\n')
