"""What goes wrong with wrangler: one clear error, nothing left running, configuration and ids intact."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

AEROSTACK = Path(sys.executable).with_name("aerostack")
StandIn = Callable[[str], tuple[str, str]]


def ids(project: Path) -> tuple[str, str]:
    document = tomllib.loads((project / "aerostack.toml").read_text())
    return document["d1_databases"][0]["database_id"], document["kv_namespaces"][0]["id"]


def error(done: Any) -> str:
    lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(lines) == 1, done.stderr
    return str(lines[0].removeprefix("error: "))


def test_a_program_that_is_not_there(run: Callable[..., Any]) -> None:
    done = run("deploy", "--use-own-account", "-o", "program=./tools/wrangler")
    assert (done.status, error(done)) == (1, "there is no program ./tools/wrangler, which `program` names")
    assert "hint: correct `program` under [backend.wrangler], or remove it to use the pinned wrangler" in done.stderr


def test_one_that_is_too_old(run: Callable[..., Any], tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\necho ' ⛅️ wrangler 3.99.0'\n")
    old.chmod(0o755)
    done = run("deploy", "--use-own-account", "-o", f"program={old}")
    assert (done.status, error(done)) == (2, f"{old} is wrangler 3.99.0, older than 4.100.0")


def test_one_that_is_no_wrangler(run: Callable[..., Any]) -> None:
    done = run("deploy", "--use-own-account", "-o", "program=echo")
    assert done.status == 1
    assert error(done).startswith("echo is no wrangler: asked for its version, it said 'echo (GNU")


def test_a_node_that_is_too_old_gives_way_to_the_one_of_the_extra(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "node").write_text("#!/bin/sh\necho v20.1.0 /nowhere/node\n")
    (folder / "node").chmod(0o755)
    done = run("deploy", "--use-own-account", env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"})
    assert done.status == 0, done.stderr


def test_one_that_is_killed_leaves_the_ids_and_the_next_deploy_goes_on(
    run: Callable[..., Any], project: Path, stand_in: StandIn
) -> None:
    done = run("deploy", "--use-own-account", "--json", *stand_in("kill -KILL $$"))
    assert (done.status, error(done)) == (1, "wrangler was killed by SIGKILL before it was done")
    # What had been created is recorded, though the file does not say so yet of the Worker.
    kept = ids(project)
    assert done.document["outcome"] == "not_applied"
    after = run("deploy", "--use-own-account", "--json").document
    assert {item["outcome"] for item in after["resources"].values()} == {"found"}
    assert tuple(item["id"] for item in after["resources"].values()) == kept


def test_one_that_may_not_be_executed(run: Callable[..., Any], project: Path) -> None:
    tools = project / "my tools"
    tools.mkdir()
    (tools / "wrangler").write_text("#!/nowhere/node\n")
    done = run("deploy", "--use-own-account", "-o", "program=my tools/wrangler")
    assert (done.status, error(done)) == (1, "my tools/wrangler, which `program` names, may not be executed")
    assert f"hint: make it executable: chmod +x '{tools}/wrangler'" in done.stderr
    (tools / "wrangler").chmod(0o755)
    done = run("deploy", "--use-own-account", "-o", "program=my tools/wrangler")
    assert error(done) == "`wrangler` cannot be run: there is no such program as its first line names"
    assert f"hint: see what it is: head -1 '{tools}/wrangler'" in done.stderr


def test_one_that_hangs_before_the_upload_has_changed_nothing(run: Callable[..., Any], stand_in: StandIn) -> None:
    done = run("deploy", "--use-own-account", "--json", *stand_in("sleep 100"), "-o", "timeout=1")
    assert (done.status, error(done)) == (1, "`wrangler` did not finish within 1 seconds")
    assert done.document["outcome"] == "not_applied"
    assert "hint: give it more, in seconds: -o timeout=3600, or timeout under [backend.wrangler]\n" in done.stderr


def test_one_that_hangs_after_the_upload_is_not_called_unapplied(run: Callable[..., Any], stand_in: StandIn) -> None:
    from aerostack import toolchain

    argv = " ".join(f"'{part}'" for part in toolchain.wrangler().argv)
    done = run("deploy", "--use-own-account", "--json", *stand_in(f'{argv} "$@"; sleep 100'), "-o", "timeout=15")
    assert (done.status, error(done)) == (1, "`wrangler` did not finish within 15 seconds")
    assert done.document["outcome"] == "unknown"
    assert [action["kind"] for action in done.document["actions"]][-1] == "worker"
    assert "hint: the new version may be live already: see what `aerostack plan` says; give it more" in done.stderr


def test_one_that_fails_without_a_word(run: Callable[..., Any], stand_in: StandIn) -> None:
    done = run("deploy", "--use-own-account", *stand_in("echo I am ill >&2; exit 7"))
    assert error(done) == "wrangler ended with status 7 and no message of its own: what it printed is above"
    assert "I am ill\n" in done.stderr


@pytest.mark.parametrize("report", ["", "{", '{"type": "deploy", "version_id":', '["deploy"]\n{"type": "deploy"}\n'])
def test_a_report_that_is_cut_off_is_no_success(run: Callable[..., Any], stand_in: StandIn, report: str) -> None:
    done = run(
        "deploy", "--use-own-account", "--json", *stand_in(f"printf '%s' '{report}' > \"$WRANGLER_OUTPUT_FILE_PATH\"")
    )
    assert done.status == 1
    assert error(done) == "wrangler ended without an error, but reported no version, and none of this run is live"
    assert done.document["outcome"] == "unknown"


def test_a_report_of_a_version_that_is_not_live_is_no_success(run: Callable[..., Any], stand_in: StandIn) -> None:
    report = '{"type": "deploy", "version_id": "0b9c3c5e-0000-4000-8000-000000000000", "targets": []}'
    done = run("deploy", "--use-own-account", *stand_in(f"echo '{report}' > \"$WRANGLER_OUTPUT_FILE_PATH\""))
    assert done.status == 4
    assert error(done).endswith("but nothing is live: somebody deployed meanwhile")


def test_a_report_that_is_cut_off_does_not_hide_what_is_live(
    run: Callable[..., Any], project: Path, stand_in: StandIn
) -> None:
    """The real wrangler deploys, and dies while it writes its report."""
    from aerostack import toolchain

    argv = " ".join(f"'{part}'" for part in toolchain.wrangler().argv)
    flags = stand_in(f'{argv} "$@" && printf "{{" > "$WRANGLER_OUTPUT_FILE_PATH"')
    done = run("deploy", "--use-own-account", "--json", *flags)
    assert done.status == 0, done.stderr
    assert done.document["version"]


def test_one_that_dies_after_the_upload_is_not_called_unapplied(run: Callable[..., Any], stand_in: StandIn) -> None:
    from aerostack import toolchain

    argv = " ".join(f"'{part}'" for part in toolchain.wrangler().argv)
    done = run("deploy", "--use-own-account", "--json", *stand_in(f'{argv} "$@" > /dev/null; exit 1'))
    assert done.status == 1
    assert done.document["outcome"] == "unknown"
    assert [action["kind"] for action in done.document["actions"]][-1] == "worker"
    assert "hint: the new version may be live already" in done.stderr


def test_a_key_that_wrangler_rejects_is_shown_where_it_stands(run: Callable[..., Any], project: Path) -> None:
    file = project / "aerostack.toml"
    whole = file.read_text()
    file.write_text(whole.replace("compatibility_date", 'placement.mode = "fast"\ncompatibility_date', 1))
    done = run("deploy", "--use-own-account", "--json")
    assert done.status == 1
    failure = done.document["error"]
    assert failure["where"].startswith("aerostack.toml:6:")
    assert (
        'Expected "placement.mode" field to be one of ["off","smart","targeted"] but got "fast".'
        in (failure["message"])
    )
    assert failure["hint"] == "correct `placement.mode` there: wrangler does not accept it"
    ids(project)


def test_a_rejected_configuration_without_a_key_is_shown_as_a_whole(run: Callable[..., Any], project: Path) -> None:
    file = project / "aerostack.toml"
    file.write_text(file.read_text() + '\n[[rules]]\ntype = "Nope"\nglobs = ["x"]\n')
    done = run("deploy", "--use-own-account")
    assert done.status == 1
    assert "hint: correct it in aerostack.toml; what wrangler was given is in .aerostack/wrangler/_base.json" in (
        done.stderr
    )


def test_a_refusal_of_cloudflares_is_explained_with_its_place(run: Callable[..., Any], project: Path) -> None:
    file = project / "aerostack.toml"
    file.write_text(file.read_text() + '\n[[services]]\nbinding = "AUTH"\nservice = "nobody"\n')
    done = run("deploy", "--use-own-account", "--json")
    assert done.status == 1
    failure = done.document["error"]
    text = file.read_text()  # with the ids, which moved the lines below them
    line = text[: text.index("nobody")].count("\n") + 1
    assert failure["where"] == f"aerostack.toml:{line}:11"
    assert (
        failure["cause"] == "the service binding `AUTH` needs the Worker `nobody`, which does not exist in the account"
    )
    assert "\x1b" not in failure["message"] and "\\x1b" not in done.stderr
    assert done.document["outcome"] == "not_applied"
    assert {action["key"] for action in done.document["actions"]} == {"kv/CACHE", "d1/DB"}
    ids(project)


def test_without_credentials_it_says_what_to_run(
    aerostack: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    done = aerostack("deploy", "--use-own-account", cwd=project)
    assert done.status == 1
    assert error(done) == "no credentials for Cloudflare"
    assert "or run `aerostack wrangler login`" in done.stderr


def test_the_token_is_in_no_output_no_file_and_no_command_line(
    run: Callable[..., Any], project: Path, edge: RunningEdge, stand_in: StandIn
) -> None:
    token = edge.environ["CLOUDFLARE_API_TOKEN"]
    flags = stand_in('echo "args: $*"; echo "token: $CLOUDFLARE_API_TOKEN"; exit 1')
    done = run("deploy", "--use-own-account", "--json", *flags)
    assert "token: ***" in done.stderr
    assert token not in done.stdout + done.stderr
    for path in project.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_wrangler_too(
    environment: dict[str, str], edge: RunningEdge, project: Path, run: Callable[..., Any], number: signal.Signals
) -> None:
    assert run("deploy", "--use-own-account").status == 0
    kept = ids(project)
    source = project / "src" / "index.ts"
    source.write_text(
        f"{source.read_text()}\nglobalThis.changed = true;\n"
    )  # else there is nothing to run wrangler for
    with (
        edge.latency(0.5),
        subprocess.Popen(
            [AEROSTACK, "deploy", "--use-own-account"],
            cwd=project,
            env=environment | dict(edge.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert process.stderr is not None
        while "running wrangler" not in process.stderr.readline():
            assert process.poll() is None
        while not running(project):
            time.sleep(0.02)
        started = time.monotonic()
        process.send_signal(number)
        _, stderr = process.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert process.returncode == 130
    assert stderr.count("error: interrupted") == 1
    assert not running(project)
    assert ids(project) == kept
    assert run("deploy", "--use-own-account").status == 0


def running(project: Path) -> list[str]:
    """Command lines of the processes that work on the project's generated configuration."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = line.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{project}/.aerostack/wrangler/" in command:
            found.append(command)
    return found


