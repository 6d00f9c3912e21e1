"""Which project on Aerostack is meant: ``--project`` › ``project_id`` in the file › the folder's link › the key's own ›
the name.
"""

from __future__ import annotations

from pathlib import Path

from aerostack import project as files
from aerostack.errors import ConfigError, Location
from aerostack.values import dataclass
from aerostack_hosted import link
from aerostack_hosted.api.me import Me


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``reference`` is an id or a slug. ``pinned`` when the user said which one; else it was made from ``name``.

    ``source`` says who said so, for people.
    """

    reference: str
    pinned: bool
    source: str
    name: str = ""
    where: Location | None = None


def choose(file: Path, url: str, named: str | None = None) -> Choice:
    """Decide for an ``aerostack.toml`` from what is on this machine, for the API at ``url``.

    ``named`` is the project that the user named in this run; then the file is not read. Raises ``ConfigError``, also
    for a credential that stands in the file.
    """
    if named is not None:
        return Choice(reference=named, pinned=True, source="--project")
    document = files.read(file)
    files.refuse_credentials(document)
    written = _pinned(document)
    if written is not None:
        return written
    linked = link.read(file.parent)
    if linked is not None and linked.api_url in (None, url):
        return Choice(reference=linked.project_id, pinned=True, source="linked in .aerostack/project.json")
    name = str(document.data.get("name", ""))
    where = document.locate(("name",)) if name else None
    return Choice(reference=_slug(name), pinned=False, source=f"by its name {name}", name=name, where=where)


def pinned(file: Path) -> Choice | None:
    """The project that the file itself names."""
    return _pinned(files.read(file))


def check_key(choice: Choice, me: Me) -> Choice:
    """The choice as the key allows it. Raises ``ConfigError`` for a key of another project than that of the folder."""
    if me.project_id is None:
        return choice
    if choice.reference in (me.project_id, me.project_slug):
        return choice
    if not choice.pinned and choice.name in ("", me.project_name):
        return Choice(reference=me.project_id, pinned=True, source="the project of the key")
    if not choice.pinned:
        # Never a redirect: this may be the wrong key, and the project of the key is live.
        raise ConfigError(
            f"the key is for the project {me.project_slug or me.project_id}, but this folder is {choice.name}",
            hint=f'if it is that project all the same, say so in aerostack.toml: project_id = "{me.project_id}"; else '
            "use a key for this project or for the account",
            where=choice.where,
            code="project_mismatch",
        )
    raise ConfigError(
        f"the key is for the project {me.project_slug or me.project_id}, but this folder belongs to "
        f"{choice.reference} ({choice.source})",
        hint="use a key for that project or for the account (aerostack login), or change the project: "
        "aerostack link <project-id>",
        where=choice.where,
        code="project_mismatch",
    )


def _pinned(document: files.Document) -> Choice | None:
    project = document.data.get("project_id")
    if not isinstance(project, str) or not project:
        return None
    where = document.locate(("project_id",))
    return Choice(reference=project, pinned=True, source=f"project_id in {where}", where=where)


def _slug(name: str) -> str:
    from aerostack.project.names import fit

    return fit(name) or name
