"""Cloudflare's REST API, as far as the edge serves it: one file for each noun of its paths."""
