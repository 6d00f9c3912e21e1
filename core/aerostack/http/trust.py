"""Whose certificates are trusted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aerostack.errors import ConfigError

if TYPE_CHECKING:
    import ssl


def trusted() -> ssl.SSLContext:
    """The authorities of ``SSL_CERT_FILE``, else of ``SSL_CERT_DIR``, else those that Mozilla trusts.

    Raises ``ConfigError`` for a file that cannot be used. Takes longer than a request: for https only.
    """
    import ssl

    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file:
        try:
            return ssl.create_default_context(cafile=file)
        except OSError as error:  # `SSLError` is one
            raise ConfigError(
                f"SSL_CERT_FILE names {file}, which cannot be read as certificates: {error.strerror or error}",
                hint="set SSL_CERT_FILE to a file of certificates in PEM format, or unset it",
                code="certificate",
            ) from None
    if folder:
        return ssl.create_default_context(capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
