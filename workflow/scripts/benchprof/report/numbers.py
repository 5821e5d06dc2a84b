"""Numbers as figures, tables and texts show them."""

from __future__ import annotations


def number(value: float, decimals: int = 2) -> str:
    """A value as figures and tables show it: no minus before zero, infinity as a word."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


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


def interval(low: float, high: float) -> str:
    """An interval in words: "0.10 to 0.35", "0.10 to ∞"."""
    return f"{number(low)} to {number(high)}".replace("inf", "∞")
