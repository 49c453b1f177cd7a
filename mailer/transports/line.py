"""A connected socket, plain or TLS, in non-blocking mode, which counts what it has handed over."""

from __future__ import annotations

import socket
import ssl

#: Read at once; several replies fit.
_CHUNK = 65536


class Line:
    """Bytes out and in, without ever waiting; an OSError from any method means the line is cut."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)  # noqa: FBT003  the socket module has no keywords
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        #: How many bytes were ever given to `write`, and how many of them the system has taken.
        self.written = 0
        self.handed_over = 0
        self._unsent = memoryview(b"")

    @property
    def is_blocked(self) -> bool:
        """Whether bytes wait for the other side to read."""
        return bool(self._unsent)

    def write(self, data: bytes) -> None:
        """Hand over as much as the system takes now; the rest follows by `flush`."""
        self.written += len(data)
        self._unsent = memoryview(bytes(self._unsent) + data if self._unsent else data)
        self.flush()

    def flush(self) -> None:
        """Hand over what is left, as far as it goes now."""
        try:
            while self._unsent:
                count = self.socket.send(self._unsent)
                self.handed_over += count
                self._unsent = self._unsent[count:]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass

    def read(self) -> bytes | None:
        """What has come, None when nothing did, b"" at the end of the line."""
        try:
            data = self.socket.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        while data and isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
            data += self.socket.recv(_CHUNK)  # decrypted already, so no selector would tell of it
        return data

    def close(self) -> None:
        """Cut the line."""
        self.socket.close()
