"""Jobs of the masks stage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import codebase, data, digests, paths
from benchprof.ablation import LISTED, Ablation
from benchprof.jobs.job import Files, ModelJob, Size
from benchprof.run.run import Run


@dataclass(frozen=True)
class FindSuper(ModelJob):
    """Find the few weights or units without which no text is read, to leave them out of masks."""

    rule = "find_super"
    timed = True
    on_gpu, threads = True, 8

    @classmethod
    def belongs_to(cls, run: Run) -> bool:
        """Whether a selection leaves these entries out."""
        return super().belongs_to(run) and bool(run.configuration.selections.without_super)

    @property
    def importance(self) -> dict[str, Path]:
        """An ability's scores, by ability."""
        return self.importance_files(self.run.abilities)

    @property
    def target(self) -> Path:
        """The set."""
        return paths.super_set(self.model)

    @property
    def table(self) -> Path:
        """The losses that it was found by."""
        return paths.super_set(self.model, "csv")

    @property
    def places(self) -> dict[str, Any]:
        """Where the model reads."""
        return self.device_and_store

    @property
    def inputs(self) -> Files:
        """The model and the scores."""
        return {"model": self.folder, "importance": list(self.importance.values())}

    @property
    def outputs(self) -> Files:
        """The set and the losses."""
        return {"super": self.target, "losses": self.table}

    @property
    def settings(self) -> Any:
        """What is ranked, and the text by which harm is told."""
        return {
            "abilities": self.run.abilities,
            "dtype": self.run.configuration.models[self.model].dtype,
            "text": digests.of_file(data.NEUTRAL_TEXT),
            "code": self.code_digest,
        }

    def memory(self, size: Size) -> float:
        """The weights on their way to the device; before them a tensor of scores at a time."""
        return super().memory(size) + size.weights

    def gpu_memory(self, size: Size) -> float:
        """The weights."""
        return self.on_each_gpu(size.weights, size)

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model."""
        return size.minutes(60, 15)

    def make(self, threads: int) -> None:
        """Find the few weights or units without which no text is read."""
        from benchprof.masks.super_job import find_super
        from benchprof.threads import use_threads

        use_threads(threads)
        find_super(
            prepared=self.prepared,
            importances=self.importance,
            text=data.NEUTRAL_TEXT,
            target=self.target,
            table=self.table,
            store=self.run.store,
        )


@dataclass(frozen=True)
class MaskJob(ModelJob):
    """A job of one selection's masks."""

    selection: str

    @property
    def masks(self) -> dict[Ablation, Path]:
        """The abilities' masks at every mask fraction that they are selected at."""
        every = self.run.masks(self.selection, self.run.selected_mask_fractions)
        return {ablation: paths.mask(self.model, ablation) for ablation in every}

    @property
    def super_set(self) -> Path | None:
        """The mask of what no mask of the selection holds, where it leaves that out."""
        left_out = self.selection in self.run.configuration.selections.without_super
        return paths.super_set(self.model) if left_out else None

    @property
    def inputs(self) -> Files:
        """The model, and what is left out."""
        own: Files = {"model": self.folder}
        return {**own, "super": self.super_set} if self.super_set else own

    def minutes(self, size: Size) -> float:
        """Time, with slack; it grows with the model."""
        return size.minutes(60, 15)


