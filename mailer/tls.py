"""The TLS by which a mail server is believed: its certificate is always verified."""

from __future__ import annotations

import ssl
from pathlib import Path

from mailer.errors import ConfigError


def verifying(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the system's authorities, and those of a file where there is one. Raises ConfigError."""
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            raise ConfigError(f"`ca_file` {ca_file} cannot be used: {error.strerror or error}.") from error
    return context
