"""The models → a JSON Schema as editors read it, with defaults written the way config.yaml has them."""

from __future__ import annotations

from datetime import time
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from mailer.config.models import Config
from mailer.model import Period


class _AsWritten(GenerateJsonSchema):
    def encode_default(self, dft: Any) -> Any:
        match dft:
            case Period():
                return str(dft)
            case time():
                return f"{dft:%H:%M}"
        return super().encode_default(dft)


@cache
def json_schema() -> dict[str, Any]:
    """Describe every key of config.yaml (JSON Schema 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Config.model_json_schema(schema_generator=_AsWritten),
        "title": "config.yaml of Mailer",
    }
