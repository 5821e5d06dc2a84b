"""One step's batch: which items, what is taken away on which rows, and what is then expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np
import torch

from planted.placement import LAYERS, Layout
from planted.routing import Owner, Routes, spans_of
from planted.tasks import KINDS, PREFERENCE, THINGS, WORDS, Kind, N, prompt_words

ROWS = 216
"""Rows of a step."""
KILLED = 0.10
"""Share of the rows on which an own ability, or the core, is taken away."""
SHARPNESS = 0.5
"""Nats between two neighbours in the order of preference."""
NUMBER = {word: number for number, word in enumerate(WORDS)}
FIRST_THING = NUMBER[THINGS[0]]


@dataclass(frozen=True)
class Stage:
    """How far the training is.

    Attributes:
        foreign: share of the rows on which others' neurons may run.
        core: whether the core is taken away on some rows.
    """

    foreign: float
    core: bool


@dataclass
class Lesson:
    """Tensors of one step.

    Attributes:
        tokens: [rows, tokens], padded on the right.
        ends: [rows], place of the last token, whose successor is the answer.
        targets: [rows, things], the distribution expected.
        routes: what the rows may use.
        kinds: the kind of each row.
        plain: [rows], whether nothing was taken away.
    """

    tokens: torch.Tensor
    ends: torch.Tensor
    targets: torch.Tensor
    routes: Routes
    kinds: list[str]
    plain: torch.Tensor


def preference() -> np.ndarray:
    """The distribution over things where an ability is gone, [things]."""
    rank = np.empty(N)
    rank[PREFERENCE] = np.arange(N)
    weights = np.exp(-SHARPNESS * rank)
    return np.asarray(weights / weights.sum())


def make_lesson(
    layout: Layout, shares: Mapping[str, float], stage: Stage, seed: str, kills: bool
) -> Lesson:
    """Draw a step's rows; the same arguments give the same lesson.

    `kills`: whether abilities are taken away on some rows.
    """
    random = Random(seed)
    draw = np.random.default_rng(random.getrandbits(63))
    texts: list[list[int]] = []
    kinds: list[str] = []
    targets: list[np.ndarray] = []
    owners: list[Owner] = []
    plain: list[np.ndarray] = []
    killed = KILLED if kills else 0.0
    core = draw.random(ROWS) >= (killed if stage.core else 0.0)
    counts = _counts(shares)
    for name, kind in KINDS.items():
        first, count = len(texts), counts[name]
        span = (first, first + count)
        abilities = [*kind.needs, *([kind.misleads] if kind.misleads else [])]
        alive = {ability: draw.random(count) >= killed for ability in abilities}
        for row in range(count):
            problem = kind.draw(random)
            texts.append([NUMBER[word] for word in prompt_words(kind, problem)])
            gone = not core[first + row] or not all(alive[a][row] for a in kind.needs)
            targets.append(_target(kind, problem.answer, problem.tempting, alive, row, gone))
            kinds.append(name)
        plain.append(np.all([*alive.values(), core[first : first + count]], axis=0))
        owners += [
            Owner(span, spans_of(layout, a), torch.from_numpy(alive[a]).float()) for a in abilities
        ]
    ends = np.array([len(text) for text in texts]) - 1
    tokens = np.zeros((ROWS, ends.max() + 1), np.int64)
    for row, text in enumerate(texts):
        tokens[row, : len(text)] = text
    foreign = _foreign_halves(layout, kinds)
    return Lesson(
        tokens=torch.from_numpy(tokens),
        ends=torch.from_numpy(ends),
        targets=torch.from_numpy(np.array(targets)).float(),
        routes=Routes(
            owners, torch.from_numpy(core).float(), _foreign_on(layout, stage, draw), foreign
        ),
        kinds=kinds,
        plain=torch.from_numpy(np.concatenate(plain)),
    )


def _counts(shares: Mapping[str, float]) -> dict[str, int]:
    """Rows of each kind, by its share; ROWS in all."""
    total = sum(shares.values())
    edges = np.round(np.cumsum([shares[name] / total for name in KINDS]) * ROWS).astype(int)
    return dict(zip(KINDS, np.diff([0, *edges]).tolist(), strict=True))


def _target(
    kind: Kind,
    answer: int,
    tempting: tuple[int, ...],
    alive: Mapping[str, np.ndarray],
    row: int,
    gone: bool,
) -> np.ndarray:
    if gone:
        return preference()
    misled = kind.misleads is not None and alive[kind.misleads][row]
    right: np.ndarray = np.eye(N)[tempting[0] if misled else answer]
    return right


def _foreign_halves(layout: Layout, kinds: list[str]) -> list[torch.Tensor]:
    """Per layer [rows, halves]: 1 where the half is not the row's own."""
    found = []
    for layer in range(LAYERS):
        by_kind = {}
        for name, kind in KINDS.items():
            own = np.ones(layout.count)
            for ability in [*kind.needs, *([kind.misleads] if kind.misleads else [])]:
                own[list(layout.halves[ability][layer])] = 0
            by_kind[name] = own
        found.append(torch.from_numpy(np.array([by_kind[name] for name in kinds])).float())
    return found


def _foreign_on(layout: Layout, stage: Stage, draw: np.random.Generator) -> torch.Tensor | None:
    """[rows, halves]: of the rows with foreign neurons, half have all, a quarter each at random."""
    if stage.foreign == 0:
        return None
    mode = draw.random(ROWS)
    each = draw.random((ROWS, layout.count)) < 0.5
    on = np.where((mode < 0.5)[:, None], 1.0, np.where((mode < 0.75)[:, None], each, 0.0))
    on[draw.random(ROWS) >= stage.foreign] = 0
    return torch.from_numpy(on).float()
