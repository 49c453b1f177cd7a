"""`mailer desk`: the local page."""

from __future__ import annotations

import click

from mailer.cli.output import line, tell
from mailer.cli.settings import Settings


@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the address; open no browser.")
@click.option("--shortcut", is_flag=True, help="Put an icon on the desktop that opens it, and end.")
@click.pass_obj
def desk(settings: Settings, no_browser: bool, shortcut: bool) -> None:
    """Open the desk: a page in your browser to read the drafts, add a sentence, approve, and send.

    It answers on this computer only, to the one browser that its address lets in, until Ctrl-C. While it is open it
    keeps the schedule, unless `mailer run` does.
    """
    if shortcut:
        _put_icon(settings)
        return
    import io
    import signal
    import sys
    import webbrowser

    from mailer.desk import Keeper, listen, make_app, runner_of, serve

    listening, port = listen()
    config_path = settings.find_config()
    app, door = make_app(settings.workspace, config_path, port)
    line(f"The desk is open: {door.link}")
    tell("The address lets one browser in, once. Leave this window open; Ctrl-C closes the desk.")
    if not no_browser:
        webbrowser.open(door.link)
    sys.stdin = io.StringIO()  # who sits at the page sees no question that is asked here
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell had them ignored
        signal.signal(number, signal.default_int_handler)
    # A rehearsal keeps no schedule: it would keep the real one from being kept.
    serve(app, listening, None if settings.rehearse else Keeper(runner_of(config_path)))


def _put_icon(settings: Settings) -> None:
    """Write the icon, or let the system make it, and say where it is."""
    import sys
    from pathlib import Path

    from mailer.cli.service import run_all
    from mailer.scheduling.icons import icon_for
    from mailer.workspace.opening import desktop_folder

    with settings.workspace() as workspace:
        title, folder = f"Mailer {workspace.config.firm.name}", workspace.folder
    words = [str(Path(sys.argv[0]).absolute()), "--config", str(settings.find_config().absolute())]
    words += ["--rehearse", "desk"] if settings.rehearse else ["desk"]
    icon = icon_for(sys.platform, title=title, words=words, folder=folder, desktop=desktop_folder())
    icon.path.parent.mkdir(parents=True, exist_ok=True)
    if icon.make:
        run_all((icon.make,))
    else:
        icon.path.write_text(icon.text, encoding="utf-8")
        icon.path.chmod(0o755)
    line(f"The icon is there: {icon.path}")
    if sys.platform == "linux":
        tell("Your desktop may ask once whether to trust it: right-click it, and allow launching.")
