"""The cells of a run's tables, from its records and masks: what one mask does to one benchmark."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchprof import digests
from benchprof.archive.container import Archive
from benchprof.archive.evidence import check_mask, check_record
from benchprof.archive.guessing import guessing_level, reason_of
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import Listing, read_listed, read_parsed
from benchprof.archive.manifest import check_model
from benchprof.archive.rows import TOLERANCE
from benchprof.profile.source import Source
from benchprof.run.ablation import ALL_ABILITIES, LISTED, Ablation

# Of a mask's record: what became of the entries, the same in all records that are compared.
HOW = ("method", "kept_in", "mean_over")
# The keys of a mask's metadata that are compared. The rest is not kept, since there may be many
# masks.
SAID = ("ability", "selection", "seed", "fraction", "matched_to", "digest")
# Characters of a short value, as JSON: more would be no answer to what is asked.
SHORT = 100_000


@dataclass(frozen=True)
class State:
    """What the tables need of a record, which is of the intact model or of one under a mask.

    Attributes:
        n: items.
        guessing: the score of guessing.
        scores: by metric.
        right: by metric of right-or-wrong items, the right ones as the bits of a number.
        reason: of the intact model, by metric: the code of why there is no AIS, or nothing.
        mask: its digest; None of the intact model.
        how: what became of the mask's entries.
        model, requests: their digests.
        made_of: what the records that are compared share.
    """

    n: int
    guessing: float
    scores: Mapping[str, float]
    right: Mapping[str, int]
    reason: Mapping[str, str]
    mask: str | None
    how: Mapping[str, Any]
    model: str
    requests: str
    made_of: tuple[str, ...]

    @property
    def ablation_of(self) -> str:
        """What was ablated: the mask's entries, or all others."""
        return "complement" if "kept_in" in self.how else "mask"


@dataclass(frozen=True)
class Cell:
    """A cell of the tables.

    Attributes:
        source: its record and mask, as listed.
        metric: in which.
        k: of the mask.
        intact, ablated: the model without and with the mask.
    """

    source: Source
    metric: str
    k: str
    intact: State
    ablated: State

    @property
    def ablation(self) -> Ablation:
        """Under which mask."""
        return self.source.ablation

    @property
    def group(self) -> tuple[str, ...]:
        """The cells that are compared with each other share it."""
        return self.source.model, self.source.benchmark, self.metric, *self.ablation.kind

    def ais(self, impact: str) -> float:
        """The AIS by the definition `impact` of the run; NaN where its divisor is 0 or less."""
        intact, ablated = self.intact.scores[self.metric], self.ablated.scores[self.metric]
        divisor = {"absolute": 1.0, "relative": intact}.get(impact, intact - self.intact.guessing)
        return (intact - ablated) / divisor if divisor > 0 else math.nan

    def over(self, compared: Sequence[Cell], impact: str) -> float | None:
        """How far the AIS is above the mean of other cells; None without any."""
        if not compared:
            return None
        return self.ais(impact) - fmean(cell.ais(impact) for cell in compared)

    def controls(self, group: Sequence[Cell]) -> list[Cell]:
        """The random masks that a cell is compared with; of a random mask there are none."""
        return [cell for cell in group if cell.ablation.is_control_of(self.ablation)]

    def others(self, group: Sequence[Cell]) -> list[Cell]:
        """The other abilities' masks that a cell is compared with; of a random mask none."""
        return [
            cell
            for cell in group
            if cell.ablation.is_other_than(self.ablation) and cell.ablated.mask != self.ablated.mask
        ]


Groups = dict[tuple[str, ...], list[Cell]]
"""By model, benchmark, metric, selection and fraction: the cells that are compared."""


def read_cells(archive: Archive, listing: Listing, manifest: Mapping[str, Any]) -> Groups:
    """The cells of an archive, from all of its records and masks.

    Args:
        archive: checked.
        listing: of it.
        manifest: of the run.

    Raises:
        ArchiveError: a record or mask is damaged, or does not belong to its mask, model and
            requests.
    """
    made = listing["tables"]
    sources = [Source.from_json(source, Path()) for source in made["sources"]]
    masks = {
        name: _said_by(check_mask(read_listed(archive, listing, name), name), name)
        for name in sorted({source.mask.as_posix() for source in sources})
    }
    intact = {}
    for model, benchmark, name in made["intact"]:
        state = read_state(read_parsed(archive, listing, name), name)
        check_model(manifest, model, state.model, f"the record of {model} on {benchmark}")
        if state.mask is not None:
            raise ArchiveError(f"the intact record of {model} on {benchmark} has a mask")
        intact[model, benchmark] = state
    _check_masks(sources, masks, manifest["models"])
    groups: Groups = {}
    how: dict[tuple[str, str], Mapping[str, Any]] = {}
    for source in sources:
        place, record = (source.model, source.benchmark), source.record.as_posix()
        state = read_state(read_parsed(archive, listing, record), record)
        mask = masks[source.mask.as_posix()]
        _check_state(state, intact[place], mask, source)
        if how.setdefault(place, state.how) != state.how:
            others = dict(how[place])
            raise ArchiveError(f"{record}: ablated in another way than other records, {others}")
        for metric in state.scores:
            cell = Cell(source, metric, mask["fraction"], intact[place], state)
            groups.setdefault(cell.group, []).append(cell)
    return groups


