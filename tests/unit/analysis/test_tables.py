"""Where masks lie and what they share, on masks small enough to count on paper."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import tiny_model
from tests.model_types import MORE

from benchprof.analysis.core import by_chance, core_table, holders
from benchprof.analysis.drawing import Drawing
from benchprof.analysis.job import look_at_masks
from benchprof.analysis.location import COLUMNS as LOCATION
from benchprof.analysis.location import location_table, places
from benchprof.analysis.location_heatmap import location_figure
from benchprof.analysis.overlap import COLUMNS as OVERLAP
from benchprof.analysis.overlap import expected_shared, overlap_table
from benchprof.models.anatomy import scope_weights
from benchprof.models.mask import Entries, Mask, write_mask
from benchprof.tensors import TensorFile, write_tensors

GATE, DOWN = "model.layers.0.mlp.gate_proj.weight", "model.layers.10.mlp.down_proj.weight"
SIZES = {GATE: 10, DOWN: 20}
FORMS = ("png", "txt")


def mask(gate: list[int], down: list[int]) -> Entries:
    entries = {GATE: torch.tensor(gate), DOWN: torch.tensor(down)}
    return {name: indices for name, indices in entries.items() if len(indices)}


MASKS = {"b": mask([0, 1, 2], [5]), "a": mask([2], [5, 6, 7]), "c": mask([], [8, 9])}


@pytest.mark.parametrize(
    ("what", "columns", "rows"), [("location", LOCATION, 3 * 2), ("overlap", OVERLAP, 3)]
)
def test_masks_are_looked_at_for_what_is_asked(
    what: str, columns: list[str], rows: int, tmp_path: Path
) -> None:
    """Three masks in two tensors: six places, three pairs."""
    files = {ability: tmp_path / f"{ability}.safetensors" for ability in MASKS}
    for ability, path in files.items():
        write_mask(path, Mask(MASKS[ability], {"mask_fraction": "0.1"}))
    drawing = Drawing("m: top", tmp_path / "m.csv", [tmp_path / f"m.{form}" for form in FORMS])
    look_at_masks(what, files, SIZES, "calibrated", drawing)
    table = pd.read_csv(drawing.csv)
    assert (list(table), len(table)) == (columns, rows)
    picture, caption = drawing.figures
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert caption.read_text().startswith("m: top, mask fraction calibrated (0.1). ")


@pytest.mark.parametrize("family", sorted(MORE))
def test_every_matrix_of_every_family_has_a_place_of_its_own(family: str) -> None:
    weights = scope_weights(tiny_model(family), "all_layers")
    place_of = places(weights)
    assert len(set(place_of.values())) == len(weights)
    # So that the heatmap has a cell for each.
    table = location_table({"a": {}}, dict.fromkeys(weights, 1))
    assert location_figure(table, "").axes


@pytest.mark.parametrize("number", [1, 5, 6, 10, 11])
def test_every_number_of_abilities_has_its_panels(number: int) -> None:
    masks = {f"ability {n}": mask([n], []) for n in range(number)}
    # And the bar of colours.
    assert len(location_figure(location_table(masks, SIZES), "").axes) == number + 1


def test_a_place_is_as_short_as_it_may_be() -> None:
    assert places([DOWN, GATE]) == {DOWN: (10, "down_proj"), GATE: (0, "gate_proj")}
    twice = [f"transformer.h.3.{name}.weight" for name in ("attn.c_proj", "mlp.c_proj", "mlp.c_fc")]
    assert list(places(twice).values()) == [(3, "attn.c_proj"), (3, "mlp.c_proj"), (3, "c_fc")]
    with pytest.raises(ValueError, match="no layer in wte"):
        places(["wte.weight"])


def test_location_counts_every_tensor() -> None:
    table = location_table(MASKS, SIZES)
    rows = [tuple(row) for row in table.itertuples(index=False)]
    # Abilities in the order given; tensors without an entry too.
    assert rows == [
        ("b", 0, "gate_proj", 3, 10, 0.3),
        ("b", 10, "down_proj", 1, 20, 0.05),
        ("a", 0, "gate_proj", 1, 10, 0.1),
        ("a", 10, "down_proj", 3, 20, 0.15),
        ("c", 0, "gate_proj", 0, 10, 0.0),
        ("c", 10, "down_proj", 2, 20, 0.1),
    ]


def test_a_layer_without_matrices_is_an_empty_row() -> None:
    """Attention in layers 2, 5 and 6 alone, as in a hybrid model; half of layer 5 is masked."""
    sizes = {f"model.layers.{layer}.self_attn.q_proj.weight": 10 for layer in (2, 5, 6)}
    masks = {"a": {"model.layers.5.self_attn.q_proj.weight": torch.arange(5)}}
    (image,) = location_figure(location_table(masks, sizes), "").axes[0].get_images()
    shown = np.ma.filled(image.get_array(), np.nan)[:, 0]
    assert shown.tolist() == pytest.approx([0, math.nan, math.nan, 50, 0], nan_ok=True)
    # Five rows of height 1 about the numbers 2 to 6.
    assert tuple(image.get_extent())[2:] == (1.5, 6.5)


def test_overlap_by_hand() -> None:
    table = overlap_table(MASKS, SIZES).set_index(["ability_a", "ability_b"])
    # b and a share gate 2 and down 5, of 4 + 4 - 2 entries; by chance 3*1/10 + 1*3/20 = 0.45.
    assert table.loc[("b", "a"), "shared"] == 2
    assert table.loc[("b", "a"), "jaccard"] == pytest.approx(2 / 6)
    assert table.loc[("b", "a"), "chance"] == pytest.approx(0.45 / 7.55)
    # c has nothing in common with either; by chance with b only in `down`: 1*2/20.
    assert table.loc[("b", "c"), "shared"] == 0
    assert table.loc[("b", "c"), "chance"] == pytest.approx(0.1 / 5.9)
    assert len(table) == 3


def test_what_chance_shares_is_the_mean_of_random_masks() -> None:
    generator = torch.Generator().manual_seed(0)
    shared = [
        len(
            set(torch.randperm(20, generator=generator)[:8].tolist())
            & set(torch.randperm(20, generator=generator)[:5].tolist())
        )
        for _ in range(4000)
    ]
    one, other = {DOWN: torch.arange(8)}, {DOWN: torch.arange(5)}
    # The standard error of the mean is 0.016.
    assert expected_shared(one, other, SIZES) == pytest.approx(sum(shared) / 4000, abs=0.07)


@settings(max_examples=30)
@given(st.lists(st.sets(st.integers(0, 15), min_size=1), min_size=2, max_size=5))
def test_holders_count_each_entry_once(sets: list[set[int]]) -> None:
    masks = [{GATE: torch.tensor(sorted(own))} for own in sets]
    expected = [0] * len(sets)
    for entry in set().union(*sets):
        expected[sum(entry in own for own in sets) - 1] += 1
    assert holders(masks) == expected


def test_core_by_hand(tmp_path: Path) -> None:
    scores = {"x": [9, 8, 7, 0], "y": [9, 0, 8, 7], "z": [9, 8, 0, 7]}
    files = {}
    for ability, own in scores.items():
        path = tmp_path / f"{ability}.safetensors"
        write_tensors(path, {GATE: torch.tensor(own, dtype=torch.float32)}, {})
        files[ability] = TensorFile(path)
    table = core_table(files, {"0.25": 1, "0.5": 2}).set_index("mask_fraction")
    # n = 1: all have entry 0. n = 2: x and z have {0, 1}, y has {0, 2}: entry 1 is held twice.
    assert table.loc["0.25", ["all", "half", "alone"]].tolist() == [1, 1, 0]
    found = table.loc["0.5", ["all", "half", "alone"]].tolist()
    assert found == pytest.approx([1, 1 + 2 / 3, 1 / 3])
    # By chance two others hold an entry with probability 1/4 and 1/2 each.
    chance = ["chance_all", "chance_half", "chance_alone"]
    assert table.loc["0.25", chance].tolist() == pytest.approx([1 / 16, 7 / 16, 9 / 16])
    assert table.loc["0.5", chance].tolist() == pytest.approx([2 / 4, 2 * 3 / 4, 2 / 4])


def test_masks_of_other_sizes_share_by_chance_what_their_sizes_give() -> None:
    """Masks of 1, 2 and 4 of 4 entries: every entry is in the third."""
    held = by_chance([1, 2, 4], 4)
    # In one mask alone: none of the first two's, and of the third's those in neither.
    alone = 4 * (3 / 4) * (2 / 4)
    every = (1 + 2 + 4) / 3
    in_all = 1 * 2 / 4
    assert held == pytest.approx([alone / 3, every - alone / 3 - in_all, in_all])
    assert by_chance([3, 3], 10) == pytest.approx([3 * 0.7, 3 * 0.3])


def test_core_of_masks_with_less_than_n_above_zero(tmp_path: Path) -> None:
    files = {}
    for ability, own in {"x": [9, 8, -7, -1], "y": [9, -8, -7, 0]}.items():
        path = tmp_path / ability
        write_tensors(path, {GATE: torch.tensor(own, dtype=torch.float32)}, {})
        files[ability] = TensorFile(path)
    (row,) = core_table(files, {"0.75": 3}).to_dict("records")
    # x has entries 0 and 1, y has entry 0.
    assert [row[name] for name in ("n", "all", "alone")] == [1.5, 1, 0.5]
