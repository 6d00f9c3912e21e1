"""``[backend.wrangler]`` in aerostack.toml, or ``-o key=value``."""

from __future__ import annotations

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WranglerSettings:
    """``account_id`` chooses among several accounts; ``concurrency`` bounds our own calls under way at once.

    ``message`` is what the account's history says of this deploy; Cloudflare keeps 1000 bytes of it. ``end_rollout``
    allows a deploy to end a gradual rollout that is under way. ``program`` is another wrangler than the pinned one, as
    a path or a name on PATH. ``timeout`` is in seconds, for the whole run of wrangler.
    """

    account_id: str | None = None
    concurrency: int = 12
    message: str | None = None
    end_rollout: bool = False
    program: str | None = None
    timeout: int = 1800

    def __post_init__(self) -> None:
        if not 1 <= self.concurrency <= 32:
            raise ValueError(f"concurrency must be between 1 and 32, not {self.concurrency}")
        if self.timeout < 1:
            raise ValueError(f"timeout must be at least 1 second, not {self.timeout}")
