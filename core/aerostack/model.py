"""The values that cross the line between the core and a backend. Standard library only.

Everything is frozen: a step receives values and returns new ones. The order in which they appear is the order
of a deploy: ``Project`` (what the file says) → ``Resolution`` (the plan) → ``Provisioned`` (what exists now) →
``Deployment`` (what is live).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path
from typing import Literal, NoReturn, Protocol, TypeAlias, TypeVar

from aerostack.errors import Location
from aerostack.values import dataclass

T = TypeVar("T")

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

#: Resource kinds that aerostack provisions.
ResourceKind: TypeAlias = Literal["d1", "kv", "r2", "queue"]

#: What a plan can do with a thing. ``keep`` is the only one that writes nothing.
Verb: TypeAlias = Literal["create", "adopt", "update", "keep", "delete"]

#: How a module reaches the runtime.
ModuleType: TypeAlias = Literal["esm", "commonjs", "text", "data", "wasm", "sourcemap", "python"]


class Secret:
    """A value that no output shows: ``repr``, ``str``, ``format`` and pickling are masked; ``reveal`` is explicit."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself. Call it in the last line before the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendSpec:
    """What a backend says of itself. ``settings`` is a frozen dataclass; the core fills it and checks the input.

    ``default_environment`` is the environment when nobody names one; ``None`` is the base of the file.
    ``any_environment``: one that the file does not define is the base's configuration under that name.
    ``keeps_ids``: the ids are the backend's own business; the file needs none, and none is written into it.
    ``capabilities`` names what it can do beside deploying: see :mod:`aerostack.capabilities`.
    """

    summary: str
    settings: type
    default_environment: str | None = None
    any_environment: bool = False
    keeps_ids: bool = False
    capabilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One thing that the Worker needs and that has an identity of its own: a database, a namespace, a bucket, a queue.

    ``id`` is the real id found in the file, ``None`` when it is missing or a placeholder (then ``placeholder`` holds
    what stands there, if anything). For ``r2`` and ``queue`` the name is what the binding refers to.
    ``binding`` is empty for a queue that is only consumed. ``where`` is the id's place if there is one, else the
    entry's. ``shared`` is true when several environments use the same one on purpose.
    """

    kind: ResourceKind
    binding: str
    name: str
    id: str | None = None
    placeholder: str | None = None
    shared: bool = False
    options: Mapping[str, Json] = field(default_factory=dict)
    where: Location | None = None

    @property
    def key(self) -> str:
        """The name under which the journal and ``Provisioned`` know it, such as ``d1/DB``."""
        return f"{self.kind}/{self.binding or self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One environment of one ``aerostack.toml``, checked and flattened.

    ``name`` is the Worker's name in this environment. ``config`` holds wrangler's keys exactly as wrangler's top level
    would see them (inheritance done, ids as in the file), without aerostack's own keys. ``main`` is the entry point,
    inside ``root``; ``None`` for an assets-only Worker. ``where`` gives the place in the file of each key of ``config``
    that came from it, by dotted path (``d1_databases[0].database_id``). ``notes`` are things the user should be told.
    """

    name: str
    root: Path
    file: Path
    environment: str | None
    main: Path | None
    config: Mapping[str, Json]
    resources: tuple[Resource, ...] = ()
    required_secrets: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    where: Mapping[str, Location] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file of a bundle. ``name`` is what other modules import it by."""

    name: str
    content: bytes
    type: ModuleType


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One static file. ``path`` is its address, such as ``/img/logo.png``; ``size`` is in bytes.

    ``hash`` are 32 hex digits over content and extension: equal ones mean the same file, wherever it lies.
    """

    path: str
    file: Path
    size: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The static files of a Worker. ``digest`` is 64 hex digits over their paths and hashes.

    ``config`` says how they are served, in the form of Cloudflare's API. ``withheld`` names files and folders that are
    published only when somebody asks for them by name, and that nobody has asked for.
    """

    files: tuple[Asset, ...]
    config: Mapping[str, Json]
    digest: str
    withheld: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(asset.size for asset in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What is uploaded: the entry module first, then the others, then the source map; and the static files.

    ``main`` is ``None``, and there is no module, for a Worker of static files only. ``digest`` is 64 hex digits over
    modules and files.
    """

    main: str | None
    modules: tuple[Module, ...]
    digest: str
    assets: Assets | None = None

    @property
    def size(self) -> int:
        """Bytes that count against the size limit: all modules without source maps."""
        return sum(len(module.content) for module in self.modules if module.type != "sourcemap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the user allowed. ``adopt`` holds ``kind/name`` entries, or ``all``.

    ``overwrite``: what somebody changed behind the last deploy may be overwritten. ``refresh``: look at everything,
    also where the journal and a glance at the live version say that nothing changed.
    """

    provision: bool = True
    adopt: frozenset[str] = frozenset()
    overwrite: bool = False
    refresh: bool = False

    def adopts(self, kind: str, name: str) -> bool:
        """Whether an existing resource that is not known to be ours may be used."""
        return "all" in self.adopt or f"{kind}/{name}" in self.adopt


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One line of a plan. ``kind`` is a resource kind, ``worker``, or a trigger such as ``workers.dev``.

    ``key`` identifies the subject within the plan (``d1/DB``, ``worker``, ``workers.dev``); ``reason`` says why, for
    people; ``id`` is the remote id where it is known before the deploy.
    """

    verb: Verb
    kind: str
    key: str
    name: str
    id: str | None = None
    reason: str = ""

    @property
    def writes(self) -> bool:
        """Whether carrying it out changes anything remotely."""
        return self.verb != "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The plan. ``target`` names the place (an account, a server) in a form fit for a file name.

    ``drift`` says what somebody changed there behind the last deploy and this plan would overwrite, a sentence each:
    the core carries such a plan out only when it was asked to. ``details`` is JSON that the backend passes from its
    resolve to its later steps; it is shown by ``plan --json``, so it must hold no secret.
    """

    target: str
    actions: tuple[Action, ...] = ()
    notes: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedResource:
    """A resource that exists. ``outcome`` says whether this run created it."""

    key: str
    kind: str
    binding: str
    name: str
    id: str
    outcome: Literal["created", "found", "adopted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """Every resource of the project, with its id; one entry for each ``Resource``."""

    resources: tuple[ProvisionedResource, ...] = ()

    @property
    def ids(self) -> dict[str, str]:
        """Remote ids by ``Resource.key``."""
        return {resource.key: resource.id for resource in self.resources}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What is live now. ``outcome`` is ``unchanged`` when nothing had to be written."""

    version: str
    urls: tuple[str, ...] = ()
    outcome: Literal["applied", "unchanged"] = "applied"
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What lies behind a failure. ``message`` is the cause in plain words, ``hint`` the command or edit that mends it,
    ``where`` the place to edit; what is ``None`` stays as the error has it.
    """

    message: str
    hint: str | None = None
    where: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What an external program left behind."""

    argv: tuple[str, ...]
    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A resource that this project made itself. ``id`` is ``None`` when it was announced, and the run ended before it
    was known whether it was made. ``jurisdiction`` belongs to the identity of a bucket; ``deleted`` says that it was,
    from here.
    """

    kind: ResourceKind
    name: str
    id: str | None = None
    jurisdiction: str | None = None
    deleted: bool = False

    @classmethod
    def of(cls, resource: Resource, remote_id: str | None = None) -> Created:
        """The one that is, or will be, made for ``resource``."""
        place = resource.options.get("jurisdiction")
        jurisdiction = place if isinstance(place, str) else None
        return cls(kind=resource.kind, name=resource.name, id=remote_id, jurisdiction=jurisdiction)


class JournalView(Protocol):
    """What the journal knows; all a plan may use of it."""

    def known(self, key: str) -> str | None:
        """The recorded remote id of ``key``."""

    def intended(self, key: str, name: str) -> bool:
        """Whether creating ``name`` for ``key`` was announced but never recorded: an interrupted run."""

    def owned(self) -> tuple[Created, ...]:
        """What ``create`` announced, the oldest first; also what the project does not use any more, and what was
        ``deleted``.
        """


class Journals(Protocol):
    """The journals of one project, backend and environment: one for each target."""

    def at(self, target: str) -> JournalView:
        """The journal of ``target``, the value that ``Resolution.target`` will have."""


class Journal(JournalView, Protocol):
    """The durable record of what this project owns at one target, in one environment. Durable when a call returns."""

    def intend(self, key: str, name: str) -> None:
        """Announce the creation of ``name``, before the call that creates it."""

    def record(self, key: str, remote_id: str) -> None:
        """Note the remote id, at once when it is known. Closes the intent."""

    def forget(self, key: str) -> None:
        """Drop what is recorded and intended of ``key``."""

    def create(self, resource: Resource) -> None:
        """``intend`` a resource, which is among those ``owned`` from now on."""

    def created(self, resource: Resource, remote_id: str) -> None:
        """``record`` a resource that ``create`` announced."""

    def disown(self, created: Created) -> None:
        """Drop one of those ``owned``: it turned out to be somebody else's."""

    def deleted(self, created: Created) -> None:
        """Note that one of those ``owned`` is gone, so that nobody looks for it again."""


class Build(Protocol):
    """Code that is being built."""

    def result(self) -> Bundle:
        """Wait until it is done. Raises ``BundleError``, and whatever else building it raised."""


class Tools(Protocol):
    """Every effect a backend may have beyond its own remote API. Backends print nothing and read no environment."""

    def environ(self, name: str) -> str | None:
        """An environment variable that holds no secret; ``None`` when unset or empty."""

    def secret(self, name: str) -> Secret | None:
        """An environment variable that holds a secret, redacted everywhere; ``None`` when unset or empty."""

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        timeout: float = 60.0,
        check: bool = True,
    ) -> CommandResult:
        """Run a program without a shell and wait for it, at most ``timeout`` seconds.

        The program inherits no credential of ours; ``env`` is added to what it inherits, and what is
        ``None`` in it taken away. Raises
        ``MissingExecutableError``, and ``CommandError`` for a status other than 0 when ``check``.
        """

    def stream(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str | None] | None = None,
        timeout: float = 60.0,
    ) -> CommandResult:
        """As ``run`` without ``check``, and the user sees each line that the program prints, when it prints it.

        Secrets of the environment are masked in what is shown; the result has what the program really printed, as far
        as the last 1000 lines of each stream.
        """

    def bundle(self, project: Project) -> Build:
        """Start building the project's code, once a run; later calls return the same build."""

    def keep(self, name: str, open: Callable[[], AbstractContextManager[T]]) -> T:
        """Something to have once in a run, such as a connection: opened at the first call, closed after the run.

        Several threads may ask: one opens it, the others wait.
        """

    def confirm(self, question: str) -> bool:
        """Ask the user; the answer is no where nobody can be asked, and yes with ``--yes``."""

    def step(self, message: str) -> None:
        """Tell the user what is being done now."""

    def warn(self, message: str) -> None:
        """Tell the user something they should act on."""

    def done(self, action: Action) -> None:
        """Report that an action of the plan has been carried out."""
