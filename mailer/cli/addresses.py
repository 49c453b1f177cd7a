"""An address on the command line: bob@client.example, or as a mail program writes it, `Bob <bob@client.example>`."""

from __future__ import annotations

import click


class Address(click.ParamType[str]):
    """One address, without what stands around it."""

    name = "address"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the address; anything else is a usage error that shows how it is written."""
        from mailer.addresses import parse_address

        address, _ = parse_address(value)
        if address is None:
            self.fail(f"“{value}” is not an address; write it like bob@client.example.", param, ctx)
        return address


ADDRESS = Address()