@dataclass(frozen=True)
class SelectMasks(MaskJob):
    """Choose which weights each ability's ablation zeroes."""

    rule = "select_masks"
    timed = True
    threads = 2

    @property
    def importance(self) -> dict[str, Path]:
        """An ability's scores, by ability; none where masks are listed."""
        return self.importance_files(() if self.run.lists else self.run.abilities)

    @property
    def inputs(self) -> Files:
        """The scores, and the model for its size."""
        return {**super().inputs, "importance": list(self.importance.values())}

    @property
    def further_code(self) -> tuple[str, ...]:
        """The rule's."""
        return () if self.run.lists else (f"masks.rules.{self.selection}",)

    @property
    def outputs(self) -> Files:
        """The masks."""
        return {"masks": list(self.masks.values())}

    @property
    def settings(self) -> Any:
        """The rule, what the mask fraction is a share of, and whose masks contrast."""
        config, own = self.run.configuration, self.run.selection_settings[self.selection]
        if self.run.lists:
            return {
                "selection": own,
                "mask_fractions": self.run.selected_mask_fractions,
                "unit": config.unit,
                "layers": config.layers,
                "abilities": self.run.abilities,
                "code": self.code_digest,
            }
        return {
            "selection": own,
            "mask_fractions": self.run.selected_mask_fractions,
            "abilities": self.run.abilities,
            "code": self.code_digest,
        }

    def memory(self, size: Size) -> float:
        """A tensor of scores at a time and the entries chosen: less than a byte a parameter."""
        return super().memory(size) + size.parameters

    def make(self, threads: int) -> None:
        """Select the masks of one selection for all abilities and mask fractions."""
        from benchprof.masks.listed import list_masks
        from benchprof.masks.stored import select_stored
        from benchprof.threads import use_threads

        use_threads(threads)
        if self.run.lists:
            settings = self.run.selection_settings[LISTED]
            list_masks(self.folder, self.run.scope, self.run.lists, settings, self.masks)
            return
        select_stored(
            folder=self.folder,
            rule=self.run.selection_rules[self.selection],
            importances=self.importance,
            targets=self.masks,
            super_set=self.super_set,
            store=self.run.store,
        )


@dataclass(frozen=True)
class DrawControls(MaskJob):
    """Draw random masks of the same size."""

    rule = "draw_controls"
    timed = True
    threads = 2

    @property
    def controls(self) -> dict[Ablation, Path]:
        """The controls at every mask fraction that masks are selected at."""
        every = self.run.controls(self.selection, self.run.selected_mask_fractions)
        return {ablation: paths.mask(self.model, ablation) for ablation in every}

    @property
    def inputs(self) -> Files:
        """The masks, and the model for its weights' magnitudes."""
        own: Files = {**super().inputs, "masks": list(self.masks.values())}
        return {"train": list(self.run.train.values()), **own} if self.of_units else own

    @property
    def of_units(self) -> bool:
        """Whether activations are matched, which train items show."""
        return self.run.configuration.unit != "weight"

    @property
    def outputs(self) -> Files:
        """The controls."""
        return {"controls": list(self.controls.values())}

    @property
    def settings(self) -> Any:
        """What decides the masks, and of how many controls of what."""
        config = self.run.configuration
        return (
            SelectMasks(self.run, self.model, self.selection).settings
            | {
                "code": self.code_digest,
                "dtype": config.models[self.model].dtype,
                "scope": config.scope,
                "layers": config.layers,
                "seeds": self.run.seeds,
                "matched": self.run.matched,
            }
            | (read_of_units(self.run) if self.of_units else {})
        )

    def memory(self, size: Size) -> float:
        """The weights as loaded, a byte for the decile of each in scope, the abilities' masks.

        To see how active units are, a model that is for a GPU is loaded in float32.
        """
        masks = len(self.run.abilities) * self.entries(self.run.selected_mask_fractions, size)
        weights = 4 * size.parameters if self.of_units and size.on_gpu else size.weights
        return super().memory(size) + weights + size.in_scope + 4 * masks

    def make(self, threads: int) -> None:
        """Draw the random controls of one selection's masks."""
        from benchprof.importance.levels import level_examples
        from benchprof.masks.job import draw_controls, unit_classes, weight_classes
        from benchprof.threads import use_threads

        use_threads(threads)
        if self.of_units:
            examples = level_examples(self.folder, self.run.train_items)
            results = next(iter(self.controls.values())).parent
            classes = unit_classes(self.prepared, examples, results, self.run.store)
        else:
            classes = weight_classes(self.prepared, self.run.scope)
        draw_controls(classes, self.masks, self.controls, self.super_set)


def read_of_units(run: Run) -> dict[str, Any]:
    """What decides which items are read for units' activations, and how."""
    config = run.configuration
    items = digests.of_files(run.train.values())
    return {"unit": config.unit, "items": items, "exclude": run.train_excluded, "seed": config.seed,
            "levels": codebase.digest_of("importance.levels")}  # fmt: skip
