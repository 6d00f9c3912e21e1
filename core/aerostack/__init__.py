"""aerostack: deploy Cloudflare Workers projects through interchangeable backends."""

__version__ = "0.1.0"
