"""When a run stops by itself."""

from __future__ import annotations

import pytest

from bulkpatch.graph.circuit import Circuit

FAULTS, FORBIDDEN = 20, 5


def test_the_fifth_403_before_anything_was_accepted_is_everybodys() -> None:
    """The permission is missing: asking for the other tenants only makes noise."""
    circuit = Circuit(healthy_at=0.0)

    assert [circuit.refused_permission() for _ in range(FORBIDDEN)] == [False] * (FORBIDDEN - 1) + [True]


def test_after_an_accepted_write_a_403_is_the_tenants_own_for_longer() -> None:
    """Four times as many in a row, and every accepted write starts the count anew."""
    circuit = Circuit(healthy_at=0.0)
    few = [circuit.refused_permission() for _ in range(FORBIDDEN - 1)]
    circuit.granted()

    many = [circuit.refused_permission() for _ in range(FORBIDDEN * 4)]

    assert not any(few)
    assert many == [False] * (FORBIDDEN * 4 - 1) + [True]


@pytest.mark.parametrize(("throttled", "patience"), [(False, 60.0), (True, 300.0)])
def test_faults_stop_the_run_only_when_many_and_for_long(throttled: bool, patience: float) -> None:
    """Either alone passes by itself: a gateway that restarts, or a burst."""
    burst, long = Circuit(healthy_at=100.0), Circuit(healthy_at=100.0)
    early = [burst.faulty(100.0 + patience - 0.1, throttled=throttled) for _ in range(FAULTS * 2)]
    late = [long.faulty(100.0 + patience, throttled=throttled) for _ in range(FAULTS)]

    assert not any(early)
    assert late == [False] * (FAULTS - 1) + [True]


def test_a_healthy_answer_starts_the_count_and_the_clock_anew() -> None:
    """Whatever came before it."""
    circuit = Circuit(healthy_at=0.0)
    before = [circuit.faulty(10.0) for _ in range(FAULTS - 1)]
    circuit.healthy(100.0)
    after = [circuit.faulty(160.0) for _ in range(FAULTS)]

    assert not any(before)
    assert after == [False] * (FAULTS - 1) + [True]
