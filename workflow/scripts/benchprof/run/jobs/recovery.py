"""Jobs of the validation: what was recovered of what was planted, and whether it is enough.

Only with `validation` in the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import codebase
from benchprof.profile.settings import ProfileSettings
from benchprof.run import paths
from benchprof.run.ablation import Ablation
from benchprof.run.jobs.job import Files
from benchprof.run.jobs.planted import (
    POOL,
    AcceptModel,
    AnswerPool,
    EvaluateBlocks,
    OfValidation,
)
from benchprof.run.jobs.profile import described, profile_settings

VERDICT = paths.VALIDATION / "verdict.txt"
RECOVERY = ("recovery", "cells", "masks", "coverage", "similarity")
"""Names of the tables."""


@dataclass(frozen=True)
class MeasureRecovery(OfValidation):
    """Hold masks and Ability Impact Scores against what was planted."""

    rule = "measure_recovery"

    @property
    def planted(self) -> dict[str, EvaluateBlocks]:
        """What is known of each planted model."""
        return {model: EvaluateBlocks(self.run, model) for model in self.validation.planted}

    @property
    def masks(self) -> dict[tuple[str, Ablation], Path]:
        """Every ability's mask of the planted models."""
        run = self.run
        keys = product(self.validation.planted, run.abilities, run.selections, run.ks)
        every = [(model, Ablation(ability, s, k)) for model, ability, s, k in keys]
        return {(model, own): paths.mask(model, own) for model, own in every}

    @property
    def answers(self) -> Mapping[str, Mapping[str, Path]]:
        """The records of the pool by model and ability; none without a pool."""
        pool = {own.model: own.answers for own in AnswerPool.all_of(self.run)}
        return {model: pool.get(model, {}) for model in self.planted}

    @property
    def profile(self) -> ProfileSettings:
        """How scores become AIS."""
        return profile_settings(self.run)

    @property
    def composition(self) -> Path:
        """What each planted benchmark is a mixture of."""
        return Path(self.validation.composition)

    @property
    def folder(self) -> Path:
        """The folder of the tables and the figure."""
        return paths.VALIDATION

    @property
    def inputs(self) -> Files:
        """What was found, and what is true."""
        known = self.planted.values()
        states = [records for own in known for records in own.truth.values()]
        return {
            "models": [own.folder for own in known],
            "impact": paths.IMPACT,
            "findings": paths.profile("findings", "parquet"),
            "similarity": paths.SIMILARITY,
            "pool": [POOL] if self.validation.items_of_each_kind else [],
            "forms": [own.forms for own in known],
            "blocks": [path for own in known for path in own.blocks.values()],
            "truth": [path for records in states for path in records.values()],
            "answers": [path for own in self.answers.values() for path in own.values()],
            "masks": list(self.masks.values()),
            "composition": self.composition,
        }

    @property
    def outputs(self) -> Files:
        """Tables and a figure."""
        tables = {name: self.folder / f"{name}.csv" for name in RECOVERY}
        forms = {"figure": "png", "svg": "svg", "caption": "txt"}
        return tables | {own: self.folder / f"recovery.{form}" for own, form in forms.items()}

    @property
    def settings(self) -> Any:
        """The section `validation` without its thresholds, the profile's settings, the code."""
        values = self.run.values["validation"].items()
        return {
            "validation": {k: v for k, v in values if not k.startswith("thresholds")},
            "profile": described(self.run),
            "code": [codebase.digest_of("profile"), codebase.digest_of("recovery")],
        }


@dataclass(frozen=True)
class CheckRecovery(OfValidation):
    """Stop where a validation is below its thresholds; say which."""

    rule = "check_recovery"

    @property
    def tables(self) -> dict[str, Path]:
        """What was measured."""
        names = ("recovery", "coverage", "similarity")
        return {name: paths.VALIDATION / f"{name}.csv" for name in names}

    @property
    def acceptance(self) -> dict[str, Path]:
        """Whether each planted model holds what was planted; none where it is not demanded."""
        demanded = self.validation.planted if self.validation.thresholds.accepted else []
        return {model: AcceptModel(self.run, model).acceptance for model in demanded}

    @property
    def verdict(self) -> Path:
        """What was judged."""
        return VERDICT

    @property
    def inputs(self) -> Files:
        """What was measured."""
        return {**self.tables, "acceptance": list(self.acceptance.values())}

    @property
    def outputs(self) -> Files:
        """The verdict."""
        return {"verdict": self.verdict}

    @property
    def settings(self) -> Any:
        """The thresholds, and the code that judges."""
        return self.run.values["validation"] | {"code": codebase.digest_of("verdict")}
