"""A port of this machine alone, and the server on it."""

from __future__ import annotations

import socket
import sys

from flask import Flask
from waitress import create_server

from mailer.desk.desk import Desk
from mailer.desk.door import BOOK_LIMIT
from mailer.desk.keeping import Keeper

#: Pages are short and a send runs beside them, so a few threads are plenty for one person.
THREADS = 6
#: What the server takes in, bytes: more than the app allows, so that it is the app that refuses, in a sentence.
TAKEN = 2 * BOOK_LIMIT

#: Seconds a thread may keep the interpreter to itself: a page asks the ledger dozens of times, and each time would wait
#: so long for what is being counted behind it.
TURN = 0.0005


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
    sys.setswitchinterval(TURN)
    try:
        server.run()
    finally:
        desk.close()
