"""A validation whose masks, signs or evaluations are wrong must fail: four sabotages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from tests.conftest import ROOT

from benchprof.data import ABILITY_TASK
from benchprof.errors import InputError
from benchprof.evaluation.job import evaluate_benchmark
from benchprof.evaluation.record import INTACT
from benchprof.evaluation.settings import ModelSettings
from benchprof.generators.planting.items import pool_items
from benchprof.importance.job import compute_importance
from benchprof.importance.scoring import Scoring
from benchprof.masks.job import control_classes, draw_controls, select_masks
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.models.preparation import prepare_model, read_card
from benchprof.profile.job import compute_profile
from benchprof.profile.settings import Settings
from benchprof.profile.source import Source
from benchprof.run.ablation import Ablation
from benchprof.store import Store
from benchprof.tasks.source import TaskSource
from benchprof.validation.job import Planted, evaluate_blocks, measure_recovery
from benchprof.validation.thresholds import Judgement, Measured, judge

PLANTED = ROOT / "resources/planted"
CONFIG = yaml.safe_load((ROOT / "config/planted.yaml").read_text(encoding="utf-8"))
ABILITIES = list(CONFIG["abilities"])
MODEL = CONFIG["validation"]["planted"][0]
FRACTION = str(CONFIG["validation"]["fraction"])
VIEW = (CONFIG["validation"]["selection"], FRACTION)
OWN = {ability: f"{ability}_test" for ability in ABILITIES}
# Whole benchmarks: a sample of them has their mixtures only about.
LIMIT, SEED, SEEDS = None, 1, (1, 2, 3)
# Of the resampling nothing here depends on.
SETTINGS = Settings("probability", "chance_corrected", 1000, 0.95, SEED)

Masks = dict[str, Path]


def sources() -> dict[str, TaskSource]:
    files = {f"{a}_test": PLANTED / "abilities" / a / "test.jsonl" for a in ABILITIES}
    files["misled_sums"] = PLANTED / "benchmarks/misled_sums.jsonl"
    return {name: TaskSource(file=ABILITY_TASK, data=file) for name, file in files.items()}


class Validation:
    """One planted model's validation on eleven benchmarks, in one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "store")
        self.model = ModelSettings(folder / "model", "float32", "cpu", False, 1)
        prepare_model({"folder": str(PLANTED / "models" / MODEL)}, self.model.folder, self.store)
        self.digest = read_card(self.model.folder).digest
        self.masks = self._select()
        self.blocks = {a: folder / f"blocks/{a}.safetensors" for a in ABILITIES}
        self.truth = self._records("truth", self.blocks, sources())
        card = PLANTED / "models" / MODEL / "card.json"
        tasks = {name: (source, LIMIT) for name, source in sources().items()}
        evaluate_blocks(card, self.model, tasks, SEED, self.blocks, self.truth, self.store)
        lines = [json.dumps(item.to_json()) for item in pool_items(10)]
        self.pool = folder / "pool.jsonl"
        self.pool.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _select(self) -> Masks:
        importance = {a: self.folder / f"importance/{a}.safetensors" for a in ABILITIES}
        items = {a: PLANTED / "abilities" / a / "train.jsonl" for a in ABILITIES}
        settings = CONFIG["importance"]
        compute_importance(
            Scoring(self.model.folder, "float32", "mlp", None, settings["score"],
                    settings["loss_on"]),
            items, dict.fromkeys(ABILITIES, ()), settings["limit"], CONFIG["seed"], importance,
            self.store,
        )  # fmt: skip
        masks = {a: self.folder / f"masks/{a}.safetensors" for a in ABILITIES}
        select_masks(
            self.model.folder, CONFIG["selections"][VIEW[0]], "model", importance, None,
            {Ablation(a, *VIEW): path for a, path in masks.items()},
        )  # fmt: skip
        return masks

    def _records(
        self, name: str, masks: Mapping[str, Path], benchmarks: Mapping[str, Any]
    ) -> dict[str, dict[str, Path]]:
        folder = self.folder / name
        return {b: {s: folder / b / f"{s}.json" for s in (INTACT, *masks)} for b in benchmarks}

    def judged(
        self, name: str, masks: Masks, change: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    ) -> dict[str, Judgement]:
        """Profile under these masks, hold it against the truth, and judge by what is configured.

        Args:
            name: of the folder below which it happens.
            masks: by ability.
            change: what becomes of the AIS table before it is held against the truth.
        """
        folder = self.folder / name
        controls = {f"random {s}": folder / f"controls/{s}.safetensors" for s in SEEDS}
        draw_controls(
            control_classes(self.model.folder, "float32", "mlp", None),
            {Ablation(a, *VIEW): path for a, path in masks.items()},
            {Ablation("all_abilities", *VIEW, s): controls[f"random {s}"] for s in SEEDS},
        )  # fmt: skip
        every = masks | controls
        loaded = {name: read_mask(path) for name, path in every.items()}
        records = self._records(f"{name}/records", every, sources())
        for benchmark, source in sources().items():
            evaluate_benchmark(
                self.model, source, LIMIT, SEED, loaded, "zero", records[benchmark], self.store
            )
        self.profile(folder, masks, controls, records)
        if change:
            table = pd.read_parquet(folder / "impact.parquet")
            change(table).to_parquet(folder / "impact.parquet")
        pool = self._records(f"{name}/pool", masks, ["pool"])["pool"]
        source = TaskSource(file=ABILITY_TASK, data=self.pool)
        own = {ability: loaded[ability] for ability in masks}
        evaluate_benchmark(self.model, source, None, SEED, own, "zero", pool, self.store)
        measure_recovery(
            {MODEL: Planted(self.digest, self.blocks, self.truth, pool)}, [],
            {(MODEL, Ablation(a, *VIEW)): path for a, path in masks.items()}, folder,
            PLANTED / "composition.json", self.pool, OWN, VIEW, (11, 20), SETTINGS, folder,
        )  # fmt: skip
        tables = [
            pd.read_csv(folder / f"{table}.csv", dtype={"fraction": str})
            for table in ("recovery", "coverage", "similarity")
        ]
        accepted = {MODEL: {ability: {} for ability in ABILITIES}}
        thresholds = CONFIG["validation"]["thresholds"]
        judgements = judge(Measured(*tables, accepted), [MODEL], [], VIEW, thresholds)
        return {judgement.what.removeprefix(f"{MODEL}: "): judgement for judgement in judgements}

    def profile(
        self, folder: Path, masks: Masks, controls: Masks, records: dict[str, dict[str, Path]]
    ) -> None:
        every = masks | controls
        cells = [
            *((a, None, a) for a in masks),
            *(("all_abilities", s, f"random {s}") for s in SEEDS),
        ]
        compute_profile(
            {(MODEL, benchmark): own[INTACT] for benchmark, own in records.items()},
            [
                Source(MODEL, benchmark, Ablation(ability, *VIEW, seed), own[state], every[state])
                for benchmark, own in records.items()
                for ability, seed, state in cells
            ],
            OWN, SETTINGS, folder,
        )  # fmt: skip


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    return Validation(tmp_path_factory.mktemp("validation"))


