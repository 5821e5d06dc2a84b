"""Passes over items and their flips, which give the answers under any number of masks."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

import torch
from torch import nn

from benchprof.importance.example import Example
from benchprof.importance.gradients import batches
from benchprof.importance.loss import counted_logits
from benchprof.importance.memory import Memory
from benchprof.masks.interchange import OnFlips, interchanged
from benchprof.masks.mask import Mask
from benchprof.models.units import unit_projections
from benchprof.scoring.forward import read_logits
from benchprof.scoring.rotary import Rotaries
from benchprof.scoring.scorer import Answer


def answers_on_flips(
    model: nn.Module,
    texts: Sequence[Example],
    flips: Sequence[Example],
    masks: Mapping[str, Mask | None],
    memory: Memory,
) -> dict[str, list[Answer]]:
    """Each text's answer under each mask, as `TreeScorer.score` gives it; None is the intact model.

    Args:
        model: in evaluation mode; left as found.
        texts: items, each with one of its options, whose tokens are counted.
        flips: each text's flip with the same option.
        masks: by name, of one kind of unit.
        memory: bounds of a pass.

    Raises:
        InputError: the model lacks a unit of a mask.
    """
    found: dict[str, dict[int, Answer]] = {name: {} for name in masks}
    units = {mask.unit for mask in masks.values() if mask}
    projections = {
        name: own for unit in units for name, own in unit_projections(model, unit).items()
    }
    for batch in _batches(model, texts, flips, memory.most_tokens):
        own = [texts[index] for index in batch]
        on_flips = OnFlips.of(model, projections, own, [flips[index] for index in batch])
        for name, mask in masks.items():
            with interchanged(model, mask, on_flips) if mask else contextlib.nullcontext():
                found[name] |= zip(batch, _answers(model, own), strict=True)
    return {name: [own[index] for index in range(len(texts))] for name, own in found.items()}


def _batches(
    model: nn.Module, texts: Sequence[Example], flips: Sequence[Example], most_tokens: int
) -> list[list[int]]:
    """Indices of texts that share a pass, and whose flips share another."""
    kind_of = Rotaries.of(model).frequencies
    alike: dict[tuple[object, object], list[int]] = {}
    for index, (text, flip) in enumerate(zip(texts, flips, strict=True)):
        kinds = kind_of(len(text.ids)), kind_of(len(flip.ids))
        alike.setdefault(kinds, []).append(index)
    found = []
    for own in alike.values():
        lengths = [max(len(texts[index].ids), len(flips[index].ids)) for index in own]
        shared = batches(lengths, most_tokens, lambda _: None)
        found += [[own[place] for place in batch] for batch in shared]
    return found


@torch.no_grad()
def _answers(model: nn.Module, texts: Sequence[Example]) -> list[Answer]:
    """Of each text the log-likelihood of its counted tokens, and whether each is the likeliest."""
    said, targets, owners = counted_logits(model, texts)
    rows = torch.arange(len(owners), device=said.device)
    nats, hits = (own.cpu() for own in read_logits(said, rows, targets))
    owners = owners.cpu()
    sums = torch.zeros(len(texts), dtype=torch.float64).index_add(0, owners, nats.double())
    misses = torch.zeros(len(texts), dtype=torch.long).index_add(0, owners, (~hits).long())
    return [
        (total, not missed) for total, missed in zip(sums.tolist(), misses.tolist(), strict=True)
    ]
