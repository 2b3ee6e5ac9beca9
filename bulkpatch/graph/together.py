"""Workers that belong together: they end together, however they end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable


async def together(workers: Iterable[Coroutine[object, object, None]]) -> None:
    """Run *workers* until all are done; when one raises, or we are cancelled, the others are cancelled and awaited."""
    tasks = [asyncio.create_task(worker) for worker in workers]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
