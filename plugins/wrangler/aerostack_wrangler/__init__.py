"""The backend `wrangler`: your own Cloudflare account, through the real wrangler."""