def failed(judgements: dict[str, Judgement]) -> set[str]:
    # Intervals are not judged by eleven draws of twenty items.
    intervals = ("coverage", "farthest miss", "intervals without")
    return {w for w, j in judgements.items() if not j.holds and not w.startswith(intervals)}


def test_without_sabotage_all_thresholds_hold(validation: Validation) -> None:
    assert failed(validation.judged("honest", validation.masks)) == set()


def test_masks_shifted_by_one_tensor_fail(validation: Validation) -> None:
    shifted = {}
    for ability, path in validation.masks.items():
        mask = read_mask(path)
        names = sorted(mask.entries)
        # All have as many entries.
        entries = {
            after: mask.entries[name]
            for name, after in zip(names, [*names[1:], names[0]], strict=True)
        }
        shifted[ability] = validation.folder / f"shifted/{ability}.safetensors"
        write_mask(shifted[ability], Mask(entries, mask.origin))
    assert {"mask_precision", "own_drop"} <= failed(validation.judged("shift", shifted))


def test_another_ability_s_mask_fails(validation: Validation) -> None:
    one, other, *_ = ABILITIES
    swapped = dict(validation.masks)
    for ability, source in ((one, other), (other, one)):
        # With metadata that lie: a mask that says whose it is is refused where it is applied.
        mask = read_mask(validation.masks[source])
        swapped[ability] = validation.folder / f"swapped/{ability}.safetensors"
        write_mask(swapped[ability], Mask(mask.entries, mask.origin | {"ability": ability}))
    found = failed(validation.judged("swap", swapped))
    assert {"own_drop_min", "ais_rmse"} <= found


def test_a_dropped_sign_fails(validation: Validation) -> None:
    found = validation.judged(
        "sign", validation.masks, lambda table: table.assign(ais=table["ais"].abs())
    )
    assert "sign_errors" in failed(found)


def test_evaluations_of_other_weights_are_refused(validation: Validation, tmp_path: Path) -> None:
    """The model changes after its benchmarks were evaluated, and their records are used again."""
    changed = Validation.__new__(Validation)
    changed.__dict__ |= validation.__dict__ | {"folder": tmp_path}
    folder = tmp_path / "changed"
    shutil.copytree(PLANTED / "models" / MODEL, folder)
    weights = load_file(folder / "model.safetensors")
    weights["model.layers.0.mlp.down_proj.weight"] *= torch.tensor(1.5, dtype=torch.float16)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    store = Store(tmp_path / "store")
    changed.store = store
    changed.model = ModelSettings(tmp_path / "model", "float32", "cpu", False, 1)
    prepare_model({"folder": str(folder)}, changed.model.folder, store)
    changed.digest = read_card(changed.model.folder).digest
    changed.truth = changed._records("truth", changed.blocks, sources())
    changed.blocks = {a: tmp_path / f"blocks/{a}.safetensors" for a in ABILITIES}
    tasks = {name: (source, LIMIT) for name, source in sources().items()}
    card = PLANTED / "models" / MODEL / "card.json"
    evaluate_blocks(card, changed.model, tasks, SEED, changed.blocks, changed.truth, store)
    # The stale model and store are those that the benchmarks are evaluated with.
    changed.model, changed.store = validation.model, validation.store
    with pytest.raises(InputError, match="model_digest"):
        changed.judged("stale", validation.masks)


def test_truth_and_profile_of_other_weights_are_refused(
    validation: Validation, tmp_path: Path
) -> None:
    """All records agree with one another and none with the model as it is prepared now."""
    changed = Validation.__new__(Validation)
    changed.__dict__ |= validation.__dict__ | {"folder": tmp_path, "digest": "of another model"}
    with pytest.raises(InputError, match="as prepared"):
        changed.judged("stale", validation.masks)
