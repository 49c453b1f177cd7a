"""A line of some length: `python -m benchmarks.lines PORT UPSTREAM DELAY`.

A proxy on loopback in a process of its own. It forwards bytes to UPSTREAM, each way DELAY seconds late.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import deque


class Pipe(asyncio.Protocol):
    """One direction's reader; what it hears leaves at the other end `delay` later, in order."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.to: asyncio.Transport | None = None
        self.transport: asyncio.Transport | None = None
        self.late: deque[tuple[float, bytes]] = deque()
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        at = self.loop.time() + self.delay
        self.late.append((at, data))
        self.loop.call_at(at, self.deliver)

    def deliver(self) -> None:
        _, data = self.late.popleft()
        if self.to and not self.to.is_closing():
            self.to.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        if self.to:
            self.loop.call_later(self.delay, self.to.close)


class Front(Pipe):
    """The client's side: opens the upstream connection and ties the two together."""

    def __init__(self, delay: float, upstream: int) -> None:
        super().__init__(delay)
        self.upstream = upstream

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.loop.create_task(self.tie())

    async def tie(self) -> None:
        _, back = await self.loop.create_connection(lambda: Pipe(self.delay), "127.0.0.1", self.upstream)
        self.to, back.to = back.transport, self.transport


async def serve(port: int, upstream: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Front(delay, upstream), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("upstream", type=int)
    parser.add_argument("delay", type=float)
    asked = parser.parse_args()
    asyncio.run(serve(asked.port, asked.upstream, asked.delay))


if __name__ == "__main__":
    main()
