"""The command line of ``wrangler deploy`` and its environment, as values."""

from __future__ import annotations

from pathlib import Path

from aerostack.values import dataclass
from aerostack_wrangler.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """``config`` is the generated configuration, ``output`` the file that wrangler reports into, ``tag`` marks the
    version that this run makes, ``message`` describes it.
    """

    program: Program
    config: Path
    output: Path
    account_id: str
    tag: str
    message: str | None = None

    @property
    def argv(self) -> tuple[str, ...]:
        return (
            *self.program.argv,
            "deploy",
            "--config",
            str(self.config),
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
            "CLOUDFLARE_ACCOUNT_ID": self.account_id,
            # What is deployed, and under which name, stands in the configuration.
            "CLOUDFLARE_ENV": None,
            "WRANGLER_CI_OVERRIDE_NAME": None,
            "WRANGLER_OUTPUT_FILE_PATH": str(self.output),
            "WRANGLER_SEND_METRICS": "false",
            "WRANGLER_SEND_ERROR_REPORTS": "false",
            # The banner asks the npm registry for a newer version.
            "WRANGLER_HIDE_BANNER": "true",
        }
