"""What a file of compositions says of a run's benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

from benchprof.validation.composition import read_composition


def test_a_benchmark_needs_the_abilities_that_its_mixture_gives_an_impact(tmp_path: Path) -> None:
    path = tmp_path / "composition.json"
    half = {"mixture": {"x": 0.5, "y": 0.5}, "impact": {"x": 0.5, "y": 0.5, "z": 0}}
    whole = {"mixture": {"z": 1}, "impact": {"x": 0, "y": 0, "z": 1}}
    path.write_text(json.dumps({"half": half, "whole": whole, "of another run": whole}))
    composition = read_composition(path, ["whole", "half"])
    assert composition.needed == {"whole": {"z"}, "half": {"x", "y"}}
    assert composition.mixture == {"whole": {"z": 1}, "half": {"x": 0.5, "y": 0.5}}
