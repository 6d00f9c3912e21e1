"""``[backend.aerostack]`` in aerostack.toml, or ``-o key=value``."""

from __future__ import annotations

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedSettings:
    """``public`` says who may call the Worker: everybody, or only who has a key; ``None`` leaves it as it is.

    ``message`` is what the history says of this deploy; by default the subject of the commit that is checked out.
    ``project`` is the id or slug of another project than that of the folder. ``profile`` chooses among the logins of
    this machine. The API's address is no setting on purpose: a project's file
    must not decide where a key is sent.
    """

    public: bool | None = None
    message: str | None = None
    project: str | None = None
    profile: str | None = None
