"""The commands around a deploy, as a user types them."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.proxy import Fatal, fatal_proxy
from tests.conftest import AEROSTACK, clean_environment
from tests.plugins.hosted.conftest import Hosted

from aerostack.testing import fetch

Run = Callable[..., Any]


def test_projects_are_created_shown_and_deleted(run: Run, name: str) -> None:
    made = run("projects", "create", name, "--json").document
    assert made["name"] == name
    assert made["id"] in [item["id"] for item in run("projects", "list", "--json").document["projects"]]
    shown = run("projects", "show", made["slug"], "--json").document
    assert (shown["id"], shown["environments"]) == (made["id"], [])
    refused = run("projects", "delete", made["id"])
    assert refused.status == 1
    assert f"hint: type the slug {made['slug']}, or pass --yes" in refused.stderr
    assert run("projects", "delete", made["id"], "--yes").stdout == f"deleted {name}\n"
    gone = run("projects", "show", made["id"])
    assert gone.status == 1
    assert f"error: there is no project {made['id']} in the account of the key" in gone.stderr


def test_the_flow_of_the_product(run: Run, project: Path, name: str) -> None:
    made = run("projects", "create", name, "--json").document
    assert run("link", made["id"]).stdout == f"linked to {name} ({made['id']})\n"
    deployed = run("deploy", "--env", "staging", "--json").document
    assert "project" not in [action["key"] for action in deployed["actions"]]
    assert fetch(deployed["urls"][0])[0] == 200
    places = run("projects", "show", made["id"], "--json").document["environments"]
    assert [place["name"] for place in places] == ["staging"]


def test_a_link_to_nothing_is_refused(run: Run, project: Path) -> None:
    done = run("link", "prj_nothing")
    assert done.status == 1
    assert "error: there is no project prj_nothing in the account of the key" in done.stderr
    assert not (project / ".aerostack" / "project.json").exists()


def test_a_pinned_project_that_is_gone_is_no_reason_to_make_another(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    file.write_text('project_id = "prj_nothing"\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    done = run("deploy", "--yes")
    assert done.status == 1
    assert "there is no project prj_nothing (project_id in aerostack.toml:1:14) in the account admin" in done.stderr


def test_a_key_of_another_project_is_refused(run: Run, project: Path, name: str) -> None:
    mine = run("projects", "create", name, "--json").document
    other = run("projects", "create", f"{name}-other", "--json").document
    run("link", mine["id"])
    key = run("keys", "create", "--name", "ci", "--project", other["id"], "--json").document["key"]
    done = run("deploy", "--json", env={"AEROSTACK_API_KEY": key})
    assert done.status == 2
    assert done.document["error"]["code"] == "project_mismatch"
    assert key not in done.stdout + done.stderr


def test_a_key_is_shown_once_and_revoked(run: Run) -> None:
    made = run("keys", "create", "--name", "once", "--json").document
    assert run("whoami", "--json", env={"AEROSTACK_API_KEY": made["key"]}).document["key"] == "once"
    listed = run("keys", "list", "--json")
    assert made["id"] in [item["id"] for item in listed.document["keys"]]
    assert made["key"] not in listed.stdout
    assert run("keys", "revoke", made["id"]).status == 0
    refused = run("whoami", env={"AEROSTACK_API_KEY": made["key"]})
    assert refused.status == 1
    assert "hint: aerostack login" in refused.stderr


def test_secrets_reach_the_worker_and_no_output(run: Run, project: Path) -> None:
    source = next(project.glob("src/index.*"))
    source.write_text("export default { fetch: (_, env) => new Response(env.TOKEN) };\n", encoding="utf-8")
    url = run("deploy", "--yes", "--json").document["urls"][0]
    done = run("secrets", "set", "TOKEN", stdin="line one\nline two\n")
    assert done.stdout == "set TOKEN in staging\n"
    assert fetch(url) == (200, b"line one\nline two")
    run("secrets", "import", stdin="OTHER=x\nTOKEN='changed'\n")
    assert fetch(url) == (200, b"changed")
    listed = run("secrets", "list", "--json")
    assert [item["name"] for item in listed.document["secrets"]] == ["OTHER", "TOKEN"]
    assert "changed" not in listed.stdout
    assert run("secrets", "delete", "OTHER").status == 0
    assert [item["name"] for item in run("secrets", "list", "--json").document["secrets"]] == ["TOKEN"]
    assert run("deploy", "--json").document["outcome"] == "unchanged"


def test_migrations_are_applied_in_order_each_once(run: Run, project: Path) -> None:
    folder = project / "migrations"
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    (folder / "0001_it's.sql").write_text("CREATE TABLE shelf (a TEXT) -- no end", encoding="utf-8")
    (folder / "0002_fill.sql").write_text("INSERT INTO nowhere VALUES (1);", encoding="utf-8")
    early = run("migrations", "list", "--json")
    assert early.status == 1
    run("deploy", "--yes")
    failed = run("migrations", "apply", "--json")
    assert failed.status == 1
    assert failed.document["applied"] == ["0001_it's.sql"]
    assert "no such table: nowhere" in failed.document["error"]["message"]
    assert failed.document["error"]["where"] == "0002_fill.sql"
    (folder / "0002_fill.sql").write_text("INSERT INTO shelf VALUES ('x');", encoding="utf-8")
    assert run("migrations", "apply").stdout == "applied 1 migration to DB\n"
    listed = run("migrations", "list", "--json").document
    assert (listed["applied"], listed["pending"]) == (["0001_it's.sql", "0002_fill.sql"], [])
    assert run("migrations", "apply", "--json").document["outcome"] == "unchanged"
    file = project / "aerostack.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('binding = "DB"', 'binding = "DB"\nmigrations_table = "mine"'), encoding="utf-8")
    refused = run("migrations", "list", "--json")
    assert refused.status == 2
    assert refused.document["error"]["message"] == (
        "Aerostack keeps the applied migrations in d1_migrations, and nowhere else"
    )


def test_an_earlier_deployment_comes_back(run: Run, project: Path) -> None:
    source = next(project.glob("src/index.*"))

    def deploy(text: str) -> str:
        source.write_text(f'export default {{ fetch: () => new Response("{text}") }};\n', encoding="utf-8")
        return str(run("deploy", "--yes", "--json").document["urls"][0])

    url = deploy("one")
    deploy("two")
    assert fetch(url)[1] == b"two"
    back = run("rollback", "--json").document
    assert (back["rolled_back_to"], back["number"], back["status"]) == (1, 3, "live")
    assert fetch(url)[1] == b"one"
    run("rollback", "2")
    assert fetch(url)[1] == b"two"
    listed = run("deployments", "list", "--json").document["deployments"]
    assert (listed[0]["number"], listed[0]["status"]) == (4, "live")
    assert {item["status"] for item in listed[1:]} == {"superseded"}
    missing = run("rollback", "9")
    assert missing.status == 1
    assert "error: staging has no deployment 9" in missing.stderr
    wrong = run("rollback", "first")
    assert wrong.status == 2
    assert "error: `first` is no number of a deployment" in wrong.stderr


def test_a_project_that_is_named_needs_no_file(
    run: Run, aerostack: Run, hosted: Hosted, project: Path, name: str, tmp_path: Path
) -> None:
    made = run("projects", "create", name, "--json").document
    run("link", made["id"])
    for _ in range(2):
        assert run("deploy", "--json", env={}).status == 0
        source = next(project.glob("src/index.*"))
        source.write_text("export default { fetch: () => new Response() };\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    login = {"AEROSTACK_API_URL": hosted.api_url, "AEROSTACK_API_KEY": hosted.key}
    done = aerostack("rollback", "--project", made["slug"], "--json", cwd=elsewhere, env=login)
    assert done.status == 0, done.stderr
    assert done.document["rolled_back_to"] == 1
    assert list(elsewhere.iterdir()) == []
    missing = aerostack("rollback", cwd=elsewhere, env=login)
    assert missing.status == 2
    assert "error: no aerostack.toml in this folder" in missing.stderr


def test_a_killed_rollback_is_finished_and_not_undone(
    run: Run, hosted: Hosted, project: Path, environment: dict[str, str]
) -> None:
    source = next(project.glob("src/index.*"))
    for text in ("one", "two"):
        source.write_text(f'export default {{ fetch: () => new Response("{text}") }};\n', encoding="utf-8")
        url = run("deploy", "--yes", "--json").document["urls"][0]
    fatal = Fatal(1, "after")
    with fatal_proxy(hosted.api_url, fatal) as address:
        login = {"AEROSTACK_API_URL": address, "AEROSTACK_API_KEY": hosted.key}
        with subprocess.Popen(
            [AEROSTACK, "rollback"],
            cwd=project,
            env=environment | login,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            fatal.pid = process.pid
        assert process.returncode < 0
        # The journal belongs to the address, which is the proxy's here.
        back = run("rollback", "--json", env=login).document
    assert (back["rolled_back_to"], back["number"], back["status"]) == (1, 3, "live")
    assert fetch(url)[1] == b"one"


def test_what_cannot_be_is_refused_before_anybody_is_asked(run: Run) -> None:
    for argv, message, hint in (
        (("deploy", "--public", "--private"), "--public and --private exclude each other", "give one of the two"),
        (("projects", "create", " "), "a project needs a name", "aerostack projects create my-api"),
        (("keys", "create", "--name", ""), "a key needs a name", "aerostack keys create --name ci"),
        (
            ("keys", "create", "--name", "ci", "--scope", "all"),
            "there is no scope 'all'",
            "scopes are read, deploy, admin",
        ),
    ):
        done = run(*argv, env={"AEROSTACK_API_URL": "http://127.0.0.1:9"})
        assert (done.status, done.stdout) == (2, "")
        assert done.stderr == f"error: {message}\n\nhint: {hint}\n"


def test_the_log_is_shown_until_ctrl_c(run: Run, hosted: Hosted, project: Path) -> None:
    url = run("deploy", "--yes", "--json").document["urls"][0]
    login = {"AEROSTACK_API_URL": hosted.api_url, "AEROSTACK_API_KEY": hosted.key}
    watching = subprocess.Popen(
        [AEROSTACK, "logs"],
        env=clean_environment(project.parent) | login,
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout is not None and watching.stderr is not None
    try:
        assert watching.stderr.readline() == "◆ listening to staging; Ctrl-C ends it\n"
        # Nobody says when the server listens: what comes before is not heard.
        heard = threading.Event()

        def ask() -> None:
            while not heard.wait(0.2):
                fetch(url)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            line = watching.stdout.readline()
        finally:
            heard.set()
            asking.join()
        assert line.endswith(f" GET {url}/ 200 ok\n")
    finally:
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=60)
    assert (watching.returncode, said) == (130, "")
