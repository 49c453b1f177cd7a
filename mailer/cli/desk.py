"""`mailer desk`: the local page."""

from __future__ import annotations

import click

from mailer.cli.output import line, tell
from mailer.cli.settings import Settings


@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the address; open no browser.")
@click.pass_obj
def desk(settings: Settings, no_browser: bool) -> None:
    """Open the desk: a page in your browser to read the drafts, add a sentence, approve, and send.

    It answers on this computer only, to the one browser that its address lets in, until Ctrl-C. While it is open it
    keeps the schedule, unless `mailer run` does.
    """
    import signal
    import webbrowser

    from mailer.desk import Keeper, listen, make_app, runner_of, serve

    listening, port = listen()
    config_path = settings.find_config()
    app, door = make_app(settings.workspace, config_path, port)
    line(f"The desk is open: {door.link}")
    tell("The address lets one browser in, once. Leave this window open; Ctrl-C closes the desk.")
    if not no_browser:
        webbrowser.open(door.link)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell had them ignored
        signal.signal(number, signal.default_int_handler)
    # A rehearsal keeps no schedule: it would keep the real one from being kept.
    serve(app, listening, None if settings.rehearse else Keeper(runner_of(config_path)))
