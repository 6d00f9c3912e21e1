"""The backend ``aerostack``: Aerostack's infrastructure, through its API. The user needs no Cloudflare account."""
