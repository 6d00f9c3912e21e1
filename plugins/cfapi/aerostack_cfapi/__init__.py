"""The backend ``cfapi``: a user's own Cloudflare account through Cloudflare's REST API, without Node."""
