"""The command line of ``wrangler deploy`` and its environment, as values."""

from __future__ import annotations

from pathlib import Path

from aerostack.values import dataclass
from aerostack_wrangler.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """``worker`` is what ``config``, the generated configuration, names; ``output`` is the file that wrangler reports
    into, ``api`` the address of the account's API, ``tag`` marks the version that this run makes, ``message`` describes
    it.
    """

    program: Program
    config: Path
    output: Path
    api: str
    account_id: str
    worker: str
    tag: str
    message: str | None = None

    @property
    def argv(self) -> tuple[str, ...]:
        return (
            *self.program.argv,
            "deploy",
            "--config",
            str(self.config),
            # The configuration has one environment; CLOUDFLARE_ENV, of a file too, would name another one.
            "--env=",
            "--tag",
            self.tag,
            # In one word: it may begin with a dash.
            *((f"--message={self.message}",) if self.message else ()),
            # What is missing has been created by us, under names that are found again.
            "--experimental-provision=false",
        )

    @property
    def environ(self) -> dict[str, str | None]:
        return {
            **self.program.environ,
            # Where it goes and under which name is decided, and all of it is said: what is missing wrangler takes from
            # files of the name `.env`.
            "CLOUDFLARE_API_BASE_URL": self.api,
            "CLOUDFLARE_ACCOUNT_ID": self.account_id,
            "CLOUDFLARE_ENV": None,
            "WRANGLER_CI_OVERRIDE_NAME": self.worker,
            "WRANGLER_OUTPUT_FILE_PATH": str(self.output),
            "WRANGLER_SEND_METRICS": "false",
            "WRANGLER_SEND_ERROR_REPORTS": "false",
            # The banner asks the npm registry for a newer version.
            "WRANGLER_HIDE_BANNER": "true",
        }
