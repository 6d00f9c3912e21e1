"""The media type that a static file is served with, by the extension of its name. Wrangler's where it knows one.

Not the ``mimetypes`` of the standard library: what that knows depends on the version of Python and on files of the
machine, and the platform keeps the type with the content, for everybody who uploads the same file.
"""

from __future__ import annotations

_TYPES = {
    kind: extensions.split()
    for kind, extensions in {
        "text/html": "html htm shtml",
        "text/css": "css",
        "text/javascript": "js mjs",
        "text/plain": "txt text log",
        "text/markdown": "md markdown",
        "text/csv": "csv",
        "text/tab-separated-values": "tsv",
        "text/calendar": "ics",
        "text/vtt": "vtt",
        "text/yaml": "yaml yml",
        "text/jsx": "jsx",
        "text/mdx": "mdx",
        "text/less": "less",
        "text/cache-manifest": "manifest appcache",
        "application/json": "json map",
        "application/ld+json": "jsonld",
        "application/geo+json": "geojson",
        "application/manifest+json": "webmanifest",
        "application/json5": "json5",
        "application/xml": "xml xsl xsd",
        "application/xhtml+xml": "xhtml",
        "application/rss+xml": "rss",
        "application/atom+xml": "atom",
        "application/gpx+xml": "gpx",
        "application/dash+xml": "mpd",
        "application/toml": "toml",
        "application/node": "cjs",
        "application/wasm": "wasm",
        "application/pdf": "pdf",
        "application/zip": "zip",
        "application/gzip": "gz",
        "application/rtf": "rtf",
        "application/msword": "doc",
        "application/epub+zip": "epub",
        "application/java-archive": "jar war",
        "application/postscript": "ps eps ai",
        "application/pgp-signature": "sig",
        "application/pkix-cert": "cer",
        "application/sql": "sql",
        "application/octet-stream": "bin exe dll deb dmg iso img msi",
        "image/png": "png",
        "image/jpeg": "jpg jpeg",
        "image/gif": "gif",
        "image/webp": "webp",
        "image/avif": "avif",
        "image/svg+xml": "svg svgz",
        "image/apng": "apng",
        "image/bmp": "bmp",
        "image/tiff": "tif tiff",
        "image/heic": "heic",
        "image/heif": "heif",
        "audio/mpeg": "mp3",
        "audio/mp4": "m4a",
        "audio/ogg": "oga ogg opus",
        "audio/wav": "wav",
        "audio/webm": "weba",
        "audio/aac": "aac",
        "audio/midi": "mid midi",
        "video/mp4": "mp4",
        "video/webm": "webm",
        "video/ogg": "ogv",
        "video/quicktime": "mov",
        "video/mpeg": "mpeg mpg",
        "video/mp2t": "ts",
        "video/iso.segment": "m4s",
        "video/3gpp": "3gp",
        "font/woff": "woff",
        "font/woff2": "woff2",
        "font/ttf": "ttf",
        "font/otf": "otf",
        "font/collection": "ttc",
        "model/gltf-binary": "glb",
        "model/gltf+json": "gltf",
        "model/obj": "obj",
        "model/stl": "stl",
    }.items()
}
_BY_EXTENSION = {extension: kind for kind, extensions in _TYPES.items() for extension in extensions}

#: What wrangler does not know, and browsers want to.
_BY_EXTENSION |= {
    "ico": "image/vnd.microsoft.icon",
    "jxl": "image/jxl",
    "flac": "audio/flac",
    "m4v": "video/mp4",
    "m3u8": "application/vnd.apple.mpegurl",
    "eot": "application/vnd.ms-fontobject",
    "vcf": "text/vcard",
}


def media_type(path: str) -> str | None:
    """Such as ``text/html; charset=utf-8``; ``None`` for an extension that nobody knows."""
    base = path.rpartition("/")[2]
    _, dot, extension = base.rpartition(".")
    kind = _BY_EXTENSION.get(extension.lower()) if dot else None
    return f"{kind}; charset=utf-8" if kind and kind.startswith("text/") else kind
