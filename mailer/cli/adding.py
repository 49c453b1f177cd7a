"""`mailer campaigns add`: ready campaigns into config.yaml."""

from __future__ import annotations

import click

from mailer.cli.output import line, table, tell
from mailer.cli.settings import Settings


@click.command(short_help="Put a ready campaign into config.yaml.")
@click.argument("name", required=False)
@click.pass_obj
def add(settings: Settings, name: str | None) -> None:
    """Write the ready campaign NAME behind those in config.yaml, for you to change; without NAME, list them all."""
    from mailer.config.adding import add as write
    from mailer.config.adding import recipes

    if name is None:
        table(["Name", "What it is"], [[each.name, each.said] for each in recipes().values()])
        return
    path = settings.find_config()
    new = write(path, name)
    for campaign in new:
        line(f"{campaign} is in {path.name}.")
    if not new:
        line(f"{name} stands in {path.name} already.")
    tell(f"Look {'them' if len(new) > 1 else 'it'} over there; then: mailer schedule")
