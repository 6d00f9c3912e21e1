"""Static assets: what a client may say of them, and where they are. Nothing here knows of HTTP or of workerd."""
