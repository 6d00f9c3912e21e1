"""Cloudflare's error codes, by product: the same number means different things in different ones.

Texts are templates for :meth:`str.format`.
"""

from __future__ import annotations

from dataclasses import dataclass

from aerostack_edge.api.envelope import ApiError


@dataclass(frozen=True, slots=True)
class Code:
    """One way to be refused."""

    status: int
    code: int
    text: str

    def __call__(self, **words: object) -> ApiError:
        """The refusal, its text filled in."""
        return ApiError(self.status, self.code, self.text.format(**words))


# Every product
NO_CREDENTIALS = Code(401, 10001, "Unable to authenticate request")
BAD_TOKEN = Code(401, 10000, "Authentication error")
INVALID_TOKEN = Code(401, 1000, "Invalid API Token")
FOREIGN_ACCOUNT = Code(403, 9109, "Unauthorized to access requested resource")
FOREIGN_HOST = Code(403, 9110, "The API does not answer under the host name {host}")
NO_ROUTE = Code(404, 7003, "Could not route to {path}, perhaps your object identifier is invalid?")
NO_METHOD = Code(405, 10405, "Method not allowed: {method} {path}")
MALFORMED_JSON = Code(400, 6007, "Malformed JSON in request body")
MALFORMED = Code(400, 7400, "The request is malformed: {reason}")
TOO_LARGE = Code(413, 413, "The request body is larger than {limit} bytes")
NO_TRANSFER = Code(404, 19001, "There is no such transfer, or it has expired")
INTERNAL = Code(500, 10013, "The edge failed to answer; its log says why")
UNAVAILABLE = Code(503, 10001, "The store is not answering: {reason}")
#: Ours, not Cloudflare's.
DISK_FULL = Code(507, 19010, "The disk of the edge is full. Free some space there, then try again.")
#: Ours, not Cloudflare's: what the real one could do.
UNSUPPORTED = Code(400, 19000, "{what} is not supported by this edge")

# D1
D1_EXISTS = Code(400, 7502, "A database with the name {name} already exists")
D1_NOT_FOUND = Code(404, 7404, "The database {name} could not be found")
D1_INVALID = Code(400, 7400, "The request is malformed: {reason}")
D1_QUERY = Code(400, 7500, "{reason}")

# KV
KV_EXISTS = Code(400, 10014, "A namespace with this account ID and title already exists.")
KV_NOT_FOUND = Code(404, 10013, "Namespace not found. Please check that the namespace id is correct.")
KV_NO_TITLE = Code(400, 10019, "A namespace title is required: 1 to 512 bytes.")
KV_NO_KEY = Code(404, 10009, "The key was not found")
KV_INVALID = Code(400, 10022, "{reason}")

# R2
R2_EXISTS = Code(409, 10004, "The bucket you tried to create already exists, and you own it.")
R2_NOT_FOUND = Code(404, 10006, "The specified bucket does not exist.")
R2_INVALID_NAME = Code(400, 10005, "The specified bucket name is not valid: 3 to 63 of a-z, 0-9 and inner hyphens.")
R2_NOT_EMPTY = Code(409, 10008, "The bucket you tried to delete is not empty.")
R2_NO_OBJECT = Code(404, 10007, "The specified key does not exist.")
R2_NO_LENGTH = Code(411, 10033, "Content-Length is required")

# Queues
QUEUE_EXISTS = Code(409, 11009, "A queue with the name {name} already exists")
QUEUE_NOT_FOUND = Code(404, 11000, "The queue {id} could not be found")
QUEUE_INVALID = Code(400, 11003, "A queue name has 1 to 63 of a-z, 0-9 and inner hyphens")
CONSUMER_EXISTS = Code(409, 11004, "Queue '{name}' already has a consumer")
CONSUMER_NOT_FOUND = Code(404, 11002, "The consumer {id} could not be found")

