"""One planted model's validation in one process: what several tests of it share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from tests.conftest import ROOT
from tests.evaluating import evaluate_benchmark

from benchprof.ablation import ALL_ABILITIES, INTACT, Ablation
from benchprof.configuration.layers import read_layers
from benchprof.data import ABILITY_TASK
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.items import TrainItems
from benchprof.importance.job import compute_importance
from benchprof.importance.scoring import Scoring
from benchprof.masks.job import draw_controls, select_masks, weight_classes
from benchprof.masks.rule import Contrastive
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.mask import Mask, read_mask, write_mask
from benchprof.models.preparation import prepare_model
from benchprof.models.scope import Scope
from benchprof.profile.job import compute_profile
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source
from benchprof.store import Store
from benchprof.tasks.source import TaskSource
from benchprof.validation.card import neuron_entries, read_forms
from benchprof.validation.recovery import Planted, recovery_rows
from benchprof.validation.verdict import judge

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
        self.name, *_ = self.config["models"]
        self.planted = PLANTED / "models" / self.name
        (selection,), (mask_fraction,) = self.config["selections"], self.config["mask_fractions"]
        self.view = selection, str(mask_fraction)
        files = {f"{a}_test": self.items(a, "test") for a in ABILITIES}
        files["misled_sums"] = ROOT / self.config["benchmarks"]["misled_sums"]["data"]
        self.sources = {n: TaskSource(file=ABILITY_TASK, data=file) for n, file in files.items()}
        self.limits = dict.fromkeys(files) | dict.fromkeys(OWN.values(), limit)
        self.store = Store(folder / "store")
        self.model = ModelSettings(folder / "model", "float32", "cpu", chat_template=False)
        prepare_model({"folder": str(self.planted)}, self.model.folder, self.store)
        self.masks = self._select()

    def items(self, ability: str, split: str) -> Path:
        return ROOT / self.config["abilities"][ability]["items"] / f"{split}.jsonl"

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
        rule = Contrastive(**self.config["selections"][self.view[0]])
        select_masks(
            self.model.folder, rule, importance,
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
            weight_classes(self.model, Scope("mlp")),
            {Ablation(a, *self.view): path for a, path in masks.items()},
            {Ablation(ALL_ABILITIES, *self.view, s): controls[f"random {s}"] for s in SEEDS},
        )  # fmt: skip
        return controls

    def failed(
        self, name: str, masks: Masks, change: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    ) -> set[str]:
        """Profile under these masks, hold it against the truth, and say which bounds fail.

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
        impact = pd.read_parquet(folder / "impact.parquet")
        return self.failing(folder, masks, change(impact) if change else impact)

    def failing(self, folder: Path, masks: Masks, impact: pd.DataFrame) -> set[str]:
        """Which bounds fail of an AIS table, whose findings lie in a folder."""
        composition = json.loads((PLANTED / "composition.json").read_text())
        recovery = recovery_rows(
            Planted(
                self.name,
                self.planted / "card.json",
                self.model.folder,
                {Ablation(a, *self.view): path for a, path in masks.items()},
            ),
            impact,
            pd.read_parquet(folder / "findings.parquet"),
            {name: composition[name]["impact"] for name in self.sources},
            OWN,
        )
        lines, _ = judge(recovery)
        return {line.split(": ")[1] for line in lines.splitlines() if line.startswith("FAILS")}

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
                Source(self.name, benchmark, Ablation(ability, *self.view, seed), own[condition],
                       every[condition])
                for benchmark, own in records.items()
                for ability, seed, condition in cells
            ],
            OWN, SETTINGS, folder,
        )  # fmt: skip
