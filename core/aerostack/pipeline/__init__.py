"""resolve → provision → deploy. No terminal, no argv, no process environment of its own."""

from aerostack.pipeline.deploy import Approval, deploy
from aerostack.pipeline.plan import Planned, plan
from aerostack.pipeline.prepare import Prepared, prepare
from aerostack.pipeline.report import Report
from aerostack.pipeline.request import Request

__all__ = ["Approval", "Planned", "Prepared", "Report", "Request", "deploy", "plan", "prepare"]