# Workers
SERVICE_NOT_FOUND = Code(404, 10090, "This service does not exist on your account.")
SCRIPT_NOT_FOUND = Code(404, 10007, "This Worker does not exist on your account.")
SCRIPT_NAME = Code(400, 10016, "Invalid Worker name: 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit.")
SCRIPT_INVALID = Code(400, 10021, "{reason}")
SCRIPT_TOO_LARGE = Code(413, 10027, "Your Worker exceeded the size limit of {limit} bytes.")
ASSETS_MANIFEST = Code(400, 10021, "Invalid assets manifest: {reason}")
ASSETS_UPLOAD = Code(400, 10021, "Invalid assets upload: {reason}")
ASSETS_TOKEN = Code(400, 10021, "Invalid assets.jwt: {reason}")
ASSET_TOO_LARGE = Code(413, 10027, "The asset {hash} exceeded the size limit of {limit} bytes.")
UPLOAD_TOKEN = Code(401, 10000, "Authentication error: the token of the upload session is not valid: {reason}")
REDIRECTS_INVALID = Code(400, 100324, "Invalid _redirects configuration:\n{reason}")
SECRET_NOT_FOUND = Code(404, 10056, "Secret not found: {name}")
VERSION_NOT_FOUND = Code(404, 100146, "Version {id} does not exist")
VERSION_NOT_LIVE = Code(400, 10215, "The latest version is not deployed: deploy it before changing secrets.")
SECRETS_CHANGED = Code(
    400,
    10220,
    "Cannot roll back: a secret has changed since this version was deployed. "
    "The following secrets have changed: {names}",
)
DEPLOYMENT_NOT_FOUND = Code(404, 10336, "Deployment {id} does not exist")
NO_SUBDOMAIN = Code(404, 10007, "You do not have a workers.dev subdomain.")
NEEDS_SUBDOMAIN = Code(400, 10063, "You need a workers.dev subdomain in order to proceed.")
SUBDOMAIN_INVALID = Code(400, 10031, "The subdomain must be 1 to 63 of a-z, 0-9 and inner hyphens.")
CRON_INVALID = Code(400, 10100, "invalid cron string: {cron} ({reason})")
ROUTE_TAKEN = Code(409, 10020, "The route {pattern} is assigned to the Worker {script} already.")
ROUTE_NOT_FOUND = Code(404, 10009, "The route {id} does not exist.")
DOMAIN_TAKEN = Code(409, 100116, "The domain {hostname} is assigned to the Worker {script} already.")
DOMAIN_INVALID = Code(400, 100115, "{hostname} is not a host name.")
DOMAIN_NOT_FOUND = Code(404, 100114, "The domain {id} does not exist.")
MIGRATION_TAG = Code(412, 10079, "Migration tag precondition failed; expected tag: {expected}")
OBJECTS_EXIST = Code(400, 10074, "Cannot apply new-class migration to class '{name}': it has Durable Objects already.")
MIGRATION_UNDEPLOYED = Code(
    400,
    10211,
    "Version upload failed. A migration of Durable Objects cannot be uploaded without being deployed: "
    "deploy it with `wrangler deploy`.",
)
NO_VERSIONS = Code(400, 10222, "This Worker has no versions yet.")
NAMESPACE_EXISTS = Code(409, 100126, "A dispatch namespace with the name {name} already exists")
NAMESPACE_NOT_FOUND = Code(404, 100119, "The dispatch namespace does not exist.")
NAMESPACE_INVALID = Code(400, 100120, "A dispatch namespace has a name of 1 to 63 of a-z, 0-9, - and _.")
NAMESPACED_NOT_FOUND = Code(404, 10092, "This Worker does not exist in the dispatch namespace.")
TAIL_NOT_FOUND = Code(404, 19003, "The tail {id} does not exist.")
NOT_A_WEBSOCKET = Code(426, 19002, "This address answers WebSockets only")

# Bindings
BINDING_UNNAMED = Code(400, 10052, "Binding at index {index} must have a name.")
D1_UNKNOWN = Code(
    400, 10181, "D1 binding '{name}' references database '{id}' which was not found. Verify that it exists."
)
KV_INVALID_ID = Code(400, 10042, "KV namespace '{id}' is not valid.")
KV_UNKNOWN = Code(400, 10041, "KV namespace '{id}' of binding '{name}' not found.")
R2_UNKNOWN = Code(400, 10085, "R2 bucket '{id}' not found. Please use a different name and try again.")
QUEUE_UNKNOWN = Code(400, 11000, "Queue '{id}' of binding '{name}' not found.")
NAMESPACE_UNKNOWN = Code(400, 100119, "Dispatch namespace '{id}' of binding '{name}' not found.")
CLASS_UNKNOWN = Code(
    400,
    10061,
    "Cannot create binding for class '{name}' because it is not currently configured to implement Durable Objects. "
    "Did you forget to apply a migration?",
)
SERVICE_UNKNOWN = Code(400, 10143, "Could not resolve service binding '{name}': Worker '{id}' not found.")
