"""``aerostack login`` and ``aerostack logout``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack.model import Secret
    from aerostack_hosted.api.me import Me
    from aerostack_hosted.login import Login


def login(
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Read a key from stdin, or ask for it without showing it.")
    ] = False,
    keyring: Annotated[
        bool | None,
        typer.Option(
            "--keyring/--no-keyring",
            help="Keep the key in the keyring of this desktop. Default: where it was, else in a file.",
            show_default=False,
        ),
    ] = None,
    profile: options.Profile = None,
    api_url: Annotated[
        str | None, typer.Option("--api-url", metavar="URL", help="Another Aerostack. Default: AEROSTACK_API_URL.")
    ] = None,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Log in to Aerostack: in the browser, or with a key.

    The key is kept for you alone in ~/.config/aerostack/credentials.json, or with --keyring in the keyring that
    `secret-tool` (Linux) or `security` (macOS) opens. In CI set AEROSTACK_API_KEY instead: no login is needed then.

    For example: aerostack login --with-key < key.txt
    """

    def body(output: Output) -> None:
        from aerostack_hosted.api import me
        from aerostack_hosted.api.connection import Api

        found = _place(profile, api_url)
        key = _key_of_user(found) if with_key else _key_from_browser(output, found)
        with Api(found.url, key, tell=output.step) as api:
            who = me.read(api)
        _keep(output, found, key, keyring)
        if found.source == "AEROSTACK_API_KEY":
            output.warn("AEROSTACK_API_KEY is set and wins over this login: unset it to use what was stored now")
        if output.as_json:
            output.document({"api_url": found.url, "profile": found.profile, **_document(who)})
        else:
            output.result(f"logged in to {found.url} as {_shown(who)}")

    run(body, as_json=as_json, debug=debug)


def logout(
    profile: options.Profile = None,
    everything: Annotated[bool, typer.Option("--all", help="Forget every key of this machine.")] = False,
    as_json: common.AsJson = False,
    debug: common.Debug = False,
) -> None:
    """Forget the key of Aerostack on this machine. The key stays valid: `aerostack keys revoke` ends it."""

    def body(output: Output) -> None:
        from aerostack_hosted import credentials, keyring
        from aerostack_hosted.commands.session import find_login
        from aerostack_hosted.credentials import Credentials

        found = find_login(profile)
        stored = credentials.read(found.file)
        known = stored.key(found.url, found.profile) is not None
        if everything:
            left, forgotten = Credentials(), len(stored.keys)
        else:
            left, forgotten = stored.without(found.url, found.profile), int(known)
        for url, name in stored.in_keyring - left.in_keyring:
            keyring.clear(url, name)
        if forgotten:
            credentials.write(found.file, left)
        if output.as_json:
            output.document({"api_url": found.url, "profile": found.profile, "forgotten": forgotten})
        else:
            output.result(f"logged out of {found.url}" if forgotten else f"there was no login to {found.url}")

    run(body, as_json=as_json, debug=debug)


def _place(profile: str | None, api_url: str | None) -> Login:
    from dataclasses import replace

    from aerostack.http import check_address
    from aerostack_hosted.commands.session import find_login
    from aerostack_hosted.credentials import DEFAULT_PROFILE

    found = find_login(profile)
    if api_url is None:
        return found
    named = profile or os.environ.get("AEROSTACK_PROFILE") or DEFAULT_PROFILE
    return replace(found, url=check_address(api_url, "--api-url"), profile=named)


def _keep(output: Output, found: Login, key: Secret, wanted: bool | None) -> None:
    """Store the key of a login: in the keyring if that is ``wanted``, or if it was there and nothing else is."""
    from aerostack.errors import ConfigError
    from aerostack_hosted import credentials, keyring

    stored = credentials.read(found.file)
    place = (found.url, found.profile)
    was = place in stored.in_keyring
    if wanted or (wanted is None and was):
        keyring.store(*place, key)
        key = keyring.KeptKey(*place)
    credentials.write(found.file, stored.adding(*place, key))
    if was and not isinstance(key, keyring.KeptKey):
        try:
            keyring.clear(*place)
        except ConfigError as error:
            output.warn(f"the key of the last login is still in the keyring: {error.message}")


def _key_of_user(found: Login) -> Secret:
    from aerostack.errors import UsageError
    from aerostack.model import Secret

    if sys.stdin.isatty():
        import getpass

        value = getpass.getpass(f"Key for {found.url}: ", stream=sys.stderr)
    else:
        value = sys.stdin.read()
    if not value.strip():
        raise UsageError("no key was given", hint="aerostack login --with-key < key.txt")
    return Secret(value.strip())


def _key_from_browser(output: Output, found: Login) -> Secret:
    import socket
    import time

    from aerostack.errors import UsageError
    from aerostack_hosted.api import device
    from aerostack_hosted.api.connection import Api

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "there is no terminal to log in on",
            hint="give a key: aerostack login --with-key < key.txt; in CI set AEROSTACK_API_KEY, and log in nowhere",
        )
    with Api(found.url, None, tell=output.step) as api:
        code = device.begin(api, f"aerostack on {socket.gethostname()}")
        output.say(f"Open this address on any device and compare the code:\n\n  {code.complete_uri}\n")
        output.say(f"  code: {code.user_code}\n")
        if _open_browser(code.complete_uri):
            output.step("opened it in your browser")
        output.step("waiting for you there")
        return device.await_key(api, code, pause=time.sleep)


def _open_browser(uri: str) -> bool:
    """Open it where there is a desktop. Only http and https: the address comes from a server."""
    import webbrowser
    from urllib.parse import urlsplit

    desktop = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not desktop or urlsplit(uri).scheme not in ("http", "https"):
        return False
    try:
        return webbrowser.open(uri)
    except webbrowser.Error:
        return False


def _document(who: Me) -> dict[str, object]:
    return {
        "kind": who.kind,
        "account": {"id": who.account_id, "name": who.account_name},
        "user": who.user,
        "project": {"id": who.project_id, "slug": who.project_slug} if who.project_id else None,
        "key": who.key_name,
        "scopes": list(who.scopes),
        "expires_at": who.expires_at,
    }


def _shown(who: Me) -> str:
    name = f"{who.user} in the account {who.account_name}" if who.user else f"the account {who.account_name}"
    return f"{name}, project {who.project_slug}" if who.project_id else name
