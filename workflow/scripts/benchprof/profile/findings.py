"""What the profile of a benchmark says, as numbers and as a sentence made from them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from benchprof.ablation import and_mask_fraction
from benchprof.profile import reason
from benchprof.profile.criteria import CONFIDENCE, SHARE, differs, moves_format
from benchprof.profile.key import ProfileKey
from benchprof.profile.measures import (
    breadth_null,
    effective_number,
    noise_null,
    symmetric_interval,
)
from benchprof.profile.reason import Reason
from benchprof.profile.resampling import Floats
from benchprof.profile.shown import profile_cells

Cells = list[dict[Hashable, Any]]
"""Rows of the AIS table, as far as `USED`."""
USED = ["mask_fraction_value", "ability", "metric", "n", "ais", "ais_low", "ais_high",
        "over_random", "over_others", "q_ais", "q_random", "q_others", "reason_code", "reason",
        "flag_code", "format_unit", "format_change", "format_change_low", "format_change_high",
        "format_change_random", "reason_format"]  # fmt: skip
CONTRASTS = {"random": "random masks", "others": "the other abilities' masks"}
NUMBERS = ["effective", "effective_low", "effective_high", "noise_low", "noise_median",
           "noise_high", "p_noise"]  # fmt: skip


def findings_rows(
    table: pd.DataFrame,
    seed: int,
    resampled: Mapping[ProfileKey, Floats],
    noise: Mapping[ProfileKey, Floats] = MappingProxyType({}),
) -> pd.DataFrame:
    """A row per profile in the metric shown.

    Args:
        table: the AIS table of all models and benchmarks, with q-values and flags.
        seed: of the noise.
        resampled: (resamples, abilities) of each defined profile.
        noise: (draws, abilities) of profiles of right-or-wrong scores; that of others is normal.
    """
    rows = []
    for key, group in profile_cells(table).items():
        cells = group[USED].to_dict("records")
        row: dict[str, Any] = key._asdict()
        row |= {name: cells[0][name] for name in ("mask_fraction_value", "metric", "n")} | {
            "abilities": len(cells)
        }
        row |= _breadth(cells, resampled.get(key), noise.get(key), seed)
        named = {"needed": needed(cells), "hindering": hindering(cells)}
        row |= {kind: _named(own) for kind, own in named.items()}
        row |= {"format_moved": _named(format_moved(named))}
        row |= {"compared": "; ".join(compared(cells))}
        row |= {"broken": sum(cell["flag_code"] != "" for cell in cells)}
        rows.append(row | {"summary": _sentence(row, cells, named)})
    return pd.DataFrame(rows)


def needed(cells: Cells) -> Cells:
    """The abilities without which the model loses, and loses more than under the other masks.

    Both must be significant: a loss that random or other abilities' masks cause as well is no
    effect of the ability. The loss of a model that is broken as a whole is none either. Largest AIS
    first.
    """
    beyond = _beyond(cells, 1)
    losing = [cell for cell in beyond if differs(cell["q_ais"], cell["ais"], 1)]
    return sorted(losing, key=lambda cell: -cell["ais"])


def hindering(cells: Cells) -> Cells:
    """The abilities without which the model does better; as `needed` with the other sign.

    Most negative AIS first.
    """
    beyond = _beyond(cells, -1)
    gaining = [cell for cell in beyond if differs(cell["q_ais"], cell["ais"], -1)]
    return sorted(gaining, key=lambda cell: cell["ais"])


def format_moved(named: Mapping[str, Cells]) -> Cells:
    """The named cells whose format likelihood changes too: their AIS may come from the change of
    format likelihood.

    Args:
        named: the cells of `needed` and `hindering`.
    """
    return [
        cell
        for cells in named.values()
        for cell in cells
        if moves_format(
            cell["format_unit"],
            cell["format_change"],
            cell["format_change_low"],
            cell["format_change_high"],
            cell["format_change_random"],
        )
    ]


def compared(cells: Cells) -> tuple[str, ...]:
    """Which contrasts the masks of a profile have, of `CONTRASTS`.

    Without controls there is no `random`; `others` is missing where there is one ability, or one
    mask for all of them (`core`).
    """
    return tuple(c for c in CONTRASTS if any(cell[f"q_{c}"] >= 0 for cell in cells))


def unnamed(cells: Cells) -> str:
    """Why the masks of a profile can name no ability; empty where they can."""
    contrasts = compared(cells)
    if len(cells) > 1 and "others" not in contrasts:
        return "all of its abilities have the same mask"
    return "" if contrasts else "its mask is compared with no other, random or of an ability"


def in_words(contrasts: Iterable[str]) -> str:
    """What masks are compared with, for a sentence."""
    return " and ".join(CONTRASTS[contrast] for contrast in contrasts)


def _beyond(cells: Cells, sign: int) -> Cells:
    """Cells that speak of an ability and exceed all contrasts made.

    None where nothing is compared, and where all abilities share a mask: nothing then is of one
    ability.

    Args:
        cells: of a profile.
        sign: 1 for a larger AIS, -1 for a smaller.
    """
    contrasts = compared(cells)
    if unnamed(cells):
        return []
    return [
        cell
        for cell in cells
        if not cell["flag_code"]
        and all(differs(cell[f"q_{c}"], cell[f"over_{c}"], sign) for c in contrasts)
    ]


def _breadth(
    cells: Cells, resampled: Floats | None, noise: Floats | None, seed: int
) -> dict[str, Any]:
    """Effective number of abilities with interval and noise, or why there is none."""
    row: dict[str, Any] = dict.fromkeys(NUMBERS, np.nan)
    if cells[0]["reason_code"]:
        return row | {key: cells[0][key] for key in ("reason_code", "reason")}
    profile = np.array([cell["ais"] for cell in cells])
    code = _without_breadth(profile)
    if code:
        return row | Reason.of(code).columns
    value = float(effective_number(profile))
    normal = noise_null(len(profile), seed)["effective_number"]
    null = normal if noise is None else breadth_null(noise)
    row |= {"effective": value, "p_noise": null.share_to(value)}
    row |= dict(zip(["noise_low", "noise_median", "noise_high"], null.quantiles(), strict=True))
    if resampled is not None:
        low, high = symmetric_interval(value, effective_number(resampled), CONFIDENCE)
        row |= {"effective_low": max(1.0, low), "effective_high": min(len(profile) - 1.0, high)}
    return row | Reason.of("").columns


def _without_breadth(profile: Floats) -> str:
    """Why a profile has no effective number of abilities, as a code; empty where it has."""
    if len(profile) == 1:
        return reason.ONE_ABILITY
    return reason.FLAT_PROFILE if np.ptp(profile) == 0 else ""


def _named(cells: Cells) -> str:
    return "; ".join(cell["ability"] for cell in cells)


def _sentence(row: Mapping[str, Any], cells: Cells, named: Mapping[str, Cells]) -> str:
    """One sentence, and one of format likelihood; every number in it is the row's or the cells'."""
    start = (
        f"{row['benchmark']} in {row['model']} ({row['selection']} masks"
        f"{and_mask_fraction(row['mask_fraction_value'])}, {row['metric']}, {row['n']} items)"
    )
    if cells[0]["reason_code"]:
        return f"{start} has no profile: {row['reason']}."
    parts = _needed_in_words(named, cells)
    if named["hindering"]:
        parts.append(
            f"does better without {_with_intervals(named['hindering'])} than intact and than under "
            f"{in_words(compared(cells))}"
        )
    broken = _broken_in_words(row) if row["broken"] else ""
    if not parts:
        # Of models that are all broken nothing else is said.
        parts, broken = [f"has no finding: {broken}"], ""
    if not row["reason_code"]:
        parts.append(_breadth_in_words(row))
    if broken:
        parts.append(broken)
    return f"{start} {'; '.join(parts)}.{_format_in_words(named)}"


def _broken_in_words(row: Mapping[str, Any]) -> str:
    one = row["broken"] == 1
    return (
        f"{row['broken']} of {row['abilities']} ablated models {'is' if one else 'are'} broken as "
        f"a whole, so {'its' if one else 'their'} losses name no ability"
    )


def _needed_in_words(named: Mapping[str, Cells], cells: Cells) -> list[str]:
    """What the profile needs, in words; empty if all models are broken, which is said elsewhere."""
    if unnamed(cells):
        return [f"names no ability, as {unnamed(cells)}"]
    others = in_words(compared(cells))
    if named["needed"]:
        return [f"loses more without {_with_intervals(named['needed'])} than under {others}"]
    broken = sum(cell["flag_code"] != "" for cell in cells)
    if broken == len(cells):
        return []
    no = "no other ability" if broken else "no ability"
    return [f"has {no} whose loss stands out against {others}"]


def _breadth_in_words(row: Mapping[str, Any]) -> str:
    interval = ""
    if np.isfinite(row["effective_low"]):
        interval = f"{row['effective_low']:.1f} to {row['effective_high']:.1f}; "
    return (
        f"its effective number of abilities is {row['effective']:.1f} of {row['abilities']} "
        f"({interval}noise has {row['noise_low']:.1f} to {row['noise_high']:.1f})"
    )


def _format_in_words(named: Mapping[str, Cells]) -> str:
    """What is to say of the format likelihood under the masks that are named; empty where it hardly
    changes.
    """
    sentences, cells = "", [cell for own in named.values() for cell in own]
    unknown = [cell for cell in cells if cell["reason_format"]]
    if moved := format_moved(named):
        sentences += f" Format likelihood moves too: {', '.join(map(_format_change, moved))}."
    if unknown:
        whose = "" if len(unknown) == len(cells) else f" for {_readable(unknown)}"
        why = reason.SENTENCES[unknown[0]["reason_format"]]
        sentences += f" Format likelihood is undefined{whose}: {why}."
    return sentences


def _format_change(cell: Mapping[Hashable, Any]) -> str:
    unit = "of answers" if cell["format_unit"] == SHARE else cell["format_unit"]
    low, high = cell["format_change_low"], cell["format_change_high"]
    change = f"{cell['format_change']:+.2f} {unit}, {low:+.2f} to {high:+.2f}"
    return f"{_readable([cell])} ({change})"


def _readable(cells: Iterable[Mapping[Hashable, Any]]) -> str:
    return ", ".join(str(cell["ability"]).replace("_", " ") for cell in cells)


def _with_intervals(cells: Cells) -> str:
    return ", ".join(
        f"{cell['ability'].replace('_', ' ')} (AIS {cell['ais']:.2f}, "
        f"{cell['ais_low']:.2f} to {cell['ais_high']:.2f})"
        for cell in cells
    )
