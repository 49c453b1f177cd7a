"""`mailer unsubscribe-server`: the page on which one click leaves, for firms that host it."""

from __future__ import annotations

import click

from mailer.cli.output import tell
from mailer.cli.settings import Settings
from mailer.errors import UsageError

#: A click says far less than so many bytes; more is not taken from anybody.
_LARGEST = 10_000


@click.command("unsubscribe-server")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8067, show_default=True, help="The port to listen on.")
@click.pass_obj
def unsubscribe_server(settings: Settings, host: str, port: int) -> None:
    """Serve the page on which one click leaves (RFC 8058), behind a web server that speaks https."""
    with settings.workspace() as workspace:
        firm = workspace.config.firm
        if not firm.unsubscribe_at:
            raise UsageError(
                "config.yaml names no address for the page.",
                cure="Write `unsubscribe_at: https://…` under `firm:`, and let your web server pass it on to here.",
            )
        import waitress

        from mailer.way_out import way_out

        app = way_out(workspace.ledger, firm.name, now=lambda: workspace.now)
        try:
            server = waitress.create_server(
                app, host=host, port=port, threads=4, ident=None, max_request_body_size=_LARGEST
            )
        except OSError as error:
            why = error.strerror or error
            raise UsageError(f"Nothing can listen on {host}:{port}: {why}.", cure="Choose another --port.") from error
        tell(f"{firm.unsubscribe_at} is answered on {host}:{port}; Ctrl-C ends it.")
        server.run()
