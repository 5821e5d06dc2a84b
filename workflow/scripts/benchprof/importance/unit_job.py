"""Importance of units: from what the store keeps of the examples, and computes where it lacks it.

What is kept is either each example's attributions or, where units are knocked out, its losses
without each group of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from benchprof.errors import InputError
from benchprof.importance.attribution_scores import attribution_scores
from benchprof.importance.example import Example, Examples
from benchprof.importance.faults import check_lengths, context_of
from benchprof.importance.knock_out_scores import knock_out_scores
from benchprof.importance.scoring import Scoring
from benchprof.store import Store


def importance_of_units(
    scoring: Scoring,
    examples: Mapping[str, Examples],
    files: Mapping[str, Path],
    folder: Path,
    store: Store,
) -> dict[str, dict[str, torch.Tensor]]:
    """The importance of units by ability, float32, by the names of projections.

    Args:
        scoring: how units are scored.
        examples: of each ability.
        files: each ability's file of items, for messages.
        folder: of the results that the store notes to use its entries.
        store: of what is kept of examples, which gets what it lacks.

    Raises:
        InputError: as `compute_importance` raises it; or no unit explains the effects of groups.
    """
    longest = context_of(scoring.model.folder)
    for name, sample in examples.items():
        check_lengths(longest, files[name], sample.named)
    # Equal examples, which halves or abilities may share, are read once.
    wanted = {
        example.digest: (f"{name}, item {item}", example)
        for name, sample in examples.items()
        for item, example in sample.named
    }
    source = attribution_scores if scoring.groups is None else knock_out_scores
    score = source(scoring, wanted, folder, store)
    scores = {}
    for name, sample in examples.items():
        scores[name] = score(*_by_content(sample))
        if scoring.groups is not None and not any(part.any() for part in scores[name].values()):
            raise _no_unit_left(files[name])
    return scores


def _by_content(sample: Examples) -> tuple[list[Example], list[Example]]:
    """Examples and control items by the digests of the examples, whatever their order in a file."""
    order = sorted(range(len(sample.examples)), key=lambda index: sample.examples[index].digest)
    control_items = [sample.control_items[index] for index in order] if sample.control_items else []
    return [sample.examples[index] for index in order], control_items


def _no_unit_left(file: Path) -> InputError:
    """The error if all coefficients are 0, which no mask can be made from."""
    return InputError(
        f"{file}, with `importance.score: knock_out`",
        "no unit is left that explains the loss without groups",
        "one unit or more",
        "Raise `importance.knock_outs.groups` or `share`, or take more items or another score; "
        "what is done stays in the store.",
    )
