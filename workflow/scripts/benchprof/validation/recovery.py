"""How far masks and Ability Impact Scores are from what was planted in a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from benchprof.ablation import Ablation
from benchprof.errors import InputError
from benchprof.models.anatomy import scope_weights
from benchprof.models.card import read_card
from benchprof.models.loading import load_model
from benchprof.models.mask import Entries, read_mask
from benchprof.models.prepared import PreparedModel
from benchprof.profile.criteria import CLEAR_EFFECT, is_selective
from benchprof.profile.shown import shown_masks
from benchprof.validation.card import neuron_entries, read_forms, read_planted_card

STALE = (
    "A stale result was reused: delete results/ in this run's folder (`make validate` works in "
    "validation/NAME) and run again. If that does not help, delete store/ in the same folder too."
)
Truth = Mapping[str, Mapping[str, float]]
"""By benchmark and ability, the AIS that the benchmark's mixture of items implies."""


@dataclass(frozen=True)
class Planted:
    """What is known and was made of one model.

    Attributes:
        name: its name.
        card: the file that says where its abilities lie; nowhere in an entangled model.
        folder: the prepared model.
        masks: the abilities' masks.
    """

    name: str
    card: Path
    folder: Path
    masks: Mapping[Ablation, Path]


def recovery_rows(
    model: Planted,
    impact: pd.DataFrame,
    findings: pd.DataFrame,
    truth: Truth,
    held_out_test_of: Mapping[str, str],
) -> pd.DataFrame:
    """A row per selection and mask fraction; docs/reference/file_formats.md describes the columns.

    Args:
        model: the model.
        impact: the AIS table.
        findings: the findings table.
        truth: what the benchmarks' mixtures imply.
        held_out_test_of: the benchmark that is an ability's test split, by ability.

    Raises:
        InputError: the AIS were measured on other weights than the prepared model's.
    """
    cells = _cells(model, impact, findings, truth)
    shares = _shares(model)
    rows = []
    for selection, mask_fraction in dict.fromkeys(
        (own.selection, own.mask_fraction) for own in model.masks
    ):
        own = cells[(cells["selection"] == selection) & (cells["mask_fraction"] == mask_fraction)]
        row: dict[str, Any] = {
            "model": model.name,
            "selection": selection,
            "mask_fraction": mask_fraction,
        }
        row |= {"planted": bool(shares)} | drops(own, held_out_test_of)
        if shares:
            chosen = [
                shares[mask]
                for mask in shares
                if (mask.selection, mask.mask_fraction) == (selection, mask_fraction)
            ]
            row["mask_precision"], row["format_share"] = np.mean(chosen, axis=0)
            row |= errors(own)
        rows.append(row)
    return pd.DataFrame(rows)


def _cells(
    model: Planted, impact: pd.DataFrame, findings: pd.DataFrame, truth: Truth
) -> pd.DataFrame:
    """A model's AIS with what is `expected`, and whether a finding says that it is `needed`."""
    cells = shown_masks(impact)
    cells = cells[cells["model"] == model.name].copy()
    digest = read_card(model.folder).digest
    for other in cells.loc[cells["model_digest"] != digest, "model_digest"]:
        found = f"AIS measured on weights with the digest {other[:12]}"
        expected = f"{digest[:12]}, those of the model as prepared"
        raise InputError(model.name, found, expected, STALE)
    key = ["model", "benchmark", "selection", "mask_fraction"]
    names = findings.set_index(key)["needed"].fillna("").str.split("; ").to_dict()
    places = list(cells[[*key, "ability"]].itertuples(index=False, name=None))
    cells["expected"] = [truth[benchmark][ability] for _, benchmark, _, _, ability in places]
    cells["said"] = [ability in names.get(tuple(own), ()) for *own, ability in places]
    return cells


def _shares(model: Planted) -> dict[Ablation, tuple[float, float]]:
    """Of every mask the share in its ability's block, and that in blocks that write alphabets."""
    neurons = read_planted_card(model.card)
    if not neurons:
        return {}
    weights = scope_weights(load_model(PreparedModel(model.folder, "float32")), "mlp")
    layers = zip(*read_forms(model.card).values(), strict=True)
    writing = [sorted(chain.from_iterable(own)) for own in layers]
    forms = neuron_entries(weights, writing) if writing else {}
    found = {}
    for mask, path in model.masks.items():
        if mask.ability not in neurons:
            known = ", ".join(sorted(neurons))
            raise InputError(model.card, f"no block of {mask.ability}", f"one of {known}")
        entries = read_mask(path).entries
        block = neuron_entries(weights, neurons[mask.ability])
        found[mask] = share_within(entries, block), share_within(entries, forms)
    return found


def share_within(entries: Entries, block: Entries) -> float:
    """Share of a mask's entries that lie in a block."""
    common = sum(
        int(torch.isin(own, block[name]).sum()) for name, own in entries.items() if name in block
    )
    return common / sum(map(len, entries.values()))


def drops(cells: pd.DataFrame, held_out_test_of: Mapping[str, str]) -> dict[str, Any]:
    """What masks take off the abilities' held-out tests, and off others' tests that don't need
    them.

    `others_drop` is that of the worst mask: the mean size of what it adds or takes. `selective`
    says whether every mask takes at least half off its held-out test and none a tenth off the
    others' on average: else a profile is of no one ability.
    """
    tests = cells[cells["benchmark"].isin(list(held_out_test_of.values()))]
    is_own = tests["benchmark"] == tests["ability"].map(dict(held_out_test_of))
    own, others = tests.loc[is_own, "ais"], tests[~is_own & (tests["expected"] <= 0)]
    sides = others["ais"].abs().groupby(others["ability"]).mean()
    least = own.min(skipna=False)
    return {
        "undefined": int(cells["ais"].isna().sum()),
        "own_drop": own.mean(),
        "own_drop_min": least,
        "others_drop": sides.max(),
        "selective": is_selective(least, sides.max()),
    }


def errors(cells: pd.DataFrame) -> dict[str, Any]:
    """RMSE and wrong signs of the AIS, and how often findings name an ability.

    The last two are shares of the cells that don't depend on their ability, and of those that do:
    NaN where there are none.
    """
    clear = cells[cells["expected"].abs() > CLEAR_EFFECT]
    wrong = np.sign(clear["ais"]) != np.sign(clear["expected"])
    depends = cells["expected"] > 0
    return {
        "ais_rmse": float(np.sqrt(((cells["ais"] - cells["expected"]) ** 2).mean(skipna=False))),
        "sign_errors": float(wrong.sum()) if len(clear) else np.nan,
        "false_positives": cells.loc[~depends, "said"].mean(),
        "found": cells.loc[depends, "said"].mean(),
    }
