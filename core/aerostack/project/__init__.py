"""``aerostack.toml``: found, read strictly, checked, flattened for one environment, and written back to.

>>> from aerostack import project
>>> loaded = project.load(project.find(Path()), "staging")
"""

from aerostack.project.credentials import refuse_credentials
from aerostack.project.document import DeployTable, Document, read
from aerostack.project.find import find
from aerostack.project.load import check, load, refuse_placeholders
from aerostack.project.schema import schema
from aerostack.project.write import write_ids

__all__ = [
    "DeployTable",
    "Document",
    "check",
    "find",
    "load",
    "read",
    "refuse_credentials",
    "refuse_placeholders",
    "schema",
    "write_ids",
]
