"""Deployments: recorded durably, carried out by jobs, live by one compare-and-swap."""
