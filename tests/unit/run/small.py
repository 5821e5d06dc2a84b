"""A small configuration, whose jobs can be counted by hand."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchprof.run.run import Run

WHOLE = {"score": "taylor", "loss_on": "answer"}
"""The section `importance` without halves, which a run without a known mask fraction cannot have.
"""
SMALL: dict[str, Any] = {
    "seed": 1,
    "store": "store",
    "models": {
        name: {"source": {"folder": name}, "dtype": "float32", "device": "cpu"}
        for name in ("m", "n")
    },
    "abilities": {"x": {"items": "items/x"}, "y": {"items": "items/y"}},
    "benchmarks": {
        "x_test": {"ability": "x", "split": "test", "limit": 8},
        "y_test": {"ability": "y", "split": "test"},
        "arc": {"task": "arc_easy"},
    },
    "importance": WHOLE | {"halves": True},
    "scope": "mlp",
    "selections": {"top": {}, "contrastive": {"definition": "sum"}},
    "mask_fractions": [0.01, "calibrated"],
    "calibration": {"mask_fractions": [0.001, 0.01], "items": 10},
    "controls": {"random": {"seeds": [7, 8], "matched_to": "abilities_together"}},
    "profile": {
        "metric": "probability",
        "impact": "absolute",
        "resamples": 200,
        "confidence": 0.95,
    },
}


def small(**sections: Any) -> Run:
    """The run of the small configuration with other sections; None takes one out."""
    return Run.of(copy.deepcopy(SMALL) | sections)


def controls(seeds: list[int], matched_to: str) -> dict[str, Any]:
    return {"random": {"seeds": seeds, "matched_to": matched_to}}


def write_items(folder: Path, split: str, ids: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    plain = {"family": "t", "context": "", "options": ["a", "b"], "answer": 0}
    lines = [json.dumps({"id": name, "question": f"{name}?"} | plain) for name in ids]
    (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
