"""One job: the item profiles of benchmarks under one model."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchprof import codebase, digests
from benchprof.errors import InputError
from benchprof.files import write_csv, write_json, written_whole
from benchprof.importance.example import Example, Question
from benchprof.importance.items import TrainItems
from benchprof.item_profile.attribution import Attributing
from benchprof.item_profile.labelled import Labelled, labelled
from benchprof.item_profile.reader import Labels, Reader, chosen_reader, numbered
from benchprof.item_profile.share import DIGITS, share_table
from benchprof.item_profile.vector import inner_products
from benchprof.models.card import read_card
from benchprof.profile.resampling import Floats

logger = logging.getLogger(__name__)
TRAIN, CALIBRATION = "(train items)", "(calibration items)"
"""Names of sets that no benchmark has."""


@dataclass(frozen=True)
class Known:
    """The items that a reader learns from.

    Attributes:
        train: that it is fitted to.
        calibration: that its settings are chosen on.
    """

    train: TrainItems
    calibration: TrainItems


@dataclass(frozen=True)
class Profiles:
    """What was read of some benchmarks.

    Attributes:
        shares: a row for each benchmark and class, of `share.COLUMNS`.
        items: a row for each item, with `benchmark`, `item` and a share for each class.
        chosen: how shares are read, the log loss on calibration items, and the reader's digest.
    """

    shares: pd.DataFrame
    items: pd.DataFrame
    chosen: Mapping[str, Any]


@dataclass(frozen=True)
class Material:
    """Items of all sets with the inner products of their vectors.

    Attributes:
        known: the labelled items of each set that has some.
        questions: those of every set that are read.
        products: inner products of all items, set by set.
        digest: of the model and the examples that a reader learns from, and of its code.
    """

    known: Mapping[str, Labelled]
    questions: Mapping[str, Sequence[Question]]
    products: Floats
    digest: str

    @property
    def classes(self) -> list[str]:
        """The abilities, and `none` if there are items of it."""
        return list(dict.fromkeys(self.known[TRAIN].classes))

    def between(self, name: str, other: str) -> Floats:
        """Inner products of the items of two sets."""
        return self.products[np.ix_(self._places(name), self._places(other))]

    def _places(self, name: str) -> list[int]:
        start = 0
        for own, questions in self.questions.items():
            if own == name:
                return list(range(start, start + len(questions)))
            start += len(questions)
        raise KeyError(name)

    def labels(self, name: str) -> Labels:
        """The numbers of the classes of a labelled set's items."""
        return numbered(self.known[name].classes, self.classes)

    def reader(self) -> tuple[Reader, float]:
        """The reader chosen on the calibration items, and its log loss on them."""
        return chosen_reader(
            self.between(TRAIN, TRAIN),
            self.labels(TRAIN),
            self.between(CALIBRATION, TRAIN),
            self.labels(CALIBRATION),
            len(self.classes),
        )


def profile_benchmarks(
    attributing: Attributing, known: Known, benchmarks: Mapping[str, Sequence[Question]], seed: int
) -> Profiles:
    """Read the item profile of each benchmark.

    Args:
        attributing: with which model, and where attributions are kept.
        known: the items that the reader learns from.
        benchmarks: the questions of each.
        seed: of the bootstrap.

    Raises:
        InputError: items cannot be rendered or attributed.
    """
    material = gather(attributing, known, benchmarks)
    reader, loss = material.reader()
    logger.info("shares are read by %s; log loss %.3f nats", reader.settings, loss)
    train = material.between(TRAIN, TRAIN)
    others = {name: material.between(name, TRAIN) for name in benchmarks}
    frames = [_of_items(name, material, reader.shares(train, own)) for name, own in others.items()]
    chosen = {**asdict(reader.settings), "log_loss": loss}
    return Profiles(
        share_table(reader, material.classes, train, others, seed),
        pd.concat(frames, ignore_index=True),
        chosen | {"classes": material.classes, "digest": material.digest},
    )


def gather(
    attributing: Attributing,
    known: Known,
    others: Mapping[str, Sequence[Question]],
    tested: Mapping[str, Labelled] | None = None,
) -> Material:
    """All items with the inner products of their vectors; attributes those that the store lacks.

    Args:
        attributing: with which model, and where attributions are kept.
        known: the items that the reader learns from.
        others: questions of each further set.
        tested: labelled items of each further set.

    Raises:
        InputError: the model has no neurons in MLPs, or no room for an ability's train items.
    """
    neurons = attributing.neurons
    own = {TRAIN: labelled(known.train), CALIBRATION: labelled(known.calibration)}
    classes = {*own[TRAIN].classes}
    own[CALIBRATION] = own[CALIBRATION].only([name in classes for name in own[CALIBRATION].classes])
    own |= tested or {}
    sets = {**{name: part.questions for name, part in own.items()}, **others}
    rendered = attributing.rendered(sets)
    fits = {name: [one is not None for one in part] for name, part in rendered.items()}
    if lost := classes - {*own[TRAIN].only(fits[TRAIN]).classes}:
        found = f"no train item of {min(lost)} fits into the model's context"
        raise InputError(attributing.model.folder, found, "some items of each ability")
    examples = {name: [one for one in part if one] for name, part in rendered.items()}
    questions = {
        name: [one for one, fit in zip(part, fits[name], strict=True) if fit]
        for name, part in sets.items()
    }
    named = {
        example.digest: (f"{name}, item {question.id}", example)
        for name in sets
        for question, example in zip(questions[name], examples[name], strict=True)
    }
    entries = attributing.kept(named)
    paths = [entries[example.digest] for part in examples.values() for example in part]
    return Material(
        {name: part.only(fits[name]) for name, part in own.items()},
        questions,
        inner_products(paths, neurons),
        reader_digest(
            attributing,
            {
                part: list(zip(own[part].only(fits[part]).classes, examples[part], strict=True))
                for part in (TRAIN, CALIBRATION)
            },
        ),
    )


def reader_digest(
    attributing: Attributing, learned_from: Mapping[str, Sequence[tuple[str, Example]]]
) -> str:
    """Digest of the model, the labelled examples that a reader learns from, and all code of it."""
    model = attributing.model
    code = codebase.digest_of(
        "importance.attribution_scores", "item_profile.reader", "item_profile.vector"
    )
    learned = {
        part: sorted([name, example.digest] for name, example in examples)
        for part, examples in learned_from.items()
    }
    return digests.of_value([read_card(model.folder).digest, model.dtype, learned, code])


def _of_items(benchmark: str, material: Material, shares: Floats) -> pd.DataFrame:
    table = pd.DataFrame(shares.round(DIGITS), columns=material.classes)
    table.insert(0, "item", [question.id for question in material.questions[benchmark]])
    table.insert(0, "benchmark", benchmark)
    return table


def write_profiles(model: str, profiles: Profiles, folder: Path) -> None:
    """Write the shares of benchmarks and of items, and how they were read, into a folder.

    Args:
        model: its name, in the first column.
        profiles: what was read.
        folder: of `shares` and `item_shares` as CSV and parquet, and of `reader.json`.
    """
    for name, table in (("shares", profiles.shares), ("item_shares", profiles.items)):
        write_table(table.assign(model=model)[["model", *table.columns]], folder / name)
    write_json(folder / "reader.json", dict(profiles.chosen))


def write_table(table: pd.DataFrame, stem: Path) -> None:
    """Write a table as CSV and parquet."""
    write_csv(stem.with_suffix(".csv"), table)
    with written_whole(stem.with_suffix(".parquet")) as temporary:
        table.to_parquet(temporary, index=False)
