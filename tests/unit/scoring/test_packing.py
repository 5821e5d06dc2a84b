"""Packed rows: each token of a tree of sequences is computed once, and their shapes are bounded."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model_types import MORE
from transformers import AutoConfig

from benchprof.scoring.budget import MOST_TOKENS
from benchprof.scoring.dimensions import Dimensions
from benchprof.scoring.packing import pack, unroll
from benchprof.scoring.plan import Group, Plan, Row, batched
from benchprof.scoring.target import assign, fit, halve
from benchprof.scoring.tree import PrefixTree, grow

SMOLLM2 = Dimensions(30, 576, 9, 3, 64, 1536, 49152, 4)

DEFAULTS = [*MORE, "falcon_mamba"]


@pytest.mark.parametrize("model_type", DEFAULTS)
def test_every_type_s_own_configuration_has_sizes(model_type: str) -> None:
    """That of a real model, not a tiny one's, which has more fields than some types declare."""
    config = AutoConfig.for_model(model_type).get_text_config()
    size = Dimensions.of(config, 2)
    assert min(size.layers, size.hidden, size.heads, size.head_size, size.intermediate) > 0


def test_sizes_that_layers_do_not_share_are_the_largest() -> None:
    # Gemma 4's global layers have heads of 512, the others of 256; Gemma 3n's MLPs differ.
    gemma = AutoConfig.for_model("gemma4_text", head_dim=256, global_head_dim=512)
    assert Dimensions.of(gemma, 2).head_size == 512
    gemma = AutoConfig.for_model("gemma3n_text", num_hidden_layers=2, intermediate_size=[8, 16])
    assert Dimensions.of(gemma, 2).intermediate == 16
    # A state space has no heads: one of the whole width.
    mamba = Dimensions.of(AutoConfig.for_model("mamba", hidden_size=64), 2)
    assert (mamba.heads, mamba.head_size) == (1, 64)


sequences = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=14), min_size=1, max_size=40)
lengths = st.integers(2, 24)


def check_rows(tree: PrefixTree, plan: Plan) -> None:
    """Every row holds the whole path of each of its tokens down to what its trunk holds."""
    below: list[set[int]] = []
    for group in plan.groups:
        above = below[group.parent] if group.parent >= 0 else set()
        trunk = set() if group.trunk is None else set(group.trunk.nodes.tolist())
        below.append(above | trunk)
        assert len(below[-1]) == group.base
        for row, cached in [(r, below[-1]) for r in group.rows] + (
            [] if group.trunk is None else [(group.trunk, above)]
        ):
            nodes = row.nodes.tolist()
            assert nodes == sorted(set(nodes))
            for place, node in enumerate(nodes):
                seen = {nodes[j] for j in range(place + 1) if place < row.ends[j]}
                assert cached | seen == set(tree.path(node).tolist())
                assert row.depths[place] == tree.depths[node]


def few_shot(prefix: int, items: int, seed: int = 0) -> list[list[int]]:
    """Items with a question and four choices each, behind a common prefix of tokens."""
    draw = random.Random(seed)
    shots = [draw.randrange(1000) for _ in range(prefix)]
    found = []
    for _ in range(items):
        question = [draw.randrange(1000) for _ in range(draw.randint(15, 60))]
        for _ in range(4):
            found.append(shots + question + [draw.randrange(1000) for _ in range(12)])
    return found


@settings(max_examples=60)
@given(sequences, lengths)
def test_rows_are_closed_and_cover_the_tree(items: list[list[int]], longest: int) -> None:
    tree = grow(items)
    plan = Plan(pack(tree, longest), tree.size, 32)
    check_rows(tree, plan)
    computed = [n for g in plan.groups for r in [*g.rows, g.trunk] if r for n in r.nodes.tolist()]
    assert set(computed) == set(range(tree.size))
    assert plan.tokens == len(computed) >= tree.size


