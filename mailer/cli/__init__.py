"""The command line: one module per group of commands, imported only when one of its commands is called."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from mailer.cli import endings
from mailer.cli.settings import Settings

#: Heading → command → (module:attribute, short help). The order is the order of `mailer --help`.
COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "Set up": {
        "init": ("init:init", "Make a workspace from the examples."),
        "accounts": ("accounts:accounts", "The mailboxes that mail leaves from."),
        "completion": ("completion:completion", "Let the shell complete commands and names."),
        "demo": ("demo:demo", "See the whole job done once, in FOLDER or in a temporary one: nothing real is sent."),
        "check": (
            "check:check",
            "Find everything that could go wrong, before it does: config, sheets, templates, logins, ledger.",
        ),
    },
    "On the screen": {
        "desk": (
            "desk:desk",
            "Open the desk: a page in your browser to read the drafts, add a sentence, approve, and send.",
        ),
    },
    "Before sending": {
        "contacts": ("contacts:contacts", "The people in the spreadsheets."),
        "templates": ("templates:templates", "The letters, and whether they can be used."),
        "campaigns": ("campaigns:campaigns", "Campaigns: a template, contacts, and when."),
        "drafts": ("drafts:drafts", "Drafts: finished mails that wait for a person's yes."),
        "preview": ("preview:preview", "Look at all drafts of a campaign, the odd ones first."),
        "test": ("test:test", "Send some of a campaign's drafts to yourself, as they will look."),
    },
    "Sending": {
        "thank": ("thank:thank", "Thank one person, now."),
        "send": ("send:send", "Send what is approved and due: of one campaign, or of all."),
        "schedule": ("schedule:schedule", "What goes out when: the next days, by config.yaml and the sheets."),
        "run": ("run:run", "Keep the schedule: prepare, send, remind, until Ctrl-C."),
        "service": ("service:service", "Let the operating system keep the schedule, from log-in on."),
    },
    "Afterwards": {
        "report": ("report:report", "What came of it: replies first."),
        "deliveries": ("deliveries:deliveries", "Deliveries: approved mails, from the queue to the server's answer."),
        "mailbox": ("mailbox:mailbox", "What came back: replies, bounces, absence notes, complaints."),
        "suppress": ("suppress:suppress", "Addresses, and whole domains, that no mail goes to."),
        "forget": (
            "personal:forget",
            "Take away all that names ADDRESS; only a salted hash stays, which keeps on blocking it.",
        ),
        "export": ("personal:export", "Show all that we hold about ADDRESS, as JSON or as a page to hand out."),
        "unsubscribe-server": (
            "way_out:unsubscribe_server",
            "Serve the page on which one click leaves (RFC 8058), behind a web server that speaks https.",
        ),
    },
}


class Commands(click.Group):
    """The root: lists its commands from the table, and translates every error once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names, for help and shell completion."""
        return [name for commands in COMMANDS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and take the command out of it."""
        for commands in COMMANDS.values():
            if cmd_name in commands:
                module, _, attribute = commands[cmd_name][0].partition(":")
                command = getattr(import_module(f"mailer.cli.{module}"), attribute)
                assert isinstance(command, click.Command)
                return command
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; for one that is not there, the nearest is told."""
        wanted = args[0]
        if self.get_command(ctx, wanted) is None and (near := self._near(ctx, wanted)):
            raise click.UsageError(f"No such command '{wanted}'. Did you mean {near}?", ctx)
        return super().resolve_command(ctx, args)

    def _near(self, ctx: click.Context, wanted: str) -> str:
        """Name the commands of that name inside groups, else the one that is written alike; "" where there is none."""
        from difflib import get_close_matches

        names = self.list_commands(ctx)
        groups = [name for name in names if wanted in getattr(self.get_command(ctx, name), "commands", ())]
        inside = [f"{name} {wanted}" for name in groups]
        return ", ".join(f"'{each}'" for each in inside or get_close_matches(wanted, names, n=1))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table under its headings, importing nothing."""
        for heading, commands in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, entry[1]) for name, entry in commands.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a number it returns is the exit code."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except click.NoSuchOption as error:
            raise self._told_its_place(error) from None
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one catch-all
            code = endings.ended(error, verbose=isinstance(ctx.obj, Settings) and ctx.obj.verbose)
        if isinstance(code, int):
            ctx.exit(code)

    def _told_its_place(self, error: click.NoSuchOption) -> click.NoSuchOption:
        """Tell where an option of ours goes that was written behind the command."""
        name = error.option_name
        if not any(name in option.opts for option in self.params):
            return error
        return click.NoSuchOption(name, f"{name} goes before the command: mailer {name} …", ctx=error.ctx)


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"mailer {version('mailer')}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MAILER"},
    epilog="New here? `mailer demo` shows the whole job; `mailer init our-thanks` makes a folder to work in. "
    "Every option is also an environment variable: --config is MAILER_CONFIG.",
)
@click.option(
    "--config",
    metavar="FILE",
    default="",
    help="The config.yaml to use; otherwise the one in this folder or above it.",
)
@click.option("--rehearse", is_flag=True, help="Rehearse: mails go into the outbox folder, nothing real is touched.")
@click.option("--real", is_flag=True, help="Numbers name real mails, where a rehearsed one has the same number.")
@click.option("--verbose", "-v", is_flag=True, help="Show where a defect happened.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Print the version.",
)
@click.pass_context
def cli(ctx: click.Context, config: str, verbose: bool, rehearse: bool, real: bool) -> None:
    """Thank your clients and your colleagues from a spreadsheet: personal, looked at, never twice."""
    if rehearse and real:
        raise click.UsageError("Either --rehearse or --real: a mail is one or the other.")
    ctx.obj = Settings(config, verbose, rehearse, real)


def main() -> None:
    """Run the command line."""
    start_lightly()
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        # Windows would write its code page into a pipe; nowhere may a letter make a command fail.
        encoding = "utf-8" if sys.platform == "win32" else None
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")
    cli(prog_name="mailer")


def _open_what_is_closed() -> None:
    """A service may start us without stdin, stdout or stderr: nobody is there to ask, and nobody reads."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 (until we end; pathlib is not loaded for a help text)


def start_lightly() -> None:
    """Leave out what takes a fifth of a short command's time, for nothing.

    What a command loads is some hundred thousand objects that all stay, and mails leave hardly any garbage that has to
    be looked for. Python would look through them all again and again, and once more when it ends. And pydantic would
    read the metadata of every installed package, in search of plug-ins.
    """
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
