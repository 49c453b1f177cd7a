"""A port of this machine alone, and the server on it."""

from __future__ import annotations

import socket

from flask import Flask
from waitress import create_server

from mailer.desk.desk import Desk
from mailer.desk.door import BOOK_LIMIT
from mailer.desk.keeping import Keeper

#: Pages are short and a send runs beside them, so a few threads are plenty for one person.
THREADS = 6
#: What the server takes in, bytes: more than the app allows, so that it is the app that refuses, in a sentence.
TAKEN = 2 * BOOK_LIMIT


def listen() -> tuple[socket.socket, int]:
    """A socket on 127.0.0.1, never on another address, and the free port it got."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, listening.getsockname()[1]


def serve(app: Flask, listening: socket.socket, keeper: Keeper | None) -> None:
    """Answer, and keep the schedule, until Ctrl-C; what is being sent then finishes the emails in hand."""
    server = create_server(
        app, sockets=[listening], threads=THREADS, ident=None, max_request_body_size=TAKEN, expose_tracebacks=False
    )
    desk: Desk = app.extensions["desk"]
    if keeper:
        desk.keep(keeper)
    try:
        server.run()
    finally:
        desk.close()