@settings(max_examples=40)
@given(sequences)
def test_plain_rows_are_the_paths_to_the_leaves(items: list[list[int]]) -> None:
    tree = grow(items)
    (group,) = unroll(tree, lambda _: 0)
    rows = {tuple(tree.tokens[row.nodes].tolist()) for row in group.rows}
    kept = {tuple(i) for i in items}
    assert rows == {k for k in kept if not any(o != k and o[: len(k)] == k for o in kept)}


@settings(max_examples=40)
@given(sequences, st.integers(1, 8))
def test_plain_rows_of_two_kinds_are_in_two_groups(items: list[list[int]], most: int) -> None:
    kind_of = lambda length: length > most  # noqa: E731
    tree = grow(items, [kind_of(len(item)) for item in items])
    groups = unroll(tree, kind_of)
    kinds = [{kind_of(len(row)) for row in group.rows} for group in groups]
    assert all(len(kind) == 1 for kind in kinds)
    assert len(groups) == len(set().union(*kinds))
    # Each sequence ends in a row of its own kind.
    for item, leaf in zip(items, tree.leaves, strict=True):
        (own,) = {kind_of(len(r)) for g in groups for r in g.rows if leaf in r.nodes}
        assert own == kind_of(len(item))


@settings(max_examples=40)
@given(sequences, lengths)
def test_every_scored_token_belongs_to_one_row(items: list[list[int]], longest: int) -> None:
    tree = grow(items)
    groups = pack(tree, longest)
    nodes = np.concatenate([tree.path(int(leaf)) for leaf in tree.leaves]).astype(np.int64)
    tokens = np.arange(len(nodes))
    slots = []
    for group, targets in zip(groups, assign(groups, nodes, tokens), strict=True):
        rows = ([] if group.trunk is None else [group.trunk]) + list(group.rows)
        for row, target in zip(rows, targets, strict=True):
            assert row.nodes[target.places[target.rows]].tolist() == nodes[target.slots].tolist()
            assert target.tokens.tolist() == tokens[target.slots].tolist()
            slots += target.slots.tolist()
    assert sorted(slots) == list(range(len(nodes)))


@pytest.mark.parametrize("prefix", [0, 3, 40, 900])
@pytest.mark.parametrize("items", [30, 200])
def test_realistic_benchmarks_compute_at_most_a_tenth_more(prefix: int, items: int) -> None:
    tree = grow(few_shot(prefix, items))
    plan = Plan(pack(tree, MOST_TOKENS["cpu"]), tree.size, MOST_TOKENS["cpu"])
    assert plan.tokens + plan.padding <= 1.10 * tree.size


def test_prefixes_of_subjects_nest_below_a_common_header() -> None:
    header = [7] * 100
    items = [[*header, s, *i] for s in range(3) for i in few_shot(300, 20, seed=s)]
    tree = grow(items)
    groups = pack(tree, 512)
    assert [(g.parent, g.base) for g in groups] == [(-1, 0), (0, 100), *[(1, 401)] * 3]
    check_rows(tree, Plan(groups, tree.size, 1024))


def test_the_choices_behind_a_path_longer_than_a_row_share_it() -> None:
    # An item that is a shot itself gets other shots, which no other item shares.
    path = list(range(300))
    tree = grow([[*path, 1000 + choice, 0, 0] for choice in range(4)])
    (group,) = pack(tree, 256)
    assert [len(row) for row in group.rows] == [tree.size] == [300 + 4 * 3]


def test_a_comb_is_not_computed_quadratically() -> None:
    comb = [[0] * depth + [1] for depth in range(1, 300)]
    tree = grow(comb)
    plan = Plan(pack(tree, 320), tree.size, 1024)
    check_rows(tree, plan)
    assert plan.tokens < 4 * tree.size


def test_batches_keep_to_the_budget_and_to_similar_lengths() -> None:
    rows = [Row(*[np.zeros(n, np.int32)] * 3) for n in (30, 10, 10, 9, 8, 7)]
    sizes = [[len(row) for row in batch] for batch in batched(rows, 30, padded=True)]
    assert sizes == [[30], [10, 10, 9], [8, 7]]
    sizes = [[len(row) for row in batch] for batch in batched(rows, 40, padded=False)]
    assert sizes == [[30, 10], [10, 9, 8, 7]]


