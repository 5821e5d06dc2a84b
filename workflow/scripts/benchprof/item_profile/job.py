"""One job: the item profiles of benchmarks under one model."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.files import write_json, write_table
from benchprof.importance.example import Question
from benchprof.item_profile.items import TRAIN, Known, Read, best_read, gather
from benchprof.item_profile.labelled import Labelled
from benchprof.item_profile.reading import Reading
from benchprof.item_profile.share import DIGITS, share_table

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Profiles:
    """What was read of some benchmarks.

    Attributes:
        shares: a row for what is read, each benchmark and class: `model`, `read_from` and
            `share.COLUMNS`.
        items: a row for what is read and each item: `model`, `read_from`, `benchmark`, `item` and a
            share for each class.
        readers: by what is read, the way, how shares are read, the log loss on calibration items,
            and the reader's digest.
    """

    shares: pd.DataFrame
    items: pd.DataFrame
    readers: Mapping[str, Mapping[str, Any]]


def profile_benchmarks(
    model: str,
    reading: Reading,
    known: Known,
    benchmarks: Mapping[str, Sequence[Question]],
    seed: int,
) -> Profiles:
    """Read the item profile of each benchmark.

    Args:
        model: its name.
        reading: from what of which model.
        known: the items that the reader learns from.
        benchmarks: the questions of each.
        seed: of the bootstrap.

    Raises:
        InputError: items cannot be rendered or read.
    """
    others = {name: [Labelled(own) for own in part] for name, part in benchmarks.items()}
    items = gather(reading.model.folder, known.sets | others)
    shares, rows = [], []
    readers: dict[str, dict[str, Any]] = {}
    for name, ways in reading.ways(items).items():
        read = best_read(items, ways)
        settings = {"way": read.way, **asdict(read.reader.settings), "log_loss": read.log_loss}
        logger.info("shares are read from %s: %s", name, settings)
        readers[name] = settings | {"classes": items.classes, "digest": reading.digest(name, items)}
        train = read.with_train(TRAIN)
        products = {own: read.with_train(own) for own in benchmarks}
        table = share_table(read.reader, items.classes, train, products, seed)
        shares.append(_of(model, name, table))
        rows += [_of(model, name, _of_items(read, own)) for own in benchmarks]
    return Profiles(
        pd.concat(shares, ignore_index=True), pd.concat(rows, ignore_index=True), readers
    )


def _of(model: str, read_from: str, table: pd.DataFrame) -> pd.DataFrame:
    table.insert(0, "read_from", read_from)
    table.insert(0, "model", model)
    return table


def _of_items(read: Read, benchmark: str) -> pd.DataFrame:
    table = pd.DataFrame(read.shares(benchmark).round(DIGITS), columns=read.items.classes)
    table.insert(0, "item", [own.question.id for own, _ in read.items.sets[benchmark]])
    table.insert(0, "benchmark", benchmark)
    return table


def write_profiles(profiles: Profiles, folder: Path) -> None:
    """Write the shares of benchmarks and of items, and how they were read, into a folder.

    Args:
        profiles: what was read.
        folder: of `shares` and `item_shares` as CSV and parquet, and of `reader.json`.
    """
    write_table(folder / "shares", profiles.shares)
    write_table(folder / "item_shares", profiles.items)
    write_json(folder / "reader.json", dict(profiles.readers))
