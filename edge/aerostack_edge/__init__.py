"""The edge: a Cloudflare-compatible account on one machine, with workerd running the uploaded Workers."""
