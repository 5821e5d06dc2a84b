"""The people of the benchmarks' texts."""

from __future__ import annotations

from random import Random

NAMES = (
    "Ada", "Boris", "Clara", "Dario", "Elif", "Felix", "Greta", "Hugo", "Irma", "Jonas", "Kira",
    "Luis", "Mira", "Nadia", "Otto", "Paula", "Quentin", "Rosa", "Stefan", "Tilda", "Umar", "Vera",
    "Wanda", "Yusuf",
)  # fmt: skip


def people(random: Random, count: int) -> list[str]:
    """Names of different people, in random order."""
    return random.sample(NAMES, count)
