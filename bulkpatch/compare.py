"""Two sheets, tenant by tenant: what one asks for and the other does not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bulkpatch.model import Change, Inherit, TenantId, Value
from bulkpatch.report.wording import show_value

BLANK = "(blank)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disparity:
    """One setting of one tenant that two sheets say differently."""

    path: str
    left: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What sets two sheets apart; tenants in the order of the left sheet, then of the right one."""

    only_left: tuple[Change, ...]
    only_right: tuple[Change, ...]
    differing: Mapping[TenantId, tuple[Disparity, ...]]
    labels: Mapping[TenantId, str]
    same: int

    @property
    def is_same(self) -> bool:
        """Whether both ask for the same of the same tenants."""
        return not (self.only_left or self.only_right or self.differing)


def compare(left: Iterable[Change], right: Iterable[Change]) -> Compared:
    """Hold two sheets against each other."""
    before, after = {c.tenant: c for c in left}, {c.tenant: c for c in right}
    found = {t: _disparities(before[t], after[t]) for t in before if t in after}
    return Compared(
        only_left=tuple(c for t, c in before.items() if t not in after),
        only_right=tuple(c for t, c in after.items() if t not in before),
        differing={t: apart for t, apart in found.items() if apart},
        labels={t: c.label for t, c in {**before, **after}.items()},
        same=sum(not apart for apart in found.values()),
    )


def _disparities(left: Change, right: Change) -> tuple[Disparity, ...]:
    paths = dict.fromkeys((*left.wishes, *right.wishes))
    pairs = ((path, left.wishes.get(path), right.wishes.get(path)) for path in paths)
    return tuple(Disparity(path=path, left=_say(a), right=_say(b)) for path, a, b in pairs if a != b)


def _say(wish: Inherit | Value | None) -> str:
    if wish is None:
        return BLANK
    return show_value(wish.json) if isinstance(wish, Value) else "inherit"
