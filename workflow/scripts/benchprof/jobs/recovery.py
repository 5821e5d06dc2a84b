"""The job of the validation: what was recovered of what was planted, and whether it is enough."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import paths
from benchprof.ablation import Ablation
from benchprof.configuration import Folder
from benchprof.errors import InputError
from benchprof.files import write_csv, write_text
from benchprof.jobs.job import Files, Job
from benchprof.run.run import Run


@dataclass(frozen=True)
class CheckRecovery(Job):
    """Hold masks and profiles against what was planted, and stop where too little is recovered."""

    rule = "check_recovery"

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether the configuration has a section `validation`."""
        return super().belongs_to(run) and run.configuration.validation is not None

    @property
    def composition(self) -> Path:
        """What each benchmark is a mixture of, and the AIS that this implies."""
        assert self.run.configuration.validation is not None
        return Path(self.run.configuration.validation.composition)

    @property
    def cards(self) -> dict[str, Path]:
        """The file that says where a model's abilities lie, by model."""
        sources = {name: own.source for name, own in self.run.configuration.models.items()}
        folders = {name: own.folder for name, own in sources.items() if isinstance(own, Folder)}
        return {name: Path(folder, "card.json") for name, folder in folders.items()}

    @property
    def masks(self) -> dict[str, dict[Ablation, Path]]:
        """Every ability's masks, by model."""
        keys = product(self.run.abilities, self.run.selections, self.run.mask_fractions)
        every = [Ablation(*key) for key in keys]
        return {model: {own: paths.mask(model, own) for own in every} for model in self.cards}

    @property
    def inputs(self) -> Files:
        """What was found, and what is true."""
        return {
            "models": [paths.model(model) for model in self.cards],
            "cards": list(self.cards.values()),
            "impact": paths.IMPACT,
            "findings": paths.profile("findings", "parquet"),
            "masks": [path for own in self.masks.values() for path in own.values()],
            "composition": self.composition,
        }

    @property
    def outputs(self) -> Files:
        """The table and the verdict."""
        folder = paths.VALIDATION
        return {"recovery": folder / "recovery.csv", "verdict": folder / "verdict.txt"}

    @property
    def settings(self) -> Any:
        """The code that measures and judges."""
        return {"code": self.code_digest}

    def make(self, threads: int) -> None:
        """Hold masks and profiles against what was planted; stop where too little is recovered."""
        import pandas as pd

        from benchprof.validation.recovery import Planted, recovery_rows
        from benchprof.validation.verdict import judge

        impact = pd.read_parquet(paths.IMPACT)
        findings = pd.read_parquet(paths.profile("findings", "parquet"))
        known = json.loads(self.composition.read_text(encoding="utf-8"))
        truth = {benchmark: known[benchmark]["impact"] for benchmark in self.run.benchmarks}
        rows = [
            recovery_rows(
                Planted(model, card, paths.model(model), self.masks[model]),
                impact,
                findings,
                truth,
                self.run.suite.held_out_test_of,
            )
            for model, card in self.cards.items()
        ]
        recovery = pd.concat(rows, ignore_index=True)
        text, holds = judge(recovery)
        if not holds:
            raise InputError(paths.IMPACT, f"\n{text}", "what was planted to be recovered")
        write_csv(paths.VALIDATION / "recovery.csv", recovery, digits=6)
        write_text(paths.VALIDATION / "verdict.txt", text)
