"""Taking a project to an account: what every backend for one has in common."""
