"""What a profile is of, by which all tables of profiles are joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, NamedTuple


class ProfileKey(NamedTuple):
    """What a profile is of. The fields are the columns that name it in a table, in this order."""

    model: str
    benchmark: str
    selection: str
    mask_fraction: str

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> ProfileKey:
        """That of a row of a table."""
        return cls(*(str(row[name]) for name in cls._fields))

    def without(self, column: str) -> tuple[str, ...]:
        """The other columns: what two profiles share that are compared across this one."""
        return tuple(
            value for name, value in zip(self._fields, self, strict=True) if name != column
        )


def pairs_across(
    column: str, profiles: Iterable[ProfileKey]
) -> list[tuple[ProfileKey, ProfileKey]]:
    """Every two profiles that differ in this column alone, in their order."""
    shared = [(profile, profile.without(column)) for profile in profiles]
    return [(one, other) for (one, of_one), (other, of_other) in combinations(shared, 2)
            if of_one == of_other]  # fmt: skip