#: As JSON and a shell have to be told it.
TRIGGERS = (
    r"Trigger configuration was only partially updated:\u000a\u000a  Queue consumers:\u000a"
    r"    - A request to the Cloudflare API (/accounts/a/queues/q/consumers) failed.\u000a      - no [code: %d]\u000a"
)


@pytest.mark.parametrize(
    ("report", "runs"),
    [
        ('"message": "fetch failed"', 2),
        ('"message": "Received a malformed response from the API"', 2),
        ('"message": "A request to the Cloudflare API (/x) failed.", "code": 971', 2),
        ('"message": "A request to the Cloudflare API (/workers/x) failed.", "code": 10013', 2),
        ('"message": "A request to the Cloudflare API (/storage/kv/x) failed.", "code": 10013', 1),
        ('"message": "A request to the Cloudflare API (/x) failed.", "code": 10021', 1),
        # wrangler may end before its log says at what its triggers failed.
        (f'"message": "{TRIGGERS % 971}"', 2),
        (f'"message": "{TRIGGERS % 10013}"', 2),
        (f'"message": "{TRIGGERS % 10000}"', 1),
        ('"message": "Processing wrangler.json configuration: no."', 1),
    ],
)
def test_what_may_pass_is_tried_once_more(
    run: Callable[..., Any], project: Path, stand_in: StandIn, report: str, runs: int
) -> None:
    tell = f"""echo '{{"type": "command-failed", {report}}}' > "$WRANGLER_OUTPUT_FILE_PATH\""""
    done = run("deploy", "--use-own-account", "--json", *stand_in(f"echo run >> runs; {tell}; exit 1"))
    assert (done.status, done.document["outcome"]) == (1, "not_applied")
    assert (project / "runs").read_text() == "run\n" * runs
    said = "warning: wrangler failed at something that may be over by now: running it once more"
    assert (said in done.stderr) == (runs == 2)