def test_estimated_memory_grows_with_batch_path_and_trunk() -> None:
    base = SMOLLM2.peak_bytes(512, 256)
    assert SMOLLM2.peak_bytes(1024, 256) > base
    assert SMOLLM2.peak_bytes(512, 512) > base
    assert SMOLLM2.peak_bytes(512, 256, base=700) > base
    assert SMOLLM2.peak_bytes(512, 256, eager=True) > base


def test_only_plain_rows_are_padded() -> None:
    tree = grow([[1, 2, 3], [4, 5]])
    groups = unroll(tree, lambda _: 0)
    assert Plan(groups, tree.size, 1024, padded=False).padding == 0
    rows = [Row(*[np.zeros(n, np.int32)] * 3) for n in (10, 9, 8)]
    plan = Plan((Group(-1, 0, None, tuple(rows)),), 27, 1024, padded=True)
    assert plan.padding == 1 + 2


def test_rows_keep_to_the_longest_although_pieces_are_large() -> None:
    # Three pieces of 60 tokens do not fit in the two rows of 100 that 180 tokens would need.
    tree = grow([[9, number, *range(58)] for number in range(3)])
    (group,) = pack(tree, 100)
    assert max(len(row) for row in group.rows) <= 100


@settings(max_examples=60)
@given(sequences)
def test_halves_hold_their_paths_and_read_what_the_row_read(items: list[list[int]]) -> None:
    tree = grow(items)
    groups = pack(tree, 1000)
    nodes = np.concatenate([tree.path(int(leaf)) for leaf in tree.leaves]).astype(np.int64)
    tokens = np.arange(len(nodes))
    row, target = groups[0].rows[0], assign(groups, nodes, tokens)[0][0]
    halves = halve(row, target)
    assert (len(halves) == 1) == (len(set(tree.depths.tolist())) == tree.size)
    found = []
    for part, read in halves:
        assert len(part) < len(row) or len(halves) == 1
        check_rows(tree, Plan((Group(-1, 0, None, (part,)),), tree.size, 1000))
        assert part.nodes[read.places[read.rows]].tolist() == nodes[read.slots].tolist()
        assert read.tokens.tolist() == tokens[read.slots].tolist()
        found += read.slots.tolist()
    assert sorted(found) == list(range(len(nodes)))


def test_only_the_piece_with_the_long_path_is_longer() -> None:
    long = [[0, *range(100, 150), choice] for choice in range(2)]
    short = [[0, 1, choice] for choice in range(2, 60)]
    (group,) = pack(grow(long + short), 24)
    lengths = sorted(len(row) for row in group.rows)
    assert lengths[-1] == 53  # the long path and its other choice
    assert lengths[-2] <= 24


@settings(max_examples=60)
@given(sequences, st.integers(2, 30))
def test_rows_are_fitted_unless_a_path_is_longer(items: list[list[int]], longest: int) -> None:
    tree = grow(items)
    groups = pack(tree, 1000)
    nodes = np.concatenate([tree.path(int(leaf)) for leaf in tree.leaves]).astype(np.int64)
    targets = assign(groups, nodes, np.arange(len(nodes)))
    fitted = fit(list(zip(groups[0].rows, targets[0], strict=True)), longest, 0)
    for row, _ in fitted:
        assert len(row) <= max(longest, 2 * (row.depths.max() + 1))
    lengths = [len(row) for row, _ in fitted]
    assert lengths == sorted(lengths, reverse=True)
    slots = np.concatenate([target.slots for _, target in fitted])
    assert sorted(slots.tolist()) == list(range(len(nodes)))


def test_a_row_of_little_more_than_its_path_is_not_cut() -> None:
    tree = grow([[*range(30), 100 + choice] for choice in range(4)])
    groups = pack(tree, 1000)
    targets = assign(groups, np.array([33]), np.array([0]))
    (kept,) = fit(list(zip(groups[0].rows, targets[0], strict=True)), 20, 0)
    assert len(kept[0]) == tree.size
