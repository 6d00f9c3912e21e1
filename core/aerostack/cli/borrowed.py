"""Commands that another package carries out: listed without importing it, loaded when they are called.

Those that we ship stand in the table ``SHIPPED``, since even reading the metadata of installed packages would slow
every `--help` down. Any other package brings more through the entry-point group ``aerostack.commands``: the entry
point's name is the command's, its object a ``typer.Typer`` or a function. They are found when they are called by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "aerostack.commands"

#: Name → the line of the help, in the order in which they are listed.
SHIPPED: Mapping[str, str] = {
    "login": "Log in to Aerostack: in the browser, or with a key.",
    "logout": "Forget the key of Aerostack on this machine.",
    "whoami": "Say whose key is used, where it comes from and what it may do.",
    "link": "Link this folder to a project on Aerostack.",
    "unlink": "Forget which project this folder is linked to.",
    "projects": "List, create, show and delete projects on Aerostack.",
    "deployments": "The history of an environment on Aerostack.",
    "logs": "Show what a Worker on Aerostack logs, as it happens.",
    "keys": "List, create and revoke keys of Aerostack.",
}


class Borrowed(TyperCommand):
    """What the help shows of a command before its package is imported."""

    def __init__(self, name: str, summary: str) -> None:
        super().__init__(name=name, help=summary, rich_markup_mode=None)


class Commands(TyperGroup):
    """Our own commands, the shipped ones after them, and whatever else is installed under the name that was typed."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, summary in SHIPPED.items():
            self.commands[name] = Borrowed(name, summary)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or load(cmd_name, required=False)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(args[0]) if isinstance(command, Borrowed) else command, rest


def load(name: str, *, required: bool = True) -> Any:
    """The command ``name`` of an installed package; ``None`` where there is none and none is ``required``.

    Raises ``BackendLoadError`` for one that cannot be imported.
    """
    from importlib import metadata

    from aerostack.errors import BackendLoadError

    points = tuple(metadata.entry_points(group=GROUP, name=name))
    if not points and not required:
        return None
    if not points:
        raise BackendLoadError(f"no installed package brings the command `{name}`", hint="install aerostack again")
    try:
        return _command(name, points[0].load())
    except ImportError as error:
        raise _broken(name, points[0], error) from error


def _command(name: str, target: Any) -> Any:
    import typer

    from aerostack.cli.commands import told

    if not isinstance(target, typer.Typer):
        app = typer.Typer(rich_markup_mode=None, add_completion=False)
        app.command(name)(target)
        target = app
    command = typer.main.get_command(told(target))
    command.name = name
    return command


def _broken(name: str, point: EntryPoint, error: ImportError) -> Exception:
    from aerostack.errors import BackendLoadError

    package = f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"
    return BackendLoadError(
        f"the command `{name}` cannot be loaded: {error}",
        hint=f"it comes from {package} (module {point.module}): upgrade or uninstall it",
    )
