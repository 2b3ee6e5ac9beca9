"""The fuzzer's targets hold for what it begins with, so that they do not rot."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_for_its_seeds(name: str) -> None:
    """And for each of them cut in half, and for nothing at all."""
    target = TARGETS[name]
    seeds = list(target.seeds())

    assert seeds
    for seed in (*seeds, *(seed[: len(seed) // 2] for seed in seeds), b""):
        target.test(seed)
