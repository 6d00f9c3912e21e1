"""What the server remembers. Nothing else holds state."""

from aerostack_server.database.database import Database
from aerostack_server.database.migrate import migrate, migrate_apart
from aerostack_server.database.statement import Statement

__all__ = ["Database", "Statement", "migrate", "migrate_apart"]
