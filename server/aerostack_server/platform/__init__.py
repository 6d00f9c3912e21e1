"""The Cloudflare account that Workers run in: Cloudflare itself, or an edge. Only this folder knows its API."""
