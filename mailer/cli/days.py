"""A day on the command line: 2026-11-02."""

from __future__ import annotations

from datetime import date

import click


class Day(click.ParamType[date]):
    """A day of the calendar, written as ISO 8601 has it."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day; anything else is a usage error that shows how it is written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is not a day; write it like 2026-11-02.", param, ctx)


DAY = Day()
