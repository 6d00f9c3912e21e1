"""The connection of one run: the login, one HTTP client."""

from __future__ import annotations

from aerostack.model import Tools
from aerostack_hosted import login
from aerostack_hosted.api.connection import Api
from aerostack_hosted.settings import HostedSettings


def connect(settings: HostedSettings, tools: Tools) -> Api:
    """The API, opened once in a run. Raises ``AuthError`` when nobody is logged in."""

    def open_api() -> Api:
        found = login.find(tools.environ, tools.secret("AEROSTACK_API_KEY"), settings.profile)
        return Api(found.url, login.required(found), tell=tools.step)

    return tools.keep("aerostack", open_api)
