"""One planted model's validation in one process: what several tests of it share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from tests.conftest import ROOT
from tests.evaluating import evaluate_benchmark

from benchprof.data import ABILITY_TASK
from benchprof.evaluation.settings import ModelSettings
from benchprof.generators.planting.items import pool_items
from benchprof.importance.items import TrainItems
from benchprof.importance.job import compute_importance
from benchprof.importance.scoring import Scoring
from benchprof.masks.job import control_classes, draw_controls, select_masks
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.models.anatomy import scope_weights
from benchprof.models.card import read_card
from benchprof.models.loading import load_model
from benchprof.models.preparation import prepare_model
from benchprof.models.scope import Scope
from benchprof.profile.job import compute_profile
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source
from benchprof.run.ablation import ALL_ABILITIES, INTACT, Ablation
from benchprof.run.configuration import Specific
from benchprof.run.configuration.validation import Thresholds
from benchprof.run.layers import read_layers
from benchprof.store import Store
from benchprof.tasks.source import TaskSource
from benchprof.validation.card import neuron_entries, read_forms
from benchprof.validation.job import Planted, Pool, evaluate_blocks, measure_recovery
from benchprof.validation.thresholds import Judgement, Measured, judge

PLANTED = ROOT / "resources/planted"
ABILITIES = list(read_layers([ROOT / "config/planted.yaml"])["abilities"])
OWN = {ability: f"{ability}_test" for ability in ABILITIES}
SEED, SEEDS = 1, (1, 2, 3)
# Of the resampling nothing here depends on.
SETTINGS = ProfileSettings("probability", "chance_corrected", 1000, 0.95, SEED)

Masks = dict[str, Path]


class Validation:
    """The first planted model of a configuration on eleven benchmarks, in one process.

    Args:
        folder: where it happens.
        configuration: name of its file.
        limit: items of an ability's test at most; of a mixture a sample has the shares only about.
    """

    def __init__(self, folder: Path, configuration: str, limit: int | None = None) -> None:
        self.folder = folder
        self.config = read_layers([ROOT / "config" / configuration])
        validation = self.config["validation"]
        self.name = validation["planted"][0]
        self.planted = PLANTED / "models" / self.name
        self.view = validation["selection"], str(validation["fraction"])
        files = {f"{a}_test": self.items(a, "test") for a in ABILITIES}
        files["misled_sums"] = ROOT / self.config["benchmarks"]["misled_sums"]["data"]
        self.sources = {n: TaskSource(file=ABILITY_TASK, data=file) for n, file in files.items()}
        self.limits = dict.fromkeys(files) | dict.fromkeys(OWN.values(), limit)
        self.store = Store(folder / "store")
        self.model = ModelSettings(folder / "model", "float32", "cpu", chat_template=False)
        prepare_model({"folder": str(self.planted)}, self.model.folder, self.store)
        self.digest = read_card(self.model.folder).digest
        self.masks = self._select()
        self.blocks = {a: folder / f"blocks/{a}.safetensors" for a in ABILITIES}
        self.evaluate_blocks()
        self.pool = self._draw_pool() if "draws" in validation else None

    def items(self, ability: str, split: str) -> Path:
        return ROOT / self.config["abilities"][ability]["items"] / f"{split}.jsonl"

    def _draw_pool(self) -> Pool:
        lines = [json.dumps(item.to_json()) for item in pool_items(10)]
        file = self.folder / "pool.jsonl"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return Pool(file, 11, 20)

    def evaluate_blocks(self) -> None:
        self.forms = self.folder / "forms.safetensors"
        self.truth = self.records_of("truth", self.blocks, self.sources)
        card = self.planted / "card.json"
        tasks = {name: (source, self.limits[name]) for name, source in self.sources.items()}
        evaluate_blocks(
            card, self.model, tasks, SEED, self.blocks, self.forms, self.truth, self.store
        )

    def _select(self) -> Masks:
        importance = {a: self.folder / f"importance/{a}.safetensors" for a in ABILITIES}
        items = {a: self.items(a, "train") for a in ABILITIES}
        settings = self.config["importance"]
        compute_importance(
            Scoring(self.model, Scope("mlp"), settings["score"],
                    settings["loss_on"]),
            TrainItems(items, self.config["seed"], settings["limit"]), importance, self.store,
        )  # fmt: skip
        masks = {a: self.folder / f"masks/{a}.safetensors" for a in ABILITIES}
        rule = Specific(**self.config["selections"][self.view[0]])
        select_masks(
            self.model.folder, rule, "model", importance, None,
            {Ablation(a, *self.view): path for a, path in masks.items()},
        )  # fmt: skip
        return masks

    def form_blocks(self) -> Masks:
        """Masks that say they are the abilities', of what writes the abilities' own alphabets."""
        weights = scope_weights(load_model(self.model), "mlp")
        found = {}
        for ability, neurons in read_forms(self.planted / "card.json").items():
            found[ability] = self.folder / f"form_blocks/{ability}.safetensors"
            origin = read_mask(self.masks[ability]).origin
            write_mask(found[ability], Mask(neuron_entries(weights, neurons), origin))
        return found

    def records_of(
        self, name: str, masks: Mapping[str, Path], benchmarks: Mapping[str, Any]
    ) -> dict[str, dict[str, Path]]:
        folder = self.folder / name
        return {b: {s: folder / b / f"{s}.json" for s in (INTACT, *masks)} for b in benchmarks}

    def controls_of(self, masks: Masks, folder: Path) -> Masks:
        """Random masks matched to all of these together, by their names."""
        controls = {f"random {s}": folder / f"{s}.safetensors" for s in SEEDS}
        draw_controls(
            control_classes(self.model, Scope("mlp")),
            {Ablation(a, *self.view): path for a, path in masks.items()},
            {Ablation(ALL_ABILITIES, *self.view, s): controls[f"random {s}"] for s in SEEDS},
        )  # fmt: skip
        return controls

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
        controls = self.controls_of(masks, folder / "controls")
        every = masks | controls
        loaded = {name: read_mask(path) for name, path in every.items()}
        records = self.records_of(f"{name}/records", every, self.sources)
        for benchmark, source in self.sources.items():
            evaluate_benchmark(
                self.model,
                source,
                self.limits[benchmark],
                SEED,
                loaded,
                "zero",
                records[benchmark],
                self.store,
            )
        self.profile(folder, masks, controls, records)
        if change:
            table = pd.read_parquet(folder / "impact.parquet")
            change(table).to_parquet(folder / "impact.parquet")
        pool = self.records_of(f"{name}/pool", masks, ["pool"])["pool"]
        if self.pool:
            source = TaskSource(file=ABILITY_TASK, data=self.pool.items)
            own = {ability: loaded[ability] for ability in masks}
            evaluate_benchmark(self.model, source, None, SEED, own, "zero", pool, self.store)
        judged = {Ablation(a, *self.view): path for a, path in masks.items()}
        measure_recovery(
            {self.name: Planted(self.digest, judged, self.blocks, self.forms, self.truth, pool)},
            [], folder, PLANTED / "composition.json", self.pool, OWN, self.view, SETTINGS, folder,
        )  # fmt: skip
        tables = [
            pd.read_csv(folder / f"{table}.csv", dtype={"fraction": str})
            for table in ("recovery", "coverage", "similarity")
        ]
        accepted = {self.name: {ability: {} for ability in ABILITIES}}
        thresholds = Thresholds.model_validate(self.config["validation"]["thresholds"])
        judgements = judge(Measured(*tables, accepted), [self.name], [], self.view, thresholds)
        return {own.what.removeprefix(f"{self.name}: "): own for own in judgements}

    def profile(
        self, folder: Path, masks: Masks, controls: Masks, records: dict[str, dict[str, Path]]
    ) -> None:
        every = masks | controls
        cells = [
            *((a, None, a) for a in masks),
            *((ALL_ABILITIES, s, f"random {s}") for s in SEEDS),
        ]
        compute_profile(
            {(self.name, benchmark): own[INTACT] for benchmark, own in records.items()},
            [
                Source(self.name, benchmark, Ablation(ability, *self.view, seed), own[state],
                       every[state])
                for benchmark, own in records.items()
                for ability, seed, state in cells
            ],
            OWN, SETTINGS, folder,
        )  # fmt: skip


def failed(judgements: Mapping[str, Judgement]) -> set[str]:
    # Intervals are not judged by eleven draws of twenty items.
    intervals = ("coverage", "farthest miss", "intervals without")
    return {w for w, j in judgements.items() if not j.holds and not w.startswith(intervals)}
