"""Importance files that are made only if masks need them, and removed once masks are drawn."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from benchprof.importance.items import TrainItems
from benchprof.importance.job import compute_importance, examples_and_origins
from benchprof.importance.scoring import Scoring
from benchprof.store import Store
from benchprof.tensors import write_tensors

UNFINISHED = ".unfinished"
logger = logging.getLogger(__name__)


def compute_transient(
    scoring: Scoring,
    train: TrainItems,
    targets: Mapping[str, Path],
    needed: Callable[[Mapping[str, Any]], Collection[str]],
) -> None:
    """Write the importance from which masks still have to be made; for the rest, only the origin.

    Nothing goes to the run's store. Until the job is done, finished abilities are kept in a folder
    beside the targets, so that a killed job resumes at the ability where it stopped.

    Args:
        scoring: how weights are scored.
        train: the items.
        targets: each ability's importance file, all in one folder.
        needed: says of all origins, by ability, whose scores are needed.

    Raises:
        InputError: as `compute_importance` raises it.
    """
    _, origins = examples_and_origins(scoring, train)
    wanted = sorted(needed(origins))
    (folder,) = {target.parent for target in targets.values()}
    if wanted:
        made = {name: targets[name] for name in wanted}
        store = Store(folder / UNFINISHED)
        compute_importance(scoring, train.of(wanted), made, store, folder)
        for target in made.values():
            if target.is_symlink():
                # The file itself, which goes with its name.
                target.resolve().replace(target)
                os.utime(target)
    shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
    for name in sorted(targets.keys() - {*wanted}):
        write_tensors(targets[name], {}, origins[name])
    logger.info("%d not needed: every mask of theirs is in the store", len(targets) - len(wanted))
