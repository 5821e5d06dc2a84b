"""Print what a run's masks do to each ability's items, by the rules of docs/explanation/masks.md.

python docs/mask_criteria.py config/learned_gates.yaml

The statistics use nothing of the library's: records and masks are read, and the model once more for
the neutral text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchprof import paths
from benchprof.abilities.item import CONTROL_ITEMS, read_items
from benchprof.ablation import Ablation, control_owners
from benchprof.data import NEUTRAL_TEXT
from benchprof.evaluation.fields import Record
from benchprof.evaluation.record import read_record
from benchprof.importance.example import Example
from benchprof.importance.loss import text_losses
from benchprof.models.ablation import ablated, in_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.mask import read_mask
from benchprof.models.prepared import PreparedModel
from benchprof.run.run import read_run

Floats = NDArray[np.float64]
RESAMPLES, SEED = 10_000, 2026
SMALLEST_MARGIN = 0.07
"""Of an ability that a mask can be said to spare."""


@dataclass(frozen=True)
class Answers:
    """What one benchmark's items lose under a mask, of shape (items,), float64.

    Attributes:
        excess: by how much the probability of the right option exceeds guessing, intact.
        lost: how much of it the mask takes.
        moved: the largest absolute change of an option's log-share, in nats.
    """

    excess: Floats
    lost: Floats
    moved: Floats

    def loss(self, drawn: NDArray[np.int64]) -> Floats:
        """The share of the margin that is lost, of each row of drawn items."""
        lost: Floats = self.lost[drawn].sum(-1) / self.excess[drawn].sum(-1)
        return lost


def answers(model: str, benchmark: str, ablation: Ablation) -> Answers:
    """Compare two records of the same items."""
    intact = read_record(paths.record(model, benchmark, None))
    masked = read_record(paths.record(model, benchmark, ablation))
    if masked["items"]["digest"] != intact["items"]["digest"]:
        raise ValueError(f"{benchmark}: other items under {ablation.name} than intact")
    before, after = log_shares(intact), log_shares(masked)
    right = np.arange(len(before)), np.array([gold[0] for gold in intact["items"]["gold"]])
    lost = np.exp(before[right]) - np.exp(after[right])
    excess = np.exp(before[right]) - 1 / before.shape[1]
    return Answers(excess, lost, np.abs(after - before).max(axis=1))


def log_shares(record: Record) -> Floats:
    """The log of each option's share of the options' probability, of shape (items, options)."""
    said = np.array([[r[0] for r in own] for own in record["items"]["responses"]])
    return said - np.logaddexp.reduce(said, axis=1, keepdims=True)


def resampled(seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The items, then the items of each resample, each kind of family by itself."""
    generator = np.random.default_rng(SEED)
    kinds = [np.flatnonzero(seen), np.flatnonzero(~seen)]
    draws = [generator.choice(kind, (RESAMPLES, len(kind))) for kind in kinds]
    return np.vstack([np.concatenate(kinds), np.hstack(draws)])


def with_interval(values: Floats) -> str:
    """The first value, and the 95% interval of the others."""
    low, high = np.quantile(values[1:], [0.025, 0.975], method="nearest")
    return f"{values[0]:.2f} ({low:.2f} to {high:.2f})"


def ratio(part: Floats, whole: Floats) -> Floats:
    """The one over the other; where the other is not above 0, infinite if the one is, else 0."""
    return np.divide(part, whole, out=np.where(part > 0, np.inf, 0.0), where=whole > 0)


def criteria(
    ability: str, under: Mapping[str, Answers], seen: NDArray[np.bool_]
) -> Iterator[tuple[str, str]]:
    """What each criterion is about, and its number."""
    own, drawn = under[f"{ability}_test"], resampled(seen)
    loss = own.loss(drawn)
    yield "own loss", with_interval(loss)
    others = {}
    for number, (test, other) in enumerate(under.items()):
        spared = test.endswith("_test") and other is not own
        if spared and other.excess.mean() > SMALLEST_MARGIN:
            count = len(other.excess)
            generator = np.random.default_rng([SEED, number])
            draws = generator.integers(count, size=(RESAMPLES, count))
            others[test] = other.loss(np.vstack([np.arange(count), draws]))
            yield f"loss, {test.removesuffix('_test')}", with_interval(others[test])
    most = np.max([np.zeros_like(loss), *others.values()], axis=0)
    yield "own over the most affected", with_interval(ratio(loss, most))
    first = int(seen.sum())
    families = ratio(own.loss(drawn[:, first:]), own.loss(drawn[:, :first]))
    yield "unseen over seen families", with_interval(families)
    counterfactual, uninformative = (under[f"{ability}_{kind}"] for kind in CONTROL_ITEMS)
    yield "counterfactuals over items", with_interval(ratio(counterfactual.loss(drawn), loss))
    moved = uninformative.moved[drawn].mean(-1) / own.moved[drawn].mean(-1)
    yield "uninformative items' log-shares over items'", with_interval(moved)


def neutral_loss(model: nn.Module, ids: torch.Tensor) -> float:
    """The loss on the neutral text, in nats a token."""
    with torch.no_grad():
        loss = text_losses(model, [Example(ids, torch.arange(len(ids)) > 0)])
    return float(loss.mean()) / (len(ids) - 1)


def main() -> None:
    """Run the command."""
    run = read_run([Path(sys.argv[1])])
    scope = run.configuration.scope
    for name, entry in run.configuration.models.items():
        model = load_model(PreparedModel(paths.model(name), entry.dtype))
        text = load_tokenizer(paths.model(name))(NEUTRAL_TEXT.read_text("utf-8"))
        ids = torch.tensor(text["input_ids"])
        intact = neutral_loss(model, ids)
        for ability, ablation in product(run.abilities, run.ablations):
            if ablation.ability not in control_owners(ability):
                continue
            train = {item.family for item in read_items(run.items(ability, "train"))}
            seen = [item.family in train for item in read_items(run.items(ability, "test"))]
            mask = in_weights(model, read_mask(paths.mask(name, ablation)))
            with ablated(scope_weights(model, scope), mask, "zero"):
                rise = neutral_loss(model, ids) - intact
            under = {b: answers(name, b, ablation) for b in run.benchmarks}
            print(f"\n{name}, {ability}: {ablation.name}\n\n| | |\n|---|--:|")
            for what, number in criteria(ability, under, np.array(seen)):
                print(f"| {what} | {number} |")
            print(f"| neutral text, nats a token | {rise:.3f} |")


if __name__ == "__main__":
    main()
