"""Ask whether a package that is installed here has a known vulnerability, and say so where nobody could be asked.

pip-audit ends well also when it found out nothing: behind a mirror of PyPI every package is "skipped". Here that is
said, and with ``AUDIT=required``, as in CI, it is a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

_COMMAND = [sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--progress-spinner=off", "--format=json"]


def main() -> int:
    """The exit status: 1 for a vulnerability, or when nobody could be asked and that was required."""
    asked = subprocess.run(_COMMAND, capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _not_asked(asked.stderr.strip() or f"pip-audit ended with status {asked.returncode}")
    vulnerable = [package for package in packages if package.get("vulns")]
    for package in vulnerable:
        for found in package["vulns"]:
            mended = ", ".join(found.get("fix_versions") or ()) or "no version yet"
            print(f"{package['name']} {package['version']}: {found['id']}, mended in {mended}")
    # Editable is the project itself, which no service knows.
    skipped = [package for package in packages if "editable" not in package.get("skip_reason", "editable")]
    known = len(packages) - len(skipped)
    if skipped:
        reason = skipped[0]["skip_reason"]
        status = _not_asked(f"{len(skipped)} of {len(packages)} packages are not known to it, the first: {reason}")
        return 1 if vulnerable else status
    print(f"{known} packages audited, {len(vulnerable)} with a known vulnerability")
    return 1 if vulnerable else 0


def _not_asked(why: str) -> int:
    required = os.environ.get("AUDIT") == "required"
    print(f"NOT AUDITED: the vulnerability service could not be asked: {why}", file=sys.stderr)
    return 1 if required else 0


if __name__ == "__main__":
    sys.exit(main())
