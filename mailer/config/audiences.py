"""Which audiences are our own people."""

from __future__ import annotations

#: What firms call them.
_INTERNAL = frozenset({"staff", "team", "colleague", "colleagues", "crew", "employee", "employees", "internal"})


def is_internal(audience: str) -> bool:
    """Whether these are our own people."""
    return audience.strip().casefold() in _INTERNAL
