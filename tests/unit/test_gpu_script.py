"""`performance/gpu.py` runs with a tiny shape on a processor, and counts as worked out by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from performance.gpu import (
    DATASHEETS,
    SHAPES,
    Figures,
    Questions,
    Speed,
    main,
    needed_bytes,
    needed_operations,
    random_mask,
    random_model,
    scorer_of,
    table,
)

from benchprof.models.anatomy import parameter_count, passed_size, scope_weights

CPU = torch.device("cpu")
TINY = SHAPES["tiny"]


def numbers(value: Any) -> Iterator[float]:
    """All numbers in a JSON value."""
    if isinstance(value, dict):
        for own in value.values():
            yield from numbers(own)
    elif isinstance(value, int | float):
        yield value


def test_every_figure_of_the_tiny_shape_is_finite_and_positive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "figures.json"
    shown = ["--shape", "tiny", "--device", "cpu", "--rounds", "2", "--output", str(file)]
    assert main(shown) == 0
    figures = json.loads(file.read_text(encoding="utf-8"))
    found = list(numbers(figures))
    assert len(found) == 15
    assert all(math.isfinite(number) and number > 0 for number in found)
    assert figures["torch"] == torch.__version__
    assert figures["datasheet"] is None
    out = capsys.readouterr().out
    assert "2,216 parameters in bfloat16" in out
    assert "a mask of 60 entries" in out


def test_operations_and_bytes_by_hand() -> None:
    model = random_model(TINY.model, CPU)
    # A layer: q and o 8x8, k and v 8x4, three MLP matrices 8x16: 192 + 384. Head 64x8.
    # Tokens: 4 questions of 6 and twice 2; read: the end of the context and those 4.
    assert (TINY.questions.tree, TINY.questions.read) == (40, 20)
    # Pairs of a question: 1 + ... + 6 = 21 in the context, twice 7 + 8 in the answers.
    assert TINY.questions.attended == 4 * 51
    # Attention: 2 products of 2 operations, 2 layers, 2 heads of 4.
    operations = 2 * 2 * 576 * 40 + 2 * 512 * 20 + 4 * 16 * 204
    assert needed_operations(model, TINY.questions) == operations
    # bfloat16: layers and head read twice; 768 gradients; as many float32 accumulators twice.
    weights = scope_weights(model, "mlp")
    moved = 2 * 2 * (2 * 576 + 512) + 2 * 768 + 2 * 4 * 768
    assert needed_bytes(model, weights) == moved


def test_the_questions_make_the_tree_that_is_counted() -> None:
    questions = Questions(items=5, context=7, answers=3, answer=1)
    scorer = scorer_of(random_model(TINY.model, CPU))
    prepared = scorer.prepare_tokens(questions.pairs(vocabulary=64))
    # Answers of one token are read at the context's end alone.
    assert prepared.plan.tree_size == questions.tree == 5 * 7
    assert questions.read == 5
    prepared = scorer.prepare_tokens(TINY.questions.pairs(vocabulary=64))
    assert prepared.plan.tree_size == TINY.questions.tree
    read = sum(len(target.places) for group in prepared.targets for target in group)
    assert read == TINY.questions.read
    depths = [row.depths + 1 for group in prepared.plan.groups for row in group.rows]
    assert sum(int(own.sum()) for own in depths) == TINY.questions.attended


def test_the_default_shape_is_llama_3_1_8b() -> None:
    model = random_model(SHAPES["llama-8b"].model, torch.device("meta"))
    assert parameter_count(model) == 8_030_261_248
    assert model.dtype is torch.bfloat16
    weights = scope_weights(model, "mlp")
    in_scope = sum(weight.numel() for weight in weights.values())
    head = 128256 * 4096
    moved = 2 * 2 * (passed_size(model) + head) + (2 + 2 * 4) * in_scope
    assert needed_bytes(model, weights) == moved


def test_a_mask_has_as_many_entries_as_asked_for() -> None:
    weights = scope_weights(random_model(TINY.model, CPU), "mlp")
    mask = random_mask(weights, 100)
    # Six tensors of 128 weights.
    assert sorted(map(len, mask.entries.values())) == [16, 16, 17, 17, 17, 17]
    for places in mask.entries.values():
        assert places.dtype == torch.int32
        assert bool((places[1:] > places[:-1]).all())
        assert int(places[0]) >= 0
        assert int(places[-1]) < 128


def test_the_table_shows_shares_of_both_rooflines() -> None:
    card = "NVIDIA H100 80GB HBM3"
    figures = Figures(
        card=card, torch="2", parameters=8_030_261_248, measured=Speed(8e14, 2.5e12),
        datasheet=DATASHEETS[card], scoring_seconds=2.0, scoring_operations=8 * 10**14,
        importance_seconds=0.5, importance_bytes=10**12, ablation_seconds=0.025,
        ablation_entries=1_000_000, peak_memory=5 * 10**10,
    )  # fmt: skip
    head, _, _, _, scoring, importance, ablation = table(figures).splitlines()
    assert head.startswith(card)
    # 4e14 of 8e14 and of 9.89e14; 2e12 of 2.5e12 and of 3.35e12.
    assert [c.strip() for c in scoring.split("|")[2:-1]] == [
        "400 TFLOP/s", "800 TFLOP/s", "50.0%", "989 TFLOP/s", "40.4%", "50%"
    ]  # fmt: skip
    assert [c.strip() for c in importance.split("|")[2:-1]] == [
        "2 TB/s", "2.5 TB/s", "80.0%", "3.35 TB/s", "59.7%", "70%"
    ]  # fmt: skip
    assert "25 ms" in ablation
    assert "50 ms" in ablation
