"""The embedded default: server and edge together on this machine, supervised, with their data in one folder."""
