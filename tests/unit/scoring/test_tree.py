"""The prefix tree of token sequences: its nodes, leaves and subtrees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchprof.scoring.tree import grow

sequences = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=8), min_size=1, max_size=12)


def prefixes(items: list[list[int]]) -> set[tuple[int, ...]]:
    return {tuple(item[: i + 1]) for item in items for i in range(len(item))}


@given(sequences)
def test_nodes_are_the_distinct_prefixes(items: list[list[int]]) -> None:
    tree = grow(items)
    paths = [tuple(tree.tokens[tree.path(node)].tolist()) for node in range(tree.size)]
    assert len(paths) == len(set(paths))
    assert set(paths) == prefixes(items)


@given(sequences, st.randoms())
def test_sequences_of_different_kinds_share_no_node(items: list[list[int]], random: object) -> None:
    kinds = [random.randrange(2) for _ in items]  # type: ignore[attr-defined]
    tree = grow(items, kinds)
    by_kind = [[i for i, of in zip(items, kinds, strict=True) if of == kind] for kind in (0, 1)]
    assert tree.size == sum(len(prefixes(own)) for own in by_kind)
    nodes = [
        {n for leaf, of in zip(tree.leaves, kinds, strict=True) if of == k for n in tree.path(leaf)}
        for k in (0, 1)
    ]
    assert not nodes[0] & nodes[1]


@given(sequences)
def test_leaves_spell_their_sequences(items: list[list[int]]) -> None:
    tree = grow(items)
    for item, leaf in zip(items, tree.leaves, strict=True):
        assert tree.tokens[tree.path(int(leaf))].tolist() == item
        assert tree.depths[leaf] == len(item) - 1


@given(sequences)
def test_subtrees_are_ranges(items: list[list[int]]) -> None:
    tree = grow(items)
    for node in range(tree.size):
        inside = {n for n in range(tree.size) if node in tree.path(n)}
        assert inside == set(range(node, tree.ends[node]))


@given(sequences, st.randoms())
def test_shape_does_not_depend_on_order(items: list[list[int]], random: object) -> None:
    shuffled = items[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = grow(items), grow(shuffled)
    for name in ("tokens", "parents", "depths", "ends"):
        assert getattr(first, name).tolist() == getattr(second, name).tolist()


@given(sequences)
def test_children_partition_a_subtree(items: list[list[int]]) -> None:
    tree = grow(items)
    for node in range(-1, tree.size):
        expected = [n for n in range(tree.size) if tree.parents[n] == node]
        assert tree.children(node) == expected


def test_tokens_above_a_byte_keep_their_order_and_value() -> None:
    tree = grow([[128000, 5], [300, 70000], [2, 1]])
    assert tree.tokens.tolist() == [2, 1, 300, 70000, 128000, 5]


def test_no_sequences_make_an_empty_tree() -> None:
    tree = grow([])
    assert tree.size == 0


def test_an_empty_sequence_is_refused() -> None:
    with pytest.raises(ValueError, match="without a token"):
        grow([[1], []])


def test_a_tail_longer_than_the_path_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 3"):
        grow([[1, 2]]).tail(1, 3)
