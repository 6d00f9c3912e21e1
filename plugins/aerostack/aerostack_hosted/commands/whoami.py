"""``aerostack whoami``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerostack.cli import options as common
from aerostack.cli.run import run
from aerostack_hosted.commands import options

if TYPE_CHECKING:
    from aerostack.cli.output import Output


def whoami(profile: options.Profile = None, as_json: common.AsJson = False, debug: common.Debug = False) -> None:
    """Say whose key is used, where it comes from and what it may do."""

    def body(output: Output) -> None:
        from aerostack_hosted import credentials
        from aerostack_hosted import login as logins
        from aerostack_hosted.api import me
        from aerostack_hosted.api.connection import Api
        from aerostack_hosted.commands import login
        from aerostack_hosted.commands.session import find_login

        found = find_login(profile)
        with Api(found.url, logins.required(found), tell=output.step) as api:
            who = me.read(api)
        others = sorted(f"{name} at {url}" for url, name in credentials.read(found.file).keys)
        if output.as_json:
            document = {"api_url": found.url, "profile": found.profile, "source": found.source, "profiles": others}
            output.document({**document, **login._document(who)})
            return
        output.result(f"{login._shown(who)} at {found.url}")
        output.say(f"key {who.key_name or 'without a name'} from {found.source}, scopes: {', '.join(who.scopes)}")
        if len(others) > 1:
            output.say(f"all logins: {', '.join(others)}")

    run(body, as_json=as_json, debug=debug)
