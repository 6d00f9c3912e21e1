"""The Aerostack backend: accounts, keys, projects, deploys, and the dashboard."""
