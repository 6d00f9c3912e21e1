"""The first account of a server on this machine, and the login to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from aerostack.local import services
from aerostack.local.folder import Addresses, Folder
from aerostack.values import dataclass

#: What an account made on this machine is called.
EMAIL = "admin@localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAccount:
    """An account that was just created."""

    email: str
    password: str = field(repr=False)
    generated: bool


def ensure(
    folder: Folder, addresses: Addresses, *, email: str | None, ask_password: Callable[[], str | None]
) -> FirstAccount | None:
    """Let there be an account, and the command line be logged in to it; the account if it was created now.

    ``ask_password`` gives what the user typed, ``None`` where nobody can be asked: then one is made up.
    """
    server, login = services.load("server"), services.load("login")
    made = None
    if not server.has_account(folder.server):
        typed = ask_password()
        made = FirstAccount(email=email or EMAIL, password=typed or made_up_password(), generated=typed is None)
        server.create_account(folder.server, email=made.email, password=made.password)
    known = login.key(addresses.api_url)
    # Another server may have answered at this address before, with its data in another folder, or in one that is gone.
    if known is not None and server.is_key(folder.server, known.reveal()):
        login.select(addresses.api_url)
    else:
        login.remember(addresses.api_url, server.create_key(folder.server, name="aerostack up"))
    return made


def made_up_password() -> str:
    """One that nobody can guess."""
    import secrets

    return secrets.token_urlsafe(15)
