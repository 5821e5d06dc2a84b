"""Scores of made-up models, and records and masks of them on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.records import record_of_chances, write_record

from benchprof import digests
from benchprof.ablation import Ablation
from benchprof.profile.guessing import Guessing
from benchprof.profile.impact import is_binary
from benchprof.profile.scores import Scores
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source
from benchprof.tensors import write_tensors

SETTINGS = ProfileSettings("probability", "chance_corrected", 500, 0.95, 1)


def ablation(ability: str, seed: int | None = None, mask_fraction: str = "0.001") -> Ablation:
    return Ablation(ability, "contrastive", mask_fraction, seed)


def scores_of(
    ablations: Sequence[Ablation],
    metrics: dict[str, Any],
    *,
    model: str = "m",
    benchmark: str = "b",
    guessing: float = 0.25,
    tasks: Sequence[str] | None = None,
) -> Scores:
    metrics = {name: np.array(values, dtype=float) for name, values in metrics.items()}
    n = next(iter(metrics.values())).shape[1]
    return Scores(
        model=model, benchmark=benchmark, guessing=Guessing(guessing), ablations=tuple(ablations),
        masks=tuple(f"mask of {own.name}" for own in ablations),
        metrics=metrics,
        binary=frozenset(name for name, own in metrics.items() if is_binary(own)),
        tasks=tuple(tasks or ["task"] * n), items=tuple((i, f"digest {i}") for i in range(n)),
        model_digest="model", requests_digest="requests",
        software=Counter(),
    )  # fmt: skip


def losing(lost: int, n: int = 20) -> tuple[list[float], list[float]]:
    """(acc, probability) of n items of which all but two are right, less the `lost` first."""
    right = n - 2
    acc = [0.0] * lost + [1.0] * (right - lost) + [0.0] * 2
    return acc, list(np.linspace(0.5, 0.9, n) * (1 - lost / n))


def scores_losing(ablations: dict[Ablation, int], **named: Any) -> Scores:
    """Scores of a model whose ablations lose so many of twenty items."""
    conditions = [losing(0), *map(losing, ablations.values())]
    acc, probability = zip(*conditions, strict=True)
    return scores_of(list(ablations), {"probability": probability, "acc": acc}, **named)


ABILITIES = ("x", "y", "z", "w")
NAMES = ("first", "second", "x_test")
SOFTWARE = {"tokenizers": "0.22", "transformers": "5.1"}


@pytest.fixture
def records(tmp_path: Path) -> Callable[[], tuple[dict[tuple[str, str], Path], list[Source]]]:
    """Writes the records of two models on three benchmarks: four abilities, two controls.

    `second` has twelve tasks; `x_test` is ability x's held-out test; the model `n` is at guessing
    on `first`.
    """

    def write() -> tuple[dict[tuple[str, str], Path], list[Source]]:
        random = np.random.default_rng(3)
        intact, sources = {}, []
        for model in ("m", "n"):
            for benchmark in NAMES:
                n = 48
                base = 0.25 if (model, benchmark) == ("n", "first") else 0.8
                tasks = [f"task_{i % 12 if benchmark == 'second' else 0}" for i in range(n)]
                chance = random.beta(base * 10, (1 - base) * 10, n)
                path = tmp_path / model / benchmark / "intact.json"
                how: dict[str, Any] = {"tasks": tasks, "model": model, "requests": benchmark,
                                       "made": {"software": SOFTWARE}}  # fmt: skip
                write_record(path, record_of_chances(chance, random, **how))
                intact[model, benchmark] = path
                own = [(ability, None) for ability in ABILITIES]
                for place, (ability, seed) in enumerate([*own, ("all_abilities", 1),
                                                         ("all_abilities", 2)]):  # fmt: skip
                    mask = tmp_path / model / f"{ability}{seed}.safetensors"
                    name = digests.of_value([model, ability, seed])
                    said = {"digest": name, "mask_fraction": "0.001", "n": 1}
                    write_tensors(mask, {"w": torch.zeros(1)}, said)
                    kept = 0.5 if ability == "x" else 1 - 0.05 * place
                    record = path.with_name(f"{ability}{seed}.json")
                    ablated = record_of_chances(chance * kept, random, mask=name, **how)
                    write_record(record, ablated)
                    sources.append(Source(model, benchmark, ablation(ability, seed), record, mask))
        return intact, sources

    return write
