"""What every ring shares: mocked answers for aiohttp, and a loop whose clock jumps instead of waiting.

The rings: `core` and `properties` (pure), `graph` (the decisions: aioresponses, virtual time), `simulator`, `load`
and `report` (rooms on their own), `run` (the real client over real sockets), `cli` (exit code, streams, files).
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aioresponses import aioresponses
from hypothesis import HealthCheck, settings

# No test fails because the machine is busy.
settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


class MockedResponse(aiohttp.ClientResponse):
    """aioresponses as released does not know an argument of aiohttp 3.14: this fills it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", SimpleNamespace(output_size=0))
        super().__init__(*args, **kwargs)


class GraphMock(aioresponses):
    """Answers in place of Graph."""

    def add(self, url: Any, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("response_class", MockedResponse)
        super().add(url, *args, **kwargs)


@pytest.fixture
def graph() -> Iterator[GraphMock]:
    """Every request of the test goes here."""
    mock = GraphMock()
    with mock:
        yield mock


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits: moves the clock instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which an hour takes no time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Callable[[], Any]]:
    """Give tests marked `virtual_time` the loop whose clock jumps."""
    del config
    marked = item.get_closest_marker("virtual_time") is not None
    return {"virtual": VirtualLoop} if marked else {"real": asyncio.new_event_loop}
