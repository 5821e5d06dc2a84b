"""The scores of one model on one benchmark, intact and under every ablation, from its records."""

from __future__ import annotations

import contextlib
import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from benchprof.ablation import Ablation
from benchprof.errors import InputError
from benchprof.evaluation.fields import Record
from benchprof.evaluation.record import read_record
from benchprof.origin import read_origin, verified_origin
from benchprof.profile.guessing import Guessing, read_guessing
from benchprof.profile.impact import is_binary
from benchprof.profile.key import ProfileKey
from benchprof.profile.resampling import Floats
from benchprof.profile.software import packages_of
from benchprof.profile.source import Source
from benchprof.profile.units import Units, units_of


@dataclass(frozen=True)
class Scores:
    """All that the statistics need of one model's records of one benchmark.

    Attributes:
        model: its name.
        benchmark: its name.
        guessing: C_b, the score of guessing, with its error.
        ablations: of the model; those of a random control that stands for all are `all_abilities`'.
        masks: digest of the entries of each ablation's mask.
        metrics: by metric (1 + ablations, n): each item's score, of the intact model first.
        binary: the metrics that are right or wrong, every score 0 or 1.
        tasks: (n,), the lm-eval task of each item.
        items: (n,), the place of each item in its task's data and the digest of its document.
        model_digest: of the model.
        requests_digest: of what was asked.
        software: how many of the records name a package and version.
    """

    model: str
    benchmark: str
    guessing: Guessing
    ablations: tuple[Ablation, ...]
    masks: tuple[str, ...]
    metrics: dict[str, Floats]
    binary: frozenset[str]
    tasks: tuple[str, ...]
    items: tuple[tuple[int, str], ...]
    model_digest: str
    requests_digest: str
    software: Counter[tuple[str, str]]

    @property
    def n(self) -> int:
        """Number of items."""
        return len(self.tasks)

    @cached_property
    def units(self) -> Units:
        """What of the items is resampled together."""
        return units_of(self.tasks)

    @property
    def profiles(self) -> dict[ProfileKey, list[int]]:
        """Numbers of the abilities' own masks by profile; controls are in none."""
        numbers: dict[ProfileKey, list[int]] = {}
        for number, ablation in enumerate(self.ablations):
            if not ablation.is_control:
                key = ProfileKey(self.model, self.benchmark, *ablation.kind)
                numbers.setdefault(key, []).append(number)
        return numbers


def read_scores(
    model: str,
    benchmark: str,
    intact: Path,
    sources: Sequence[Source],
    masks: Mapping[Path, str],
    look: Callable[[Record], None] | None = None,
) -> Scores:
    """Read the records of one model on one benchmark.

    Args:
        model: its name.
        benchmark: its name.
        intact: record of the unablated model.
        sources: the ablated models' records.
        masks: digest of the entries of each mask, by its file.
        look: sees every record, of the intact model first, for what no score needs.

    Raises:
        InputError: a record is damaged or does not belong to its mask, model or requests.
    """
    with _no_collection():
        base = read_record(intact)
        given = base["items"]["scores"]
        metrics = {metric: np.empty((1 + len(sources), base["n"])) for metric in given}
        software: Counter[tuple[str, str]] = Counter()
        for number, source in enumerate((None, *sources)):
            record = base
            if source is not None:
                record = read_ablated(source, base, masks, intact)
            for metric, scores in metrics.items():
                scores[number] = record["items"]["scores"][metric]
            software.update(packages_of(record))
            if look is not None:
                look(record)
    return Scores(
        model=model,
        benchmark=benchmark,
        guessing=read_guessing(base, units_of(base["items"]["task"])),
        ablations=tuple(source.ablation for source in sources),
        masks=tuple(masks[source.mask] for source in sources),
        metrics=metrics,
        binary=frozenset(metric for metric, own in metrics.items() if is_binary(own)),
        tasks=tuple(base["items"]["task"]),
        items=tuple(zip(base["items"]["index"], base["items"]["digest"], strict=True)),
        model_digest=base["origin"]["model"]["digest"],
        requests_digest=base["origin"]["requests"]["digest"],
        software=software,
    )


def of_one_kind(scores: Mapping[str, Scores]) -> dict[str, Scores]:
    """Scores of a benchmark's models, in which a metric is right or wrong in all or in none.

    The scores of one model may all be 0 or 1 by accident. Right-or-wrong scores have two units
    more to resample (`resampling.with_pseudo_items`): the models would not see the same resamples.
    """
    common = frozenset.intersection(*(own.binary for own in scores.values()))
    return {model: replace(own, binary=common) for model, own in scores.items()}


def mask_digests(masks: Iterable[Path]) -> dict[Path, str]:
    """Digest of the entries of each mask, by its file, which is compared with its own."""
    return {path: str(verified_origin(path)["digest"]) for path in set(masks)}


def mask_shares(masks: Iterable[Path]) -> dict[Path, str]:
    """The share k that each mask holds, by its file, also where its name says `calibrated`.

    Only what the file says of itself is read: `mask_digests` has compared the rest.
    """
    return {path: str(read_origin(path)["mask_fraction"]) for path in set(masks)}


def mask_sizes(masks: Iterable[Path]) -> dict[Path, int]:
    """The number of entries of each mask, by its file, as `mask_shares` reads it."""
    return {path: int(read_origin(path)["n"]) for path in set(masks)}


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """No cyclic garbage collection inside the block: each record would cause visits of all objects.

    Records hold no cycles, and reading them is more than twice as fast without it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read_ablated(source: Source, base: Record, masks: Mapping[Path, str], intact: Path) -> Record:
    """Read the record of an ablated model that may be compared with the intact one's.

    Args:
        source: where it is.
        base: the record of the intact model.
        masks: digest of the entries of each mask, by its file.
        intact: where `base` is, for messages.

    Raises:
        InputError: it is damaged or does not belong to its mask, model or requests.
    """
    record = read_record(source.record)
    remedy = "Delete it and run again."
    mask = masks[source.mask]
    own = record["origin"]["mask"]
    if own is None or own["digest"] != mask:
        found = f"made with the mask {own['digest'][:12]}" if own else "made without a mask"
        raise InputError(source.record, found, f"{mask[:12]}, that of {source.mask}", remedy)
    for part, theirs in _identity(base).items():
        if _identity(record)[part] != theirs:
            found = f"{part} differs from that of {intact}"
            raise InputError(source.record, found, "one and the same", remedy)
    return record


def _identity(record: Record) -> dict[str, str]:
    """What two records must share to be compared.

    Not how the configuration put it: the store gives a record back for another limit or seed that
    leads to the same requests.
    """
    origin = record["origin"]
    return {
        "model": origin["model"]["digest"],
        "dtype": origin["model"]["dtype"],
        "requests": origin["requests"]["digest"],
        "code": origin["code"],
    }
