"""`performance/hard_cases.py` prints a share for every case that the page on statistics tells."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from performance.hard_cases import OTHERS, main, share, uneven_masks


def test_a_share_is_that_of_what_holds() -> None:
    assert share(400, 1, lambda random: random.random() < 0.5) == pytest.approx(0.5, abs=0.1)
    assert share(10, 1, lambda _: True) == 1


def test_one_mask_that_moves_all_makes_profiles_look_narrow_and_alike() -> None:
    """Half of them hold one ability alone; two of these are equal."""
    one = np.array([1.0, *[1e-6] * OTHERS])
    narrow, similar = uneven_masks(400, one)
    assert narrow == pytest.approx(0.5, abs=0.1)
    assert similar > 0.2
    narrow, similar = uneven_masks(400, np.ones(1 + OTHERS))
    assert max(narrow, similar) < 0.1


def test_the_script_goes_through_every_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(1)
    for name in ("intact", *(f"ability {n}.specific_0.1" for n in range(1 + OTHERS))):
        file = tmp_path / "boolq" / f"{name}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"items": {"scores": {"probability": list(random.random(30))}}}))
    other = tmp_path / "gsm8k/intact.json"
    other.parent.mkdir()
    other.write_text(json.dumps({"items": {"scores": {"exact_match": [1.0]}}}))
    monkeypatch.setattr(sys, "argv", ["x", "--simulations", "20", "--records", str(tmp_path)])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 22
    assert lines[-1].startswith("boolq, 30 items: masks permuted, rejected ")
    shares = [float(number) for line in lines for number in re.findall(r"\b\d\.\d{3}\b", line)]
    assert len(shares) == 29
    assert all(0 <= number <= 1 for number in shares)
