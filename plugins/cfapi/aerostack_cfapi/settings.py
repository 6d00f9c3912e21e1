"""``[backend.cfapi]`` in aerostack.toml, or ``-o key=value``."""

from __future__ import annotations

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CfapiSettings:
    """``account_id`` chooses among several accounts; ``concurrency`` bounds the calls under way at once.

    ``message`` is what the account's history says of this deploy; Cloudflare keeps 1000 bytes of it. ``end_rollout``
    allows a deploy to end a gradual rollout that is under way. The API's address is no setting on purpose: a project's
    file must not decide where a token is sent.
    """

    account_id: str | None = None
    concurrency: int = 12
    message: str | None = None
    end_rollout: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.concurrency <= 32:
            raise ValueError(f"concurrency must be between 1 and 32, not {self.concurrency}")
