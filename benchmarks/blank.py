"""A Graph that costs as little as can be, so that clients are measured and not the server.

It lists the partners, answers every write with 204 after a latency, and notes when writes came and what the client had
used of the processor by then. No quota, no faults, no checks: for those the simulator is there.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing as mp
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

DONE = b"HTTP/1.1 204 No Content\r\nrequest-id: 11111111-1111-4111-8111-111111111111\r\n\r\n"
ABSENT = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"
PAGE = 100_000
"""Partners in one answer."""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, kw_only=True)
class Seen:
    """What one client did, from its first write to its last."""

    writes: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of processor that the client used in between, its threads included."""
    megabytes: list[float] = field(default_factory=list)
    """The client's resident memory as it went, at every twentieth of the writes."""


class Blank:
    """Serves in a process of its own while it is entered as a context."""

    def __init__(self, ids: Sequence[str], *, latency: float = 0.0) -> None:
        """*latency* is in seconds, and for writes only."""
        self._here, there = mp.Pipe()
        self._process = mp.Process(target=_serve, args=(there, list(ids), latency), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self.url: str = self._here.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    def watch(self, pid: int) -> None:
        """Whose processor time to note."""
        self._here.send(pid)

    def seen(self) -> Seen:
        """What came since the last `watch`."""
        self._here.send(None)
        seen: Seen = self._here.recv()
        return seen


def _serve(pipe: Connection, ids: list[str], latency: float) -> None:
    watched = _Watched(expected=len(ids))

    def told() -> None:
        pid = pipe.recv()
        if pid is None:
            pipe.send(watched.seen)
        else:
            watched.begin(pid)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        pages: list[bytes] = []
        server = await loop.create_server(lambda: _Connection(pages, watched, latency), "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        pages += _pages(ids, url)
        loop.add_reader(pipe.fileno(), told)
        pipe.send(url)
        await server.serve_forever()

    asyncio.run(serve())


def _pages(ids: list[str], url: str) -> list[bytes]:
    """The partners, each page with the address of the one after it."""
    starts = range(0, len(ids), PAGE)
    return [_page(ids[start : start + PAGE], f"{url}/partners/{start // PAGE + 1}") for start in starts[:-1]] + [
        _page(ids[starts[-1] :])
    ]


def _page(ids: list[str], following: str = "") -> bytes:
    told: dict[str, object] = {"value": [{"tenantId": tenant, "inboundTrust": None} for tenant in ids]}
    body = json.dumps({**told, "@odata.nextLink": following} if following else told).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


@dataclass(slots=True, kw_only=True)
class _Watched:
    expected: int
    pid: int = 0
    seen: Seen = field(default_factory=Seen)
    _first: float = 0.0
    _used: float = 0.0

    def begin(self, pid: int) -> None:
        self.pid, self.seen = pid, Seen()

    def write(self) -> None:
        seen = self.seen
        if not seen.writes:
            self._first, self._used = time.perf_counter(), _cpu(self.pid)
        seen.writes += 1
        if seen.writes % max(self.expected // 20, 1) == 0:
            seen.megabytes.append(_resident(self.pid))
        if seen.writes == self.expected:
            seen.seconds, seen.cpu = time.perf_counter() - self._first, _cpu(self.pid) - self._used


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Connection(asyncio.Protocol):
    def __init__(self, pages: list[bytes], watched: _Watched, latency: float) -> None:
        self._pages, self._watched, self._latency = pages, watched, latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self._received = b""
        if not head.startswith(b"GET"):
            self._watched.write()
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, DONE)
            else:
                self._transport.write(DONE)
            return
        *_, room, last = head.split(b" ", 2)[1].split(b"/")
        if last == b"partners":
            self._transport.write(self._pages[0])
        else:
            self._transport.write(self._pages[int(last)] if room == b"partners" and last.isdigit() else ABSENT)


def _length(head: bytes) -> int:
    name = b"content-length:"
    lower = head.lower()
    at = lower.find(name)
    return int(lower[at + len(name) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
