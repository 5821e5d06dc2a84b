"""Items of several sets as a model reads them, and the reader that tells their abilities best."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from benchprof import digests
from benchprof.errors import InputError
from benchprof.importance.example import Example, Question, render_question
from benchprof.importance.faults import context_of
from benchprof.importance.items import TrainItems
from benchprof.item_profile.labelled import Labelled, labelled
from benchprof.item_profile.reader import Labels, Reader, chosen_reader
from benchprof.models.loading import load_tokenizer
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

    @property
    def sets(self) -> dict[str, list[Labelled]]:
        """Both, without calibration items of a class that has no train items."""
        train, calibration = labelled(self.train), labelled(self.calibration)
        classes = {own.label for own in train}
        return {TRAIN: train, CALIBRATION: [own for own in calibration if own.label in classes]}


@dataclass(frozen=True)
class Items:
    """Items of several sets, each with its example, without those that are too long for the model.

    Attributes:
        sets: by name.
    """

    sets: Mapping[str, Sequence[tuple[Labelled, Example]]]

    @property
    def named(self) -> list[tuple[str, Example]]:
        """Every example, set by set, with a name for messages."""
        return [
            (f"{name}, item {own.question.id}", example)
            for name, part in self.sets.items()
            for own, example in part
        ]

    @property
    def classes(self) -> list[str]:
        """The abilities, and `none` if there are items of it."""
        return list(dict.fromkeys(own.label for own, _ in self.sets[TRAIN]))

    @property
    def digest(self) -> str:
        """Digest of the labelled examples that a reader learns from, whatever their order."""
        parts = (self.sets[TRAIN], self.sets[CALIBRATION])
        return digests.of_value([sorted([o.label, e.digest] for o, e in part) for part in parts])

    def places(self, name: str) -> list[int]:
        """Where a set's items are among those of all sets."""
        every = [own for own, part in self.sets.items() for _ in part]
        return [place for place, own in enumerate(every) if own == name]

    def labels(self, name: str) -> Labels:
        """The numbers of the classes of a labelled set's items."""
        classes = self.classes
        return np.array([classes.index(own.label) for own, _ in self.sets[name]], dtype=np.int64)


@dataclass(frozen=True)
class Read:
    """What was read of items in the way that tells the calibration items' abilities best.

    Attributes:
        items: all of them.
        way: its name.
        products: inner products of all items.
        reader: of shares.
        log_loss: of the reader on calibration items, in nats.
    """

    items: Items
    way: str
    products: Floats
    reader: Reader
    log_loss: float

    def with_train(self, name: str) -> Floats:
        """Inner products of a set's items with the train items."""
        return self.products[np.ix_(self.items.places(name), self.items.places(TRAIN))]

    def shares(self, name: str) -> Floats:
        """The shares of the classes in each of a set's items."""
        return self.reader.shares(self.with_train(TRAIN), self.with_train(name))


def best_read(items: Items, ways: Mapping[str, Floats]) -> Read:
    """The way with the lowest log loss on calibration items, and its reader.

    Args:
        items: of all sets.
        ways: inner products of all of them, by the way in which they were read.
    """
    train, calibration = items.places(TRAIN), items.places(CALIBRATION)
    labels = (items.labels(TRAIN), items.labels(CALIBRATION), len(items.classes))
    trials = []
    for way, own in ways.items():
        chosen = chosen_reader(own[np.ix_(train, train)], own[np.ix_(calibration, train)], *labels)
        trials.append(Read(items, way, own, *chosen))
    return min(trials, key=lambda own: own.log_loss)


def gather(folder: Path, sets: Mapping[str, Sequence[Labelled]]) -> Items:
    """The items of each set that the model has room for.

    Args:
        folder: the prepared model.
        sets: those of `Known.sets` and others.

    Raises:
        InputError: the template changes an answer, or the model has room for none of a set or of an
            ability's train items.
    """
    tokenizer, longest = load_tokenizer(folder), context_of(folder)
    kept = {}
    for name, part in sets.items():
        every = [(own, example_of(own.question, tokenizer)) for own in part]
        kept[name] = [own for own in every if longest is None or own[1].longest <= longest]
        lost = {own.label for own in part} - {own.label for own, _ in kept[name]}
        if lost and (name == TRAIN or not kept[name]):
            found = f"no item of {min(lost) or name} fits into the model's context of {longest}"
            raise InputError(folder, f"{found} tokens", "at least one that does")
        if left := len(every) - len(kept[name]):
            logger.warning("%s: %d items left out, longer than %s tokens", name, left, longest)
    return Items(kept)


def example_of(question: Question, tokenizer: PreTrainedTokenizerBase) -> Example:
    """A question with options for the option cross-entropy, another one for its answer's loss."""
    loss_on = "option_cross_entropy" if len(question.options) > 1 else "answer"
    return render_question(question, tokenizer, loss_on)
