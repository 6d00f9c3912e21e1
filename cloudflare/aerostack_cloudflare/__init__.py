"""Client library for a Cloudflare account over its REST API."""
