"""The tables of similarities, computed again from the profiles of the AIS table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import zip_longest

from benchprof.archive.layout import ArchiveError
from benchprof.archive.rows import Row, compare
from benchprof.profile.key import ProfileKey, pairs_across

# The AIS of all abilities; None where undefined.
Profile = list[float | None]
Profiles = Mapping[ProfileKey, Mapping[str, float | None]]


def check_similarities(
    rows: Iterable[tuple[str, Row]], name: str, compared: str, profiles: Profiles
) -> int:
    """Compare each similarity, and which pairs there are; how many rows there are.

    Args:
        rows: of the table, with where each is.
        name: of the table.
        compared: `model` or `benchmark`, the column in which the profiles of a pair differ.
        profiles: AIS by ability, by profile, in the order of the AIS table.

    Raises:
        ArchiveError: names the line and the column that differs, or there are other pairs.
    """
    pairs = pairs_across(compared, profiles)
    for own, both in zip_longest(rows, pairs):
        if own is None or both is None or _pair(own[1], compared) != both:
            raise ArchiveError(f"{name}: other pairs than the AIS table has profiles of, or in "
                               "another order")  # fmt: skip
        where, row = own
        one, other = (profiles[key] for key in both)
        # One order for both, whatever that of the rows.
        abilities = sorted(one)
        if abilities != sorted(other):
            raise ArchiveError(f"{where}: of profiles of different abilities")
        left, right = ([profile[ability] for ability in abilities] for profile in (one, other))
        code = _undefined(left, right)
        found = None if code else similarity(left, right)
        compare(
            row,
            {"abilities": len(abilities), "reason_code": code, "similarity": found},
            where,
        )
    return len(pairs)


def similarity(one: Profile, other: Profile) -> float | None:
    """1 - Jensen-Shannon divergence (base 2) of two min-max normalised profiles; None if flat."""
    shares = []
    for profile in (one, other):
        values = [value for value in profile if value is not None]
        if len(values) < len(profile) or max(values) == min(values):
            return None
        shifted = [value - min(values) for value in values]
        shares.append([value / sum(shifted) for value in shifted])
    parts = [
        p * math.log2(2 * p / (p + q))
        for left, right in (shares, shares[::-1])
        for p, q in zip(left, right, strict=True)
        if p > 0
    ]
    return 1 - min(1.0, max(0.0, sum(parts) / 2))


def _undefined(one: Profile, other: Profile) -> str:
    """The code of why two profiles have no similarity; empty where they have."""
    if None in one or None in other:
        return "undefined_profile"
    if len(one) == 1:
        return "one_ability"
    return "flat_profile" if len(set(one)) == 1 or len(set(other)) == 1 else ""


def _pair(row: Row, compared: str) -> tuple[ProfileKey, ProfileKey]:
    """The two profiles of a row."""
    one, other = (ProfileKey.of({**row, compared: row[f"{compared}_{side}"]}) for side in "ab")
    return one, other