def _said_by(origin: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the tables need of a mask: `SAID`, and `models`, whose importance it is made from.

    Raises:
        ArchiveError: it says more than a mask does.
    """
    kept = {key: origin[key] for key in SAID if key in origin}
    if "importance" in origin:
        kept["models"] = {name: own["model"] for name, own in origin["importance"].items()}
    return _short(kept, name)


def _short(value: dict[str, Any], name: str) -> dict[str, Any]:
    if len(json.dumps(value)) > SHORT:
        raise ArchiveError(f"{name}: more than {SHORT} characters of what identifies it")
    return value


def read_state(content: bytes, name: str) -> State:
    """What the tables need of a record; the items' scores are let go.

    Raises:
        ArchiveError: the record is damaged, or its score of guessing is not that of its pool.
    """
    record = check_record(content, name)
    origin, items, level = record["origin"], record["items"], guessing_level(record)
    if abs(level - record["guessing"]) > TOLERANCE:
        raise ArchiveError(f"{name}: guessing scores {record['guessing']}; its pool gives {level}")
    mask: Mapping[str, Any] = origin["mask"] or {}
    model, requests = origin["model"], origin["requests"]["digest"]
    scores = items["scores"]
    asked = digests.of_value([items["task"], items["index"], items["digest"]])
    return State(
        n=record["n"],
        guessing=record["guessing"],
        scores=record["scores"],
        right={m: right_items(own) for m, own in scores.items() if all(s in (0, 1) for s in own)},
        reason={} if mask else {m: reason_of(own, record) for m, own in scores.items()},
        mask=mask.get("digest"),
        how=_short({key: own for key, own in mask.items() if key in HOW}, name),
        model=model["digest"],
        requests=requests,
        made_of=(model["digest"], model["dtype"], requests, origin["code"], asked),
    )


def right_items(scores: Sequence[float]) -> int:
    """The items with score 1, of scores that are 0 or 1, as the bits of a number."""
    return int("".join("1" if score else "0" for score in scores), 2)


def _check_masks(
    sources: Sequence[Source],
    masks: Mapping[str, Mapping[str, Any]],
    models: Mapping[str, Mapping[str, Any]],
) -> None:
    """Compare what each mask says of itself with what it is listed as.

    Args:
        sources: all.
        masks: what each says of itself, by its name.
        models: of the manifest, by name.

    Raises:
        ArchiveError: names the mask and what differs.
    """
    own: dict[tuple[str, ...], dict[str, str]] = {}
    for source in sources:
        if not source.ablation.is_control:
            digest = masks[source.mask.as_posix()]["digest"]
            own.setdefault(_kind(source), {})[source.ablation.ability] = digest
    for source in sources:
        name, ablation = source.mask.as_posix(), source.ablation
        mask = masks[name]
        for key, value in _expected(ablation, own.get(_kind(source), {})).items():
            if mask.get(key) != value:
                said = f"says {key} {mask.get(key)!r} of itself"
                raise ArchiveError(f"{name}: {said}; listed as {value!r}")
        if not ablation.is_control and ablation.selection != LISTED:
            used = mask["models"]
            if ablation.ability not in used:
                raise ArchiveError(f"{name}: not from importance of {ablation.ability}")
            if any(model != models[source.model]["digest"] for model in used.values()):
                raise ArchiveError(f"{name}: from importance of another model than its records")


def _kind(source: Source) -> tuple[str, str, str]:
    """What the masks of all abilities share."""
    return source.model, *source.ablation.kind


def _expected(ablation: Ablation, own: Mapping[str, str]) -> dict[str, Any]:
    """What a mask should say of itself.

    Args:
        ablation: what it is listed as.
        own: digest of each ability's own mask of the same kind.
    """
    if not ablation.is_control:
        return ablation.claims
    ability = ablation.ability
    matched = own if ability == ALL_ABILITIES else {ability: own.get(ability)}
    return {**ablation.claims, "matched_to": matched}


def _check_state(state: State, intact: State, mask: Mapping[str, Any], source: Source) -> None:
    """Compare the record of an ablated model with its mask and with the intact model's record.

    Raises:
        ArchiveError: it is of another mask, model or requests, or has other metrics.
    """
    record = source.record.as_posix()
    if state.mask != mask["digest"]:
        raise ArchiveError(f"{record}: made with another mask than {source.mask.as_posix()}")
    if state.made_of != intact.made_of:
        raise ArchiveError(f"{record}: of another model or other requests")
    if state.scores.keys() != intact.scores.keys():
        found, expected = (", ".join(own.scores) for own in (state, intact))
        raise ArchiveError(f"{record}: scores in {found}; the intact model's: {expected}")
