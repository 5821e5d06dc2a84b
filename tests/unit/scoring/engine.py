"""A scorer that is told of its model what `models.family` knows."""

from __future__ import annotations

from typing import Any

from benchprof.models.family import structure_of
from benchprof.scoring.scorer import TreeScorer


def scorer_of(model: Any, tokenizer: Any, **settings: Any) -> TreeScorer:
    return TreeScorer(model, tokenizer, structure_of(model), **settings)
