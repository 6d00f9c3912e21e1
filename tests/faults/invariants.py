"""What must hold in every cell. Each invariant gives the sentences that say how it was broken; none when it holds."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator

from tests.faults.calls import CALLS
from tests.faults.evidence import Evidence
from tests.faults.oracle import State

Invariant = Callable[[Evidence], Iterator[str]]

_KINDS = {call.name: call.kind for call in CALLS}
#: The look that decides whether a creation has to be sent again.
_LOOKS = {
    "create database": {"database"},
    "create namespace": {"namespaces"},
    "create bucket": {"bucket"},
    "create queue": {"queues"},
    "add consumer": {"queue", "queues"},  # a list of queues names their consumers
    "upload": {"versions", "deployments"},
    "create project": {"projects"},
}
#: After these a client knows that nothing was applied.
_CERTAIN = ("F1", "F6", "F10")


def wanted(state: State, mark: str) -> str:
    """A state as every project of the same shape would leave it."""
    return repr(state.canonical).replace(mark, "MARK")


def converges(seen: Evidence) -> Iterator[str]:
    """V1: one clean run at most leads to what an undisturbed deploy leaves; a passing fault needs none."""
    if wanted(seen.final, seen.project.mark) != seen.wanted:
        yield f"wedged: there is {wanted(seen.final, seen.project.mark)}, and not {seen.wanted}"
    if len(seen.attempts) > 2 or seen.attempts[-1].run.status != 0:
        yield f"wedged: exits {[attempt.run.status for attempt in seen.attempts]}: {seen.attempts[-1].run.stderr}"
    if seen.cell.fate == "heals" and seen.first.run.status != 0:
        yield f"did not heal by itself: {seen.first.run.stderr}"


def makes_nothing_twice(seen: Evidence) -> Iterator[str]:
    """V2: a thing for each binding, and one version for each content."""
    names = [(resource.kind, resource.name) for resource in seen.final.resources]
    for twice in {name for name in names if names.count(name) > 1}:
        yield f"duplicate: {twice}"
    # On Aerostack going back makes another deployment of what was there, one; a secret one each time that it is set.
    before = seen.before.versions if seen.cell.flow == "rollback" else ()
    secret = seen.cell.flow in ("set secret", "delete secret")
    made = [version for version in seen.final.versions if version not in before and not secret]
    contents = [tag.split(":")[1] for _, tag in made if tag and tag.startswith("as1:")]
    for content in {content for content in contents if contents.count(content) > 1}:
        yield f"duplicate: {contents.count(content)} versions of the content {content}"


def tells_the_truth(seen: Evidence) -> Iterator[str]:
    """V3: exit 0 means that it is so, and an outcome is what has become of the account."""
    for found, attempt in seen.steps:
        run, outcome = attempt.run, attempt.run.document.get("outcome")
        reached = wanted(attempt.after, seen.project.mark) == seen.wanted
        if run.status == 0 and not reached:
            yield f"untruthful: exit 0, but there is {wanted(attempt.after, seen.project.mark)}"
        if run.status == 0 and outcome not in ("applied", "unchanged"):
            yield f"untruthful: exit 0 and outcome {outcome}"
        makes_live = seen.project.task[0] in ("deploy", "rollback")
        if run.status == 0 and makes_live and (run.document.get("version"), 100) not in attempt.after.live:
            yield f"untruthful: the version {run.document.get('version')} is not live: {attempt.after.live}"
        if outcome in ("not_applied", "unchanged") and attempt.after.running != found.running:
            yield f"untruthful: {outcome}, but {found.running} became {attempt.after.running}"
        # Applied and yet a failure: what could not be written into the file.
        if run.status > 0 and outcome not in ("not_applied", "unknown", *(("applied",) if reached else ())):
            yield f"untruthful: exit {run.status} and outcome {outcome}: {run.stderr}"
        if run.status > 0 and "Traceback" in run.stderr:
            yield f"untruthful: a traceback: {run.stderr}"


def keeps_bindings(seen: Evidence) -> Iterator[str]:
    """V4: a binding that was live refers to the same thing ever after."""
    for attempt in seen.attempts:
        for name, bound in seen.before.bindings.items():
            # A secret refers to nothing, and may be what is to be deleted.
            if bound[0] != "secret_text" and attempt.after.bindings.get(name) != bound:
                yield f"re-pointed: {name} was {bound} and is {attempt.after.bindings.get(name)}"


def is_old_or_new(seen: Evidence) -> Iterator[str]:
    """V5: after each run one version is live, the old or the new one, and whatever it is bound to exists."""
    for attempt in seen.attempts:
        if len(attempt.after.live) > 1 or (seen.before.live and not attempt.after.live):
            yield f"neither old nor new: {attempt.after.live}"
        if attempt.after.answer not in (seen.before.answer, seen.says, None):
            yield f"neither old nor new: the Worker answers {attempt.after.answer}"
        if attempt.after.broken:
            yield f"neither old nor new: bindings to nothing: {attempt.after.broken}"


def leaves_files_whole(seen: Evidence) -> Iterator[str]:
    """V6: every local file is whole, comments are kept, and nothing half-written stays but by a signal."""
    text = seen.project.file.read_text()
    try:
        tomllib.loads(text)
    except ValueError as error:
        yield f"torn: aerostack.toml: {error}"
    if "# kept" not in text:
        yield "torn: aerostack.toml has lost a comment"
    missing = [item.id for item in seen.final.resources if item.kind in ("d1", "kv") and item.id not in text]
    if missing and not seen.cell.backend.startswith("aerostack") and seen.before.resources == ():
        yield f"torn: aerostack.toml has not got the ids {missing}"
    for journal in seen.project.folder.glob(".aerostack/journal/*/*/*.json"):
        try:
            json.loads(journal.read_bytes())
        except ValueError as error:
            yield f"torn: {journal.name}: {error}"
    for leftover in seen.project.half_written - seen.left:
        if seen.cell.fate != "ends":
            yield f"torn: {leftover.name} was left behind"


def announces(seen: Evidence) -> Iterator[str]:
    """V7: what is created stands in the journal before it is asked for."""
    yield from (text for text in seen.noticed if text.startswith("unannounced"))


def is_bounded(seen: Evidence) -> Iterator[str]:
    """V8: at most four attempts in a row, and no longer than a deploy may take."""
    # Behind the server, four for each time that the client asks it.
    most = 16 if seen.cell.backend.endswith("platform") else 4
    for attempt in seen.attempts:
        row: dict[tuple[str, str], int] = {}
        for request in attempt.log:
            key = (request.method, request.target)
            row[key] = row.get(key, 0) + 1 if request.fault else 0
            if row[key] > most:
                yield f"unbounded: {row[key]} attempts at {key}"
        if attempt.run.seconds > (120 if seen.cell.backend == "wrangler" else 20):
            yield f"unbounded: {attempt.run.seconds:.0f} s"


def looks_before_repeating(seen: Evidence) -> Iterator[str]:
    """V9: a creation in doubt is sent again only after a look."""
    for attempt in seen.attempts:
        doubtful: dict[str, bool] = {}
        for request in attempt.log:
            # wrangler repeats an upload as it thinks fit. The server gives names that nobody else can: it creates, and
            # looks when it is told that there is one.
            exempt = seen.cell.backend.endswith("platform") or (
                seen.cell.backend == "wrangler" and request.call in ("upload", "post version")
            )
            if _KINDS.get(request.call) == "creating" and not exempt:
                if doubtful.get(request.call):
                    yield f"blind: {request.call} was sent again without a look"
                doubtful[request.call] = request.fault is not None and not request.fault.startswith(_CERTAIN)
            for call, looks in _LOOKS.items():
                if request.call in looks and request.fault is None:
                    doubtful[call] = False


def keeps_secrets(seen: Evidence) -> Iterator[str]:
    """V10: a token is in no output, in no file, and in no command line."""
    for secret in seen.secrets:
        for attempt in seen.attempts:
            if secret in attempt.run.stdout or secret in attempt.run.stderr:
                yield "leak: a token in the output"
        for folder in (seen.project.folder, seen.project.home):
            for file in folder.rglob("*"):
                if file.is_file() and secret.encode() in file.read_bytes():
                    yield f"leak: a token in {file.relative_to(folder)}"
    yield from (text for text in seen.noticed if text.startswith("leak"))


def lock_dies_with_its_holder(seen: Evidence) -> Iterator[str]:
    """V12: whoever comes after a dead holder of the lock is not kept waiting."""
    for attempt in seen.attempts[1:]:
        if (attempt.run.document.get("error") or {}).get("code") == "locked":
            yield "locked by a dead process"


def shows_orphans(seen: Evidence) -> Iterator[str]:
    """V13: what was made stands in the list of what the project owns, whatever became of the run that made it."""
    if seen.cell.backend.startswith("aerostack"):
        return  # the server keeps that list
    for found, attempt in seen.steps:
        for resource in set(attempt.after.resources) - set(found.resources):
            if (resource.kind, resource.name) not in attempt.owned:
                yield f"unlisted: {resource.kind} {resource.name} was made, and nobody would find it"


INVARIANTS: tuple[Invariant, ...] = (
    converges,
    makes_nothing_twice,
    tells_the_truth,
    keeps_bindings,
    is_old_or_new,
    leaves_files_whole,
    announces,
    is_bounded,
    looks_before_repeating,
    keeps_secrets,
    lock_dies_with_its_holder,
    shows_orphans,
)


def broken(seen: Evidence) -> list[str]:
    """How the invariants were broken in a cell."""
    return [sentence for invariant in INVARIANTS for sentence in invariant(seen)]
