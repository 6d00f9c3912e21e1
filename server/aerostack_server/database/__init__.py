"""What the server remembers. Nothing else holds state."""

from aerostack_server.database.database import Database
from aerostack_server.database.migrate import migrate, migrate_apart

__all__ = ["Database", "migrate", "migrate_apart"]
