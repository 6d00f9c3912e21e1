"""What a project owns at one target in one environment, kept on disk, and the lock beside it."""

from aerostack.journal.journal import FileJournal, FileJournals
from aerostack.journal.lock import Lock, LockOwner, read_owner

__all__ = ["FileJournal", "FileJournals", "Lock", "LockOwner", "read_owner"]
