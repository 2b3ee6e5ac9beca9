"""How many tenants go first, next, and so on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkpatch.errors import UsageError
from bulkpatch.waves import in_waves, read_waves


@pytest.mark.parametrize(
    ("text", "tenants", "sizes"),
    [
        ("", 3, [3]),
        ("", 0, []),
        ("1", 3, [1, 1, 1]),
        ("1,5%,100%", 20, [1, 1, 18]),
        ("1,10%,100%", 25, [1, 3, 21]),
        ("2, 3 %", 10, [2, 1, 1, 1, 1, 1, 1, 1, 1]),
        ("50%", 5, [3, 2]),
        ("12.5%,100%", 16, [2, 14]),
        ("2.9", 4, [2, 2]),
        ("0.5", 2, [1, 1]),
        ("10", 3, [3]),
    ],
)
def test_waves_are_as_large_as_they_are_written(text: str, tenants: int, sizes: list[int]) -> None:
    """A share is of all tenants and rounded up; the last size is repeated; none is empty."""
    assert [len(wave) for wave in in_waves(range(tenants), read_waves(text))] == sizes


@pytest.mark.parametrize("text", ["0", "1,0", "0%", "-1", "1,,2", "ten", "5%%", "1 2", "1e3", "9999999999"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError):
        read_waves(text)


@given(tenants=st.integers(0, 300), sizes=st.lists(st.sampled_from(["1", "7", "3%", "0.1%", "100%"]), max_size=4))
def test_everybody_is_in_one_wave_in_the_order_of_the_sheet(tenants: int, sizes: list[str]) -> None:
    """None is lost, none comes twice."""
    waves = in_waves(list(range(tenants)), read_waves(",".join(sizes)))

    assert [tenant for wave in waves for tenant in wave] == list(range(tenants))
    assert all(waves)
