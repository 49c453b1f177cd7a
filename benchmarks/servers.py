"""The far ends that everybody is measured against: Postfix's smtp-sink, plain, behind TLS, or far away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

PATH = os.environ["PATH"] + ":/usr/sbin"

#: Neither side of the proxy may hold back a small packet for a larger one.
STUNNEL = """
foreground = quiet
syslog = no
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[smtps]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{upstream}
{side}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(*command: str, port: int) -> Iterator[None]:
    """A program that listens on a port, for as long as the block lasts."""
    process = subprocess.Popen(command, env={**os.environ, "PATH": PATH}, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def sink(keep: Path | None = None) -> Iterator[int]:
    """An smtp-sink, which may keep each mail as a file in a folder; its port."""
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    files = ["-d", f"{keep}/"] if keep else []
    with running("smtp-sink", *user, *files, f"127.0.0.1:{port}", "200", port=port):
        yield port


@contextmanager
def line_to(upstream: int, *, round_trip: float) -> Iterator[int]:
    """A line to a server, so many seconds there and back; its port."""
    port = free_port()
    with running(sys.executable, "-m", "benchmarks.lines", str(port), str(upstream), str(round_trip / 2), port=port):
        yield port


def tls_before(upstream: int, certificate: Path) -> AbstractContextManager[int]:
    """TLS in front of a server that speaks none, ended by stunnel with a key and its certificate; its port."""
    return _stunnel(upstream, f"cert = {certificate}", certificate.parent)


def tls_for(upstream: int, folder: Path) -> AbstractContextManager[int]:
    """A port for a client that speaks no TLS, from which stunnel speaks it to the server behind."""
    return _stunnel(upstream, "client = yes", folder)


@contextmanager
def _stunnel(upstream: int, side: str, folder: Path) -> Iterator[int]:
    port = free_port()
    config = folder / f"stunnel-{port}.conf"
    config.write_text(STUNNEL.format(port=port, upstream=upstream, side=side), encoding="utf-8")
    try:
        with running("stunnel", str(config), port=port):
            yield port
    finally:
        config.unlink()
