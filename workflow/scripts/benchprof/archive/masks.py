"""An archive's masks at their place in a run's results, and in the store where it keeps them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.archive.container import Archive
from benchprof.archive.expected import (
    NOT_COMPARED,
    control_origins,
    importance_origins,
    mask_origins,
    super_origin,
)
from benchprof.archive.listing import Listing, read_listed
from benchprof.archive.refilled import Refilled
from benchprof.errors import InputError
from benchprof.files import written_whole
from benchprof.masks.mask import read_mask
from benchprof.masks.stored import MASKS
from benchprof.masks.super_job import SUPER_SETS
from benchprof.profile.source import Source
from benchprof.run import paths
from benchprof.run.ablation import Ablation
from benchprof.run.jobs.importance import ComputeImportance
from benchprof.run.jobs.masks import DrawControls, FindSuper, SelectMasks
from benchprof.run.run import Run
from benchprof.store import Kind


class NotPreparedError(InputError):
    """The run's models are not prepared: records can be put in its store, masks not."""


def refill_masks(archive: Archive, listing: Listing, run: Run) -> Refilled:
    """Put the masks that a run would make at their place in its results; what is there stays.

    A mask is one that the run would make where all that decides it is as in the run: the model,
    the items, how importance is scored, the selection, k and the code.

    Args:
        archive: checked.
        listing: of it.
        run: whose folder is the working folder.

    Raises:
        NotPreparedError: a model of the run is not prepared.
        InputError: the run's items cannot be read.
    """
    _check_prepared(run)
    importances = {model: importance_origins(run, model) for model in run.models}
    for rule in (ComputeImportance, FindSuper, SelectMasks, DrawControls):
        for job in rule.all_of(run):
            # Before the masks, which have to be younger than what they are made from.
            job.write_settings()
    sources = [Source.from_json(source, Path()) for source in listing["tables"]["sources"]]
    done = Refilled()
    for model in run.models:
        names = {own.ablation: str(own.mask) for own in sources if own.model == model}
        own = _OfModel(archive, listing, run, model, importances[model], names, done)
        # Before the masks, which are made from it.
        own.refill_super()
        for selection in run.selections:
            own.refill_selection(selection)
    return done


def _check_prepared(run: Run) -> None:
    """Stop if a model's sizes are unchecked: a check made later is newer and remakes the masks."""
    missing = [str(paths.sizes(model)) for model in run.models if not paths.sizes(model).is_file()]
    if missing:
        remedy = (
            f"Run `.venv/bin/snakemake --cores 1 {' '.join(missing)}`, then this again (both with "
            "the same --configfile, if it is not config.yaml)."
        )
        raise NotPreparedError(missing[0], "no such file", "prepared models", remedy)


@dataclass(frozen=True)
class _OfModel:
    """The masks of one model.

    Attributes:
        archive: checked.
        listing: of it.
        run: whose masks they are.
        model: its name.
        importance: what decides the importance for each ability.
        names: of the model's masks in the archive.
        done: gets what becomes of each.
    """

    archive: Archive
    listing: Listing
    run: Run
    model: str
    importance: Mapping[str, Any]
    names: Mapping[Ablation, str]
    done: Refilled

    def refill_super(self) -> None:
        """Put the super set at its place, where masks of the run leave one out."""
        jobs = [job for job in FindSuper.all_of(self.run) if job.model == self.model]
        for job in jobs:
            name = str(job.target) if str(job.target) in self.listing["files"] else None
            expected = super_origin(self.run, self.model, self.importance)
            self._refill(job.target, name, expected, SUPER_SETS)

    def refill_selection(self, selection: str) -> None:
        """Put the masks of a selection at their places, then the controls matched to them."""
        selecting = SelectMasks(self.run, self.model, selection)
        drawing = DrawControls(self.run, self.model, selection)
        found = selecting.super_set
        left_out = read_mask(found).digest if found and found.is_file() else None
        # Where importance is kept, they are made again from it.
        kind = MASKS if self.run.drops_importance else None
        # Digests of the abilities' masks by k, which controls are matched to.
        matched_to: dict[str, dict[str, str]] = {}
        for ablation, expected in mask_origins(selecting, self.importance, left_out):
            path = selecting.masks[ablation]
            if self._refill(path, self.names.get(ablation), expected, kind):
                own = matched_to.setdefault(ablation.k, {})
                own[ablation.ability] = read_mask(path).digest
        for ablation, expected in control_origins(drawing, left_out):
            every = matched_to.get(ablation.k, {})
            alone = {name: own for name, own in every.items() if name == ablation.ability}
            matched = {"matched_to": alone or every}
            self._refill(drawing.controls[ablation], self.names.get(ablation), expected | matched)

    def _refill(
        self, path: Path, name: str | None, expected: Mapping[str, Any], kind: Kind | None = None
    ) -> bool:
        """Put one file of the archive at its place; whether something is there then.

        Args:
            path: its place.
            name: in the archive; None where it has none.
            expected: what decides it, by the run.
            kind: of its entry in the store; None where the store has none.
        """
        if path.exists():
            self.done.there += 1
            return True
        if name is None:
            self.done.left[str(path)] = "not in the archive"
            return False
        content = read_listed(self.archive, self.listing, name)
        origin = _origin(content)
        other = next((key for key, value in expected.items() if origin.get(key) != value), "")
        if other:
            self.done.left[str(path)] = _left_because(other)
            return False
        store, key = self.run.store, digests.of_value(dict(expected))
        if kind is not None and not store.has(kind, key):
            store.check_writable(kind, [key])
            store.add_bytes(kind, key, content)
        with written_whole(path) as temporary:
            temporary.write_bytes(content)
        self.done.added += 1
        return True


def _left_because(other: str) -> str:
    """Why a mask that differs in something from the run's is left out, in words."""
    if other == NOT_COMPARED:
        return "left for the run to draw, in a minute (the items behind them are not compared)"
    return f"the archive's has another {other}"


def _origin(content: bytes) -> dict[str, Any]:
    """What a mask says of itself, compared with its digests.

    Raises:
        InputError: it is damaged.
    """
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "mask.safetensors")
        file.write_bytes(content)
        return read_mask(file).origin
