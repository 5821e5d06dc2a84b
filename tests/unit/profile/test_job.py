"""The whole job: tables from records on disk, the same bytes however they are made."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.profile.conftest import NAMES, SETTINGS

from benchprof.errors import InputError
from benchprof.evaluation.record import record_bytes
from benchprof.profile.job import compute_profile

TABLES = (
    "impact",
    "similarity",
    "benchmark_similarity",
    "model_differences",
    "power",
    "reliability",
    "findings",
    "flips",
    "software",
)
OWN = {"x": "x_test"}


@pytest.fixture
def folder(records, tmp_path: Path) -> Path:
    compute_profile(*records(), OWN, SETTINGS, tmp_path / "profiles")
    return tmp_path / "profiles"


def test_every_table_is_there_as_csv_and_parquet(folder: Path) -> None:
    for name in TABLES:
        csv = pd.read_csv(folder / f"{name}.csv")
        assert list(csv.columns) == list(pd.read_parquet(folder / f"{name}.parquet").columns)
        assert len(csv) > 0
    # 2 models, 3 benchmarks, 4 masks and 2 controls, 2 metrics, in the order of the records.
    impact = pd.read_parquet(folder / "impact.parquet")
    assert len(impact) == 2 * 3 * 6 * 2
    order = impact[["model", "benchmark"]].drop_duplicates().to_numpy().tolist()
    assert order == [[model, name] for model in "mn" for name in NAMES]


def test_two_processes_write_the_same_bytes(records, folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    compute_profile(*records(), OWN, SETTINGS, again, processes=2)
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{t}{end}" for t in TABLES for end in (".csv", ".parquet")} | {
        "items.parquet"
    }
    for name in names:
        assert (folder / name).read_bytes() == (again / name).read_bytes(), name


def test_format_likelihood_is_that_of_the_records(records, folder: Path) -> None:
    impact = pd.read_parquet(folder / "impact.parquet")
    rows = impact[(impact["model"] == "m") & (impact["benchmark"] == "first")]
    # The same in both metrics. All choices together have (1 + p) / 2 of the right one's p.
    assert set(rows["metric"]) == {"probability", "acc"}
    intact, sources = records()
    for source in (s for s in sources if (s.model, s.benchmark) == ("m", "first")):
        own = rows[(rows["ability"] == source.ablation.ability)
                   & (rows["seed"].fillna(0) == (source.ablation.seed or 0))]  # fmt: skip
        before, after = (
            np.array(json.loads(path.read_text())["items"]["scores"]["probability"])
            for path in (intact["m", "first"], source.record)
        )
        change = (np.log((1 + after) / 2) - np.log((1 + before) / 2)).mean()
        assert own["format_change"].tolist() == pytest.approx([change] * 2)
        assert ((own["format_change_low"] < change) & (change < own["format_change_high"])).all()
    # Both random controls are matched to all abilities.
    largest = rows[rows["seed"].notna()]["format_change"].abs().max()
    assert set(rows[rows["seed"].isna()]["format_change_random"]) == {largest}
    assert rows[rows["seed"].notna()]["format_change_random"].isna().all()


CODES = {
    "impact": {"ais": "reason_code", "over_random": "reason_random", "p_random": "reason_random",
               "over_others": "reason_others", "q_others": "reason_others", "q_ais": "reason_code",
               "on_target_effect": "reason_on_target"},
    "similarity": {"similarity": "reason_code", "similarity_low": "reason_code"},
    "benchmark_similarity": {"spearman": "reason_code", "similarity_high": "reason_code"},
    "model_differences": {"difference": "reason_code", "difference_high": "reason_code"},
    "power": {"detectable_ais": "reason_code"},
    "reliability": {"reliability": "reason_code"},
    "findings": {"effective": "reason_code", "effective_low": "reason_code"},
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_no_number_is_missing_without_a_code(folder: Path, name: str) -> None:
    table = pd.read_parquet(folder / f"{name}.parquet")
    for number, code in CODES[name].items():
        assert (table[number].isna() == (table[code] != "")).all(), number
        assert table[number].isna().any(), "the run has a benchmark at guessing"


def test_the_item_table_holds_what_the_records_hold(records, folder: Path) -> None:
    items = pd.read_parquet(folder / "items.parquet")
    assert len(items) == 2 * 3 * 6 * 48
    # Probabilities are shown; the first metric that is right or wrong is `acc`.
    assert set(items["metric"]) == {"acc"}
    _, sources = records()
    source = next(
        s for s in sources if (s.model, s.benchmark, s.ablation.ability) == ("m", "second", "x")
    )
    written = json.loads(source.record.read_text())["items"]
    own = items[
        (items["model"] == "m")
        & (items["benchmark"] == "second")
        & (items["ability"] == "x")
        & items["seed"].isna()
    ]
    assert own["ablated"].astype(float).tolist() == written["scores"]["acc"]
    assert own["task"].tolist() == written["task"]
    assert own["digest"].tolist() == written["digest"]
    counterfactuals = pd.read_parquet(folder / "flips.parquet")
    (counted,) = counterfactuals[
        (counterfactuals["model"] == "m")
        & (counterfactuals["benchmark"] == "second")
        & (counterfactuals["ability"] == "x")
        & counterfactuals["seed"].isna()
    ].to_dict("records")
    assert counted["lost"] == (own["flip"] == -1).sum() > 0
    assert counted["gained"] == (own["flip"] == 1).sum()
    assert (counted["n"], counted["intact_right"]) == (48, own["intact"].sum())
    assert (own["flip"] == own["ablated"].astype(int) - own["intact"].astype(int)).all()
    assert set(items["seed"].dropna()) == {1, 2}
    # The table's means are those of the AIS table.
    impact = pd.read_parquet(folder / "impact.parquet")
    row = impact[
        (impact["model"] == "m")
        & (impact["benchmark"] == "second")
        & (impact["ability"] == "x")
        & (impact["metric"] == "acc")
    ].iloc[0]
    assert own["ablated"].mean() == pytest.approx(row["ablated"])
    assert row["clusters"] == 12


def test_a_damaged_record_is_refused_from_another_process(records, tmp_path: Path) -> None:
    intact, sources = records()
    sources[3].record.write_text(sources[3].record.read_text().replace('"n": 48', '"n": 47'))
    with pytest.raises(InputError, match="its digest differs from its content"):
        compute_profile(intact, sources, OWN, SETTINGS, tmp_path / "profiles", processes=2)
    assert not (tmp_path / "profiles").exists()


def test_answers_by_two_versions_of_a_library_are_named(
    records, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No key knows the version: records of both may be compared."""
    intact, sources = records()
    own = next(source for source in sources if source.benchmark == "first")
    record = json.loads(own.record.read_text())
    record["origin"]["made"]["software"]["transformers"] = "5.2"
    content = {key: value for key, value in record.items() if key != "digest"}
    own.record.write_bytes(record_bytes(content))
    compute_profile(intact, sources, OWN, SETTINGS, tmp_path / "profiles")
    (told,) = [text for text in caplog.messages if text.startswith("The answers come")]
    assert told.startswith(
        "The answers come from tokenizers 0.22, transformers 5.1, transformers 5.2"
    )
    # 3 benchmarks, each answered intact, under 4 masks and under 2 random ones.
    rows = pd.read_csv(tmp_path / "profiles/software.csv", dtype={"version": str})
    other = {"m": "n", "n": "m"}[own.model]
    assert sorted(rows.itertuples(index=False, name=None)) == sorted([
        (own.model, "tokenizers", "0.22", 21), (own.model, "transformers", "5.1", 20),
        (own.model, "transformers", "5.2", 1), (other, "tokenizers", "0.22", 21),
        (other, "transformers", "5.1", 21),
    ])  # fmt: skip


