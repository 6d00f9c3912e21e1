"""HTTP for every remote API of the project: timeouts, retries, a rate limit, and errors without secrets.

The only package that imports the HTTP library, and only once a request is sent.
"""

from aerostack.http.address import check_address, is_loopback
from aerostack.http.bucket import TokenBucket
from aerostack.http.client import Client, Timeouts
from aerostack.http.failure import judge_status, malformed
from aerostack.http.parallel import parallel
from aerostack.http.response import Response

__all__ = [
    "Client",
    "Response",
    "Timeouts",
    "TokenBucket",
    "check_address",
    "is_loopback",
    "judge_status",
    "malformed",
    "parallel",
]
