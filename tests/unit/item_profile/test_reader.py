"""Readers against mixtures that are known, and the bootstrap of their shares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchprof.item_profile import share
from benchprof.item_profile.reader import (
    Reader,
    Settings,
    at_unit_length,
    chosen_reader,
    log_loss,
    ridge_scores,
)
from benchprof.item_profile.share import resampled_train, share_table
from benchprof.item_profile.similarity import similarity_table
from benchprof.profile.resampling import Floats

SETTINGS = Settings(0.01, 0.1)
LABELS = np.repeat([0, 1, 2], 6)


def clusters(seed: int, labels: Floats | list[int], noise: float = 0.05) -> Floats:
    """Vectors of 20 neurons near three directions that are at right angles."""
    generator = np.random.default_rng(seed)
    centres = np.kron(np.eye(3), np.ones((1, 7)))[:, :20]
    return np.abs(centres[np.asarray(labels)] + noise * generator.normal(size=(len(labels), 20)))


def products(train: Floats, others: Floats) -> tuple[Floats, Floats]:
    both = np.concatenate([train, others])
    every = at_unit_length(both @ both.T)
    return every[: len(train), : len(train)], every[len(train) :, : len(train)]


def test_ridge_scores_are_linear_in_a_mixture_of_two_items() -> None:
    # With equal clusters and hardly any penalty, the scores of 0.6 a + 0.4 b are 0.6 and 0.4.
    train = clusters(0, LABELS, noise=0.0)
    mixed = 0.6 * train[:1] + 0.4 * train[6:7]
    scores = ridge_scores(train @ train.T, mixed @ train.T, LABELS, 3, 1e-6)
    assert scores[0] == pytest.approx([0.6, 0.4, 0], abs=1e-3)


def test_a_benchmark_of_known_shares_gets_them() -> None:
    """Six of ten items are of the first class, four of the second."""
    right = [0] * 6 + [1] * 4
    train, others = products(clusters(1, LABELS), clusters(2, right))
    reader = Reader(LABELS, 3, Settings(0.01, 0.01))
    table = share_table(reader, ["a", "b", "none"], train, {"mixed": others}, seed=1)
    assert table["share"].to_numpy() == pytest.approx([0.6, 0.4, 0], abs=0.03)
    assert ((table["share_low"] <= table["share"]) & (table["share"] <= table["share_high"])).all()
    assert table["share_high"][0] > 0.7 > table["share_low"][0]
    assert table[["n_items", "n_train"]].to_numpy().tolist() == [[10, 6]] * 3


def test_settings_are_chosen_by_the_log_loss_on_calibration_items() -> None:
    right = np.array([0, 1, 2] * 5)
    train, others = products(clusters(1, LABELS), clusters(3, right))
    reader, loss = chosen_reader(train, others, LABELS, right, 3)
    assert loss == pytest.approx(log_loss(reader.shares(train, others), right))
    worse = Reader(LABELS, 3, SETTINGS)
    assert loss < log_loss(worse.shares(train, others), right)
    assert log_loss(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1])) == pytest.approx(
        (np.log(2) + np.log(4 / 3)) / 2
    )


@given(items=arrays(np.float64, (4, 20), elements=st.floats(0, 100)))
def test_shares_are_shares(items: Floats) -> None:
    train, others = products(clusters(1, LABELS), items)
    shares = Reader(LABELS, 3, SETTINGS).shares(train, others)
    assert (shares >= 0).all()
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))


def test_the_bootstrap_is_the_same_again_and_does_not_depend_on_other_benchmarks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(share, "RESAMPLES", 40)
    train, others = products(clusters(1, LABELS, 0.5), clusters(2, [0, 1, 2, 2] * 4, 0.5))
    reader = Reader(LABELS, 3, SETTINGS)
    sets = {"one": others[:7], "two": others[7:]}
    both = share_table(reader, "abc", train, sets, seed=1)
    assert both.equals(share_table(reader, "abc", train, sets, seed=1))
    alone = share_table(reader, "abc", train, {"two": others[7:]}, seed=1)
    assert both[both["benchmark"] == "two"].reset_index(drop=True).equals(alone)
    assert not both.equals(share_table(reader, "abc", train, sets, seed=2))


def test_train_items_are_drawn_within_their_class() -> None:
    drawn = resampled_train(LABELS, np.random.default_rng(0))
    assert LABELS[drawn].tolist() == LABELS.tolist()
    assert len({*drawn.tolist()}) < len(drawn)


def test_similarity_of_profiles_by_hand() -> None:
    rows = [("s", "m", "x", [1.0, 0.0]), ("s", "m", "y", [0.0, 1.0]), ("s", "n", "x", [1.0, 0.0]),
            ("i", "m", "x", [1.0, 0.0])]  # fmt: skip
    shares = pd.DataFrame(
        [
            (*names, ability, value)
            for *names, values in rows
            for ability, value in zip("ab", values, strict=True)
        ],
        columns=["read_from", "model", "benchmark", "ability", "share"],
    )
    # Nothing in common is 0, the same 1. n's x and m's y differ in both and are no pair, and what
    # is read from something else is compared with nothing.
    assert similarity_table(shares).to_numpy().tolist() == [
        ["s", "m", "x", "m", "y", 0.0],
        ["s", "m", "x", "n", "x", 1.0],
    ]
