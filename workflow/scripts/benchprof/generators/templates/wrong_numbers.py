"""Wrong numbers beside a right one, from which the right one cannot be told."""

from __future__ import annotations

from random import Random


def corners(answer: int, gaps: tuple[int, int], random: Random) -> tuple[int, int, int]:
    """Three wrong numbers that form a rectangle with the right one.

    The signs are random, so each corner of the same four numbers is as likely to be the answer:
    it is neither the middle one nor the extreme one more often than by chance.
    """
    first, second = (gap * random.choice((-1, 1)) for gap in gaps)
    return answer + first, answer + second, answer + first + second
