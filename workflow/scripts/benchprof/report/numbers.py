"""Numbers as figures, tables and texts show them."""

from __future__ import annotations

import math

from benchprof.profile.criteria import SIGNIFICANCE

NONE = "--"


def number(value: float, decimals: int = 2) -> str:
    """A value as figures and tables show it: no minus before zero, signs for missing, infinite."""
    if math.isnan(value):
        return NONE
    text = f"{value:.{decimals}f}".replace("inf", "∞")
    return text if text.strip("-0.") else text.removeprefix("-")


def drawn(value: float, decimals: int = 2) -> str:
    """A value as a picture shows it: with a minus sign, not a hyphen."""
    return NONE if math.isnan(value) else number(value, decimals).replace("-", "\N{MINUS SIGN}")


def number_off(value: float, limit: float, least: int = 2) -> str:
    """A value with as many decimals as it takes not to read as the limit that it is not.

    Args:
        value: what is shown.
        limit: that it is held against.
        least: decimals where these suffice.
    """
    readable = (d for d in range(least, 9) if abs(float(f"{value:.{d}f}")) != limit)
    return number(value, next(readable, least))


def span(least: str, most: str) -> str:
    """The ends of a range in words; where they read the same, one."""
    return least if least == most else f"{least} to {most}"


def interval(low: float, high: float, decimals: int = 2) -> str:
    """An interval in words: "0.10 to 0.35", "0.10 to ∞"."""
    return f"{number(low, decimals)} to {number(high, decimals)}"


def probability(p: float) -> str:
    """A p- or q-value."""
    return "< 0.001" if p < 0.001 else NONE if math.isnan(p) else number_off(p, SIGNIFICANCE, 3)