def test_a_record_of_another_mask_is_refused(records, tmp_path: Path) -> None:
    intact, sources = records()
    sources[0].record.write_bytes(sources[1].record.read_bytes())
    with pytest.raises(InputError, match="made with the mask"):
        compute_profile(intact, sources, OWN, SETTINGS, tmp_path / "profiles")


def test_two_models_with_other_items_are_not_compared(records, tmp_path: Path) -> None:
    """As where a benchmark's data changed on the Hub between the two evaluations."""
    intact, sources = records()
    later = [intact["n", "second"]]
    later += [own.record for own in sources if (own.model, own.benchmark) == ("n", "second")]
    for path in later:
        record = json.loads(path.read_text())
        record["items"]["digest"][7] = "another document"
        content = {key: value for key, value in record.items() if key != "digest"}
        path.write_bytes(record_bytes(content))
    words = f"{later[0]}: its items are not those of {intact['m', 'second']}"
    with pytest.raises(InputError, match=re.escape(words)):
        compute_profile(intact, sources, OWN, SETTINGS, tmp_path / "profiles")


def test_a_metric_that_no_benchmark_has_is_refused(records, tmp_path: Path) -> None:
    """Before any table is made."""
    misspelt = replace(SETTINGS, metric="acc_nrom")
    with pytest.raises(InputError, match=r"profile\.metric: acc_nrom; expected probability, hea"):
        compute_profile(*records(), OWN, misspelt, tmp_path / "profiles")
    assert not (tmp_path / "profiles").exists()
