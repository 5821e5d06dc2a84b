"""The page of the study, its archives, and tables of a made-up run.

The made-up run has four or eight benchmarks, three abilities and random masks, and a model.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from study.tables import Rules, Tables, joined, read_tables
from tests.conftest import ROOT, made_once
from tests.unit.study.archives import (
    ANSWERS,
    COMPANIONS,
    MODEL,
    RECALL,
    STATE,
    STUDY,
    WRITTEN,
    effects,
    unpack,
    unpack_tar,
)

ABILITIES = ("a", "b", "c")
BENCHMARKS = ("one", "two", "three", "four")
EIGHT = (*BENCHMARKS, "five", "six", "seven", "eight")
QUIET = {
    "ais": 0.0,
    "ais_low": -0.05,
    "ais_high": 0.05,
    "over_random": 0.0,
    "over_random_high": 0.05,
    "over_others": 0.0,
    "q_ais": 1.0,
    "q_random": 1.0,
    "q_others": 1.0,
    "flag_code": "",
    "form_of": "nats",
    "form": 0.0,
    "form_low": -0.1,
    "form_high": 0.1,
    "form_random": 0.0,
    "model_digest": "digest of the model",
    "intact": 0.5,
    "ablated": 0.5,
    "model": "m",
    "headline": True,
    "ablation_of": "mask",
    "reason_code": "",
    "guessing": 0.25,
    "p_guessing": 1e-6,
    "p_guessing_ablated": 1e-6,
}
EFFECT = {"ais": 0.4, "over_random": 0.3, "over_random_high": 0.4, "q_ais": 0.01, "q_random": 0.01}

Cells = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def rules() -> Rules:
    return Rules(
        code=("three", "four"),
        control="two",
        no_items_left="four",
        pairs=(("one", "two"), ("three", "four")),
        labels={"one": ["a"], "two": ["b"], "three": ["c"], "four": ["a", "b"]}
        | {name: ["c"] for name in EIGHT[4:]},
        permutations=2000,
        random_tables=50,
        seed=1,
    )


@pytest.fixture
def tables() -> Callable[..., Tables]:
    def made(
        changed: Cells | None = None,
        effective: dict[str, Any] | None = None,
        p_same: tuple[float, float] = (0.5, 0.5),
        benchmarks: tuple[str, ...] = BENCHMARKS,
    ) -> Tables:
        cells = [
            {"benchmark": benchmark, "ability": ability, "seed": float("nan")}
            | {"mask_digest": f"digest of {ability}", "requests_digest": f"items of {benchmark}"}
            | QUIET
            | (changed or {}).get((benchmark, ability), {})
            for benchmark in benchmarks
            for ability in ABILITIES
        ]
        controls = [
            {"benchmark": benchmark, "ability": "all_abilities", "seed": float(seed)}
            | {"mask_digest": f"digest of {seed}", "requests_digest": f"items of {benchmark}"}
            | QUIET
            | {"ais": level + seed / 10}
            for level, benchmark in enumerate(benchmarks)
            for seed in (1, 2, 3)
        ]
        found = {"effective": 5.0, "effective_low": 4.0, "effective_high": 6.0}
        noise = {"noise_low": 3.0, "noise_high": 4.0}
        findings = [
            {"benchmark": name} | found | noise | (effective or {}).get(name, {})
            for name in benchmarks
        ]
        pair = {"similarity": 0.8, "similarity_low": 0.7, "similarity_high": 0.9, "spearman": 0.2}
        pair |= {"noise_low": 0.6, "noise_high": 0.9}
        similarities = [
            pair | {"benchmark_a": first, "benchmark_b": second, "spearman_p_noise": p}
            for first, second, p in (("one", "two", p_same[0]), ("four", "three", p_same[1]))
        ]
        return Tables(
            pd.DataFrame(cells),
            pd.DataFrame(controls),
            pd.DataFrame(findings).set_index("benchmark"),
            pd.DataFrame({"reliability": 0.5}, index=benchmarks),
            pd.DataFrame(similarities),
        )

    return made


def _in_one_line(name: str) -> str:
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


@pytest.fixture(scope="session")
def report() -> str:
    return _in_one_line("docs/study.md")


@pytest.fixture(scope="session")
def page(report: str) -> str:
    """The report and its details, one after the other."""
    return f"{report} {_in_one_line('docs/study_details.md')}"


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study's archive."""
    return made_once(tmp_path_factory, "study", lambda folder: unpack(STUDY, folder))


@pytest.fixture(scope="session")
def recall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The companions' archive, with the tables of effects made from its records."""

    def make(folder: Path) -> None:
        unpack(RECALL, folder)
        for model in COMPANIONS:
            command = [sys.executable, "-m", "benchprof", "job", str(effects(model))]
            subprocess.run([*command, "--configfile", "config.yaml"], cwd=folder, check=True)

    return made_once(tmp_path_factory, "recall", make)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive with the written answers."""
    return made_once(tmp_path_factory, "written", lambda folder: unpack(WRITTEN, folder))


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """How k was chosen for the paper's masks, and these masks."""
    return made_once(tmp_path_factory, "state", lambda folder: unpack_tar(STATE, folder))


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answers under the paper's masks, in a store, and the tables made from them."""
    return made_once(tmp_path_factory, "answers", lambda folder: unpack_tar(ANSWERS, folder))


@pytest.fixture(scope="session")
def results(unpacked: Path) -> Tables:
    """Qwen's tables."""
    return read_tables(unpacked / "results/profiles", MODEL)


@pytest.fixture(scope="session")
def of_written(written: Path) -> Tables:
    """Qwen's tables of the run with written answers."""
    return read_tables(written / "results/profiles", MODEL)


@pytest.fixture(scope="session")
def all_results(results: Tables, of_written: Tables) -> Tables:
    """Qwen's tables of both archives, joined as they decide."""
    return joined(results, of_written)
