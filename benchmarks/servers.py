"""The far ends that everybody is measured against: Postfix's smtp-sink, plain, behind TLS, or far away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATH = os.environ["PATH"] + ":/usr/sbin"


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
def line_to(upstream: int, *, round_trip: float = 0.0, certificate: Path | None = None) -> Iterator[int]:
    """A line to a server, so many seconds there and back, perhaps with TLS; its port."""
    port = free_port()
    tls = ["--tls", str(certificate)] if certificate else []
    lines = [sys.executable, "-m", "benchmarks.lines", str(port), str(upstream), "--delay", str(round_trip / 2), *tls]
    with running(*lines, port=port):
        yield port