def test_settings_that_wrangler_gives_up_without_a_word_are_an_error_and_set_by_the_next_deploy(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    worker = run("deploy", "--use-own-account", "--json").document["worker"]
    file = project / "aerostack.toml"
    name, rest = file.read_text().split("\n", 1)
    observed = "[observability]\nenabled = true\nhead_sampling_rate = 0.5"
    file.write_text(f'{name}\ntail_consumers = [{{ service = "{worker}" }}]\n{rest}\n{observed}\n')
    with edge.refusing("PATCH", "/script-settings", status=403, code=10000, message="not allowed"):
        failed = run("deploy", "--use-own-account", "--json")
    assert (failed.status, failed.document["outcome"]) == (1, "unknown")
    assert error(failed) == (
        f"the code is live, but not all of its settings: setting observability, tail_consumers of the Worker {worker} "
        "needs the permission Workers Scripts Edit: not allowed (code 10000)"
    )
    assert "Workers Scripts › Edit to the token at https://dash.cloudflare.com" in failed.stderr
    assert "wrangler has not set observability, tail_consumers: setting what it left" in failed.stderr
    done = run("deploy", "--use-own-account", "--json")
    assert (done.status, done.document["outcome"]) == (0, "applied"), done.stderr
    settings = edge.account("GET", f"/workers/scripts/{worker}/script-settings")
    assert settings["observability"] == {"enabled": True, "head_sampling_rate": 0.5}
    assert [consumer["service"] for consumer in settings["tail_consumers"]] == [worker]
    assert run("deploy", "--use-own-account", "--json").document["outcome"] == "unchanged"
