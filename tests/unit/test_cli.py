"""The frame of the command line: lazy, quick, and with one way to end badly."""

import importlib

import click
import pytest
from click.testing import CliRunner

from mailer.cli import COMMANDS, Commands, cli
from mailer.cli.settings import Settings
from mailer.errors import (
    BusyError,
    ConfigError,
    ContactsError,
    LedgerError,
    MailerError,
    ServerError,
    UsageError,
)

LISTED = [(name, *entry) for commands in COMMANDS.values() for name, entry in commands.items()]


def run(action, *options: str):
    """Run a command that does `action`."""
    root = Commands("mailer", params=[click.Option(["--verbose"], is_flag=True)])
    root.callback = click.pass_context(lambda ctx, verbose: setattr(ctx, "obj", Settings(verbose=verbose)))
    root.add_command(click.Command("act", callback=action))
    return CliRunner().invoke(root, [*options, "act"])


def fail(error: BaseException):
    def action():
        raise error

    return action


def test_the_table_says_what_the_commands_say():
    for name, target, help_text in LISTED:
        module, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(f"mailer.cli.{module}"), attribute)
        assert (command.name, command.get_short_help_str(limit=200)) == (name, help_text)


def test_no_short_help_is_cut():
    for name, _, _ in LISTED:
        told = CliRunner().invoke(cli, [name, "--help"], terminal_width=80).stdout
        assert "..." not in told.partition("\nCommands:")[2], name


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (ContactsError("x"), 65),
        (ServerError("x"), 69),
        (MailerError("x"), 70),
        (LedgerError("x"), 74),
        (BusyError("x"), 75),
        (ConfigError("x"), 78),
    ],
)
def test_each_error_has_its_exit_code(error, code):
    assert run(fail(error)).exit_code == code


def test_an_error_is_a_sentence_and_its_cure_without_a_traceback():
    result = run(fail(ConfigError("There is no config.yaml.", cure="Type `mailer init`.")))
    assert result.stderr == "Error: There is no config.yaml.\n→ Type `mailer init`.\n"
    assert result.stdout == ""


def test_a_defect_of_ours_is_owned_without_a_traceback():
    result = run(fail(ZeroDivisionError("division by zero")))
    assert result.exit_code == 70
    assert "a defect in mailer, not in your files (ZeroDivisionError: division by zero)" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_written_is_not_our_defect(tmp_path):
    result = run(lambda: (tmp_path / "no" / "such").write_text("x"))
    assert result.exit_code == 74
    told, cure = result.stderr.splitlines()
    assert told == f"Error: {tmp_path}/no/such: No such file or directory."
    assert cure == "→ Check the name, and that its folder is there."


def test_verbose_shows_where_a_defect_happened():
    assert "Traceback" in run(fail(ZeroDivisionError()), "--verbose").stderr


def test_ctrl_c_ends_with_one_word():
    result = run(fail(KeyboardInterrupt()))
    assert result.exit_code == 130
    assert result.stderr == "\nStopped.\n"


def test_a_number_that_a_command_returns_is_its_exit_code():
    assert run(lambda: 75).exit_code == 75
    assert run(lambda: None).exit_code == 0


def test_an_unknown_command_is_a_usage_error():
    result = CliRunner().invoke(cli, ["sned"])
    assert result.exit_code == 2
    assert "No such command 'sned'. Did you mean 'send'?" in result.stderr


def test_a_command_of_a_group_called_without_the_group_is_told_whole():
    result = CliRunner().invoke(cli, ["prepare", "thanks"])
    assert "No such command 'prepare'. Did you mean 'campaigns prepare'?" in result.stderr
    assert "Did you mean" not in CliRunner().invoke(cli, ["zzz"]).stderr


def test_what_is_no_day_is_told_how_a_day_is_written():
    result = CliRunner().invoke(cli, ["report", "--since", "31/12/2025"])
    assert result.exit_code == 2
    assert "“31/12/2025” is not a day; write it like 2026-11-02." in result.stderr


def test_an_option_of_mailer_itself_that_stands_behind_the_command_is_told_its_place():
    result = CliRunner().invoke(cli, ["accounts", "list", "--config", "x.yaml"])
    assert result.exit_code == 2
    assert "--config goes before the command: mailer --config …" in result.stderr


def test_help_and_version_are_there():
    assert "Thank your clients" in CliRunner().invoke(cli, ["--help"]).stdout
    assert CliRunner().invoke(cli, ["--version"]).stdout.startswith("mailer ")


def test_the_config_is_looked_for_from_the_working_folder_unless_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "config.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert Settings().find_config() == tmp_path / "config.yaml"
    assert Settings(config="other.yaml").find_config() == tmp_path / "other.yaml"
    assert Settings(config=str(tmp_path)).find_config() == tmp_path / "config.yaml"
