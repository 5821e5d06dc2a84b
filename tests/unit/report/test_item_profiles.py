"""What the page and the figure say of item profiles and of their worth."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchprof.report.figures.shares import draw_shares
from benchprof.report.item_profiles import indistinct_line, read_worths, worth_sentence


def test_what_the_page_says() -> None:
    none = [float("nan")] * 3
    rows = [("hidden_states", 0.75, [0.28, 0.15, 0.4], "better", [0.05, -0.03, 0.14], "d"),
            ("importance", 0.7, [0.23, 0.1, 0.35], "better", none, "e"),
            ("words", 0.47, none, "", [-0.23, -0.35, -0.1], "")]  # fmt: skip
    leads = [
        f"less_{base}{end}" for base in ("words", "importance") for end in ("", "_low", "_high")
    ]
    worth = pd.DataFrame(
        [[name, "all", 129, right, *words, *importance, said, reader]
         for name, right, words, said, importance, reader in rows],
        columns=["read_from", "families", "n_items", "accuracy", *leads, "verdict", "reader"],
    )  # fmt: skip
    assert worth_sentence(worth, "hidden_states") == (
        "Read from hidden states, 75% of 129 held-out items get their ability; read from their "
        "words, 47% do. The difference is 28 points (95% interval 15 to 40): better than their "
        "words. The difference to importance is 5 points (95% interval -3 to 14)."
    )
    assert worth_sentence(worth, "importance").endswith("10 to 35): better than their words.")
    assert worth_sentence(worth[1:], "hidden_states").startswith("Nobody has measured")


def test_a_profile_that_cannot_be_told_from_the_mean_is_named() -> None:
    ends = {"a": [(0.5, 0.7), (0.3, 0.5)], "b": [(0.2, 0.9), (0.1, 0.8)]}
    shares = [
        ("s", benchmark, ability, 0.6 if ability == "x" else 0.4, *own)
        for benchmark, both in ends.items()
        for ability, own in zip("xy", both, strict=True)
    ]
    names = ["read_from", "benchmark", "ability", "share", "share_low", "share_high"]
    table = pd.DataFrame(shares, columns=names).assign(n_items=3)
    assert indistinct_line(table).startswith("The profiles of a and b from s cannot be told")
    table.loc[0, ["share", "share_low"]] = 0.9, 0.8
    assert indistinct_line(table).startswith("The profile of b from s cannot be told")
    assert indistinct_line(table[table["benchmark"] == "a"]) == ""


def test_the_heatmap_is_drawn_with_its_numbers(tmp_path: Path) -> None:
    shares = [("m", r, b, a, v, 0, 1, 3, 4) for r in ("hidden_states", "importance")
              for b, vs in (("x_test", (0.75, 0.25)), ("z", (0.1, 0.9)))
              for a, v in zip(("x", "none"), vs, strict=True)]  # fmt: skip
    names = ["model", "read_from", "benchmark", "ability", "share", "share_low", "share_high",
             "n_items", "n_train"]  # fmt: skip
    table = pd.DataFrame(shares, columns=names)
    targets = [tmp_path / f"shares.{form}" for form in ("png", "svg", "csv", "txt")]
    draw_shares(table, targets)
    first = [target.read_bytes() for target in targets]
    draw_shares(table, targets)
    assert [target.read_bytes() for target in targets] == first
    assert pd.read_csv(targets[2], keep_default_na=False).equals(table)
    told = "From importance, the largest share of each row: X test: X 0.75; Z: None 0.90."
    assert told in targets[3].read_text()


def test_a_worth_of_other_items_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "worth.csv"
    rows = [("hidden_states", "d"), ("importance", "e"), ("words", "")]
    pd.DataFrame(rows, columns=["read_from", "reader"]).to_csv(file, index=False)

    def read(**digests: str) -> list[str]:
        readers = {"m": {name: {"digest": own} for name, own in digests.items()}}
        worth = read_worths(readers, {"m": [file]})
        return worth["read_from"].tolist() if len(worth) else []

    assert read(hidden_states="d", importance="x") == ["hidden_states", "words"]
    assert read(importance="e") == ["importance", "words"]
    assert read(hidden_states="e") == []
