"""The number of a mail on the command line: 12."""

from __future__ import annotations

import click

#: The largest that a ledger can count to.
_LARGEST = 2**63 - 1


class Number(click.ParamType[int]):
    """The number of a draft or a delivery, as the lists show it."""

    name = "number"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number; anything else is a usage error that says where numbers stand."""
        if isinstance(value, int):
            return value
        if not value.isdecimal() or len(value) > 19 or int(value) > _LARGEST:
            self.fail(f"“{value}” is not the number of a mail; `mailer drafts list` shows them.", param, ctx)
        return int(value)


NUMBER = Number()
