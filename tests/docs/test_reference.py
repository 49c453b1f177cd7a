"""Nothing is undocumented: the reference is written from the code, and is up to date."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from mailer import config, contacts
from mailer.cli import cli
from mailer.config.schema import json_schema

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"
#: Keys of rules that the example shows in other words.
SHOWN_OTHERWISE = {"neglected", "new", "after", "starting", "offset", "zone", "count", "per", "otherwise"}


def commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name))


def test_the_reference_is_up_to_date():
    done = subprocess.run(
        [sys.executable, "scripts/docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_command_and_option_says_what_it_is():
    for command in commands(cli):
        assert command.help, command.name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (command.name, option.name)


def test_what_is_to_be_filled_in_has_no_name_of_our_code():
    for command in commands(cli):
        for argument in (each for each in command.params if isinstance(each, click.Argument)):
            assert "_" not in argument.make_metavar(click.Context(command)), command.name


def test_every_config_key_says_what_it_is():
    for name, group in json_schema()["$defs"].items():
        for key, said in group["properties"].items():
            assert said.get("description"), f"{name}.{key}"


def test_the_example_config_is_right_and_sends_nothing_real():
    example = config.read(EXAMPLE)
    assert all(account.outbox and not account.server for account in example.accounts.values())


def keys() -> list[str]:
    return sorted({key for group in json_schema()["$defs"].values() for key in group["properties"]})


@pytest.mark.parametrize("key", [key for key in keys() if key not in SHOWN_OTHERWISE])
def test_the_example_config_shows_every_key(key):
    assert f"{key}:" in EXAMPLE.read_text(encoding="utf-8")


def test_the_real_account_in_the_example_is_right_once_its_hashes_are_gone(tmp_path):
    text = re.sub(r"^  # (office:|  .*)$", r"  \1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    office = config.read(tmp_path / "config.yaml").accounts["office"]
    assert (office.server, office.password) == ("smtp.gmail.com:465", "keyring")


def test_the_example_config_knows_every_owner_in_the_example_sheet():
    example = config.read(EXAMPLE)
    owned = {owner for account in example.accounts.values() for owner in account.owners}
    clients = contacts.read("clients", example.contacts["clients"], ROOT, firm=example.firm, today=date(2026, 11, 1))
    assert {contact.owner for contact in clients} <= owned
