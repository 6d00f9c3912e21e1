"""Somebody else acts on the same account, or on the same files, while a deploy is under way."""

from __future__ import annotations

import shutil

import pytest
from tests.faults import fault as f
from tests.faults.invariants import wanted
from tests.faults.layer import Strike
from tests.faults.play import Player
from tests.faults.stage import Project, Run, Stage

CONFLICT = 4


def checkout(stage: Stage, project: Project) -> Project:
    """The project as it is now in a colleague's folder, without what belongs to this machine."""
    other = stage.project()
    shutil.copy(project.file, other.file)
    shutil.copy(project.folder / "index.js", other.folder / "index.js")
    return Project(project.mark, other.folder, other.home)


def deployed(stage: Stage) -> Project:
    project = stage.project()
    assert stage.deploy(project, "cfapi", faulty=False).status == 0
    return project


def together(stage: Stage, *projects: Project) -> list[Run]:
    """Deploy them all at the same moment."""
    stage.play()
    running = [stage.start(project, "deploy", "--json", "--backend", "cfapi") for project in projects]
    return [Run(status, out, err, 0) for out, err, status in (process.communicate(60) for process in running)]


@pytest.mark.parametrize("many", [2, 8])
def test_one_of_several_deploys_in_a_folder_wins_and_the_others_are_told_who(
    stage: Stage, player: Player, many: int
) -> None:
    project = stage.project()
    runs = together(stage, *[project] * many)
    assert 0 in {run.status for run in runs}
    for run in runs:
        assert run.status in (0, CONFLICT), run.stderr
        if run.status:
            assert run.document["outcome"] == "not_applied"
            assert run.document["error"]["code"] == "locked"
            assert "another deploy of this environment is running (" in run.document["error"]["message"]
    assert wanted(stage.state(project), project.mark) == player.leads_to("cfapi", "first")
    assert stage.deploy(project, "cfapi").document["outcome"] == "unchanged"
    stage.remove(project)


def test_two_first_deploys_from_two_folders_make_nothing_twice(stage: Stage, player: Player) -> None:
    project = stage.project()
    other = checkout(stage, project)
    for run in together(stage, project, other):
        # Stale: the plan was made anew, and nobody is there to say yes to another one.
        codes = ("conflict", "drift", "overtaken", "stale")
        assert run.status == 0 or run.document["error"]["code"] in codes, run.stderr
    names = [resource.name for resource in stage.state(project).resources]
    assert len(names) == len(set(names))
    # Whose they are nobody can know, so it has to be said.
    settled = stage.run(project, "deploy", "--json", "--backend", "cfapi", "--adopt", "all", "--overwrite")
    assert settled.status == 0, settled.stderr
    assert wanted(stage.state(project), project.mark) == player.leads_to("cfapi", "first")
    stage.remove(project)


def test_a_deploy_that_somebody_else_overtakes_does_not_claim_to_be_live(stage: Stage) -> None:
    project = deployed(stage)
    theirs = checkout(stage, project)
    theirs.say("theirs")
    project.say("two")

    def overtake() -> None:
        assert stage.deploy(theirs, "cfapi", faulty=False).status == 0

    stage.play(Strike("deployments", None, skip=1, before=overtake))
    run = stage.deploy(project, "cfapi", env={"AEROSTACK_PATIENCE": "0.5"})  # theirs takes longer than an answer may
    assert run.status == CONFLICT, run.stderr
    assert run.document["error"]["code"] == "overtaken"
    assert stage.state(project).answer == "theirs"
    stage.remove(project)


@pytest.mark.parametrize("kind", ["d1", "kv", "queue"])
def test_a_resource_that_somebody_deletes_meanwhile_is_never_silently_replaced(stage: Stage, kind: str) -> None:
    project = deployed(stage)
    before = stage.state(project)
    gone = next(resource for resource in before.resources if resource.kind == kind)
    project.say("two")
    places = {"d1": "/d1/database/", "kv": "/storage/kv/namespaces/"}

    def delete() -> None:
        identifier = gone.id
        if kind == "queue":
            queues = stage.edge.account("GET", "/queues?per_page=1000")
            identifier = next(item["queue_id"] for item in queues if item["queue_name"] == gone.name)
        stage.edge.account("DELETE", f"{places.get(kind, '/queues/')}{identifier}")

    stage.play(Strike("upload", None, before=delete))
    run = stage.deploy(project, "cfapi")
    after = stage.state(project)
    assert run.status == 1, run.stderr
    assert run.document["outcome"] == "not_applied"
    assert after.running == before.running
    assert gone.name not in {resource.name for resource in after.resources}
    stage.remove(project)


@pytest.mark.parametrize("creation", ["create database", "create namespace"])
def test_what_a_killed_run_made_is_its_own_also_when_the_next_one_cannot_see_it(
    stage: Stage, player: Player, creation: str
) -> None:
    project = stage.project()
    stage.play(Strike(creation, f.KILLED_APPLIED))
    assert stage.deploy(project, "cfapi").status < 0
    gone = {"create database": ("database", f.refusal(404, 7404)), "create namespace": ("namespaces", f.EMPTY)}
    look, answer = gone[creation]
    # As long as it lags behind, nothing is made twice; then it is adopted, without a word from the user.
    stage.play(Strike(look, f.said("F11 not there", answer), times=2))
    behind = stage.deploy(project, "cfapi")
    assert behind.status in (0, CONFLICT), behind.stderr
    assert stage.deploy(project, "cfapi").status == 0
    assert wanted(stage.state(project), project.mark) == player.leads_to("cfapi", "first")
    stage.remove(project)


def test_an_address_that_somebody_turns_off_between_plan_and_upload_is_no_success(stage: Stage) -> None:
    project = deployed(stage)
    project.say("two")

    def turn_off() -> None:
        off = {"enabled": False, "previews_enabled": False}
        stage.edge.account("POST", f"/workers/scripts/{project.mark}/subdomain", off)

    stage.play(Strike("upload", None, before=turn_off))
    run = stage.deploy(project, "cfapi")
    assert run.status == 1, run.stderr
    assert run.document["error"]["code"] == "not_visible"
    assert "workers.dev is off" in run.document["error"]["message"]
    stage.remove(project)


def test_what_somebody_writes_into_the_file_meanwhile_is_kept(stage: Stage, player: Player) -> None:
    project = stage.project()

    def edit() -> None:
        project.file.write_text(project.file.read_text() + "\n# written meanwhile\n")

    stage.play(Strike("create database", None, before=edit))
    run = stage.deploy(project, "cfapi")
    text = project.file.read_text()
    assert text.endswith("# written meanwhile\n")
    if run.status == 0:
        assert all(item.id in text for item in stage.state(project).resources if item.kind in ("d1", "kv"))
    assert stage.deploy(project, "cfapi").status == 0
    assert wanted(stage.state(project), project.mark) == player.leads_to("cfapi", "first")
    stage.remove(project)
