"""One job: the masks that each half of the train items makes alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from benchprof.abilities.item import read_items
from benchprof.importance.job import used_items
from benchprof.masks.job import BACKGROUND
from benchprof.replication.halves import Halves, split
from benchprof.store import Store

Compute = Callable[..., None]
"""`compute_importance` with the model and what the score depends on."""
Select = Callable[..., None]
"""`select_masks` with the model and what k is a share of."""


def halves_of(
    items: Mapping[str, Path], exclude: Mapping[str, Collection[str]], limit: int | None, seed: int
) -> dict[str, Halves]:
    """Ids of two disjoint halves of the train items that a run uses, by ability.

    Args:
        items: each ability's file of train items, and the background's where there is one.
        exclude: each one's ids of items that are left out.
        limit: items of each that the run uses at most.
        seed: of that sample, and of the halves.

    Raises:
        InputError: an ability has fewer than two items.
    """
    return {
        name: split([item.id for item in used_items(path, exclude[name], limit, seed)], seed, name)
        for name, path in items.items()
    }


def score_items(
    compute: Compute, items: Mapping[str, Path], kept: Mapping[str, Collection[str]], folder: Path
) -> dict[str, Path]:
    """Write the importance of every ability by some of its items alone, in a folder and its store.

    Args:
        compute: the importance stage.
        items: each ability's file of train items.
        kept: each ability's ids of the items that count.
        folder: of the files.
    """
    every = {name: {item.id for item in read_items(path)} for name, path in items.items()}
    importances = {name: folder / f"{name}.safetensors" for name in items}
    compute(
        items=items,
        exclude={name: every[name] - set(kept[name]) for name in items},
        limit=None,
        seed=0,
        targets=importances,
        store=Store(folder / "store"),
    )
    return importances


def select_from(
    select: Select,
    importances: Mapping[str, Path],
    selection: str,
    settings: Mapping[str, Any],
    targets: Mapping[tuple[str, str], Path],
) -> None:
    """Write the masks of one selection as a run would from these importance files.

    Args:
        select: the mask stage.
        importances: by ability, and of the background where there is one.
        selection: its name.
        settings: of the selection, as configured.
        targets: mask file by (ability, fraction).
    """
    select(
        selection=selection,
        settings=settings,
        importances={name: path for name, path in importances.items() if name != BACKGROUND},
        background=importances.get(BACKGROUND) if selection == "specific" else None,
        targets=targets,
    )


def select_half_masks(
    compute: Compute,
    select: Select,
    items: Mapping[str, Path],
    exclude: Mapping[str, Collection[str]],
    limit: int | None,
    seed: int,
    selections: Mapping[str, Mapping[str, Any]],
    targets: Mapping[tuple[str, str, int, str], Path],
) -> None:
    """Write the masks of two disjoint halves of the train items.

    Each half goes through the importance and mask stages as all items do. Its importance files are
    removed once its masks are drawn.

    Args:
        compute: the importance stage.
        select: the mask stage.
        items: each ability's file of train items, and the background's where there is one.
        exclude: each one's ids of items that are left out.
        limit: items of each that the run uses at most.
        seed: of that sample, and of the halves.
        selections: settings by selection, as configured.
        targets: mask file by (ability, selection, half, fraction); halves are 1 and 2.

    Raises:
        InputError: an ability has fewer than two items.
    """
    halves = halves_of(items, exclude, limit, seed)
    beside = next(iter(targets.values())).parents[1]
    beside.mkdir(parents=True, exist_ok=True)
    for half in (1, 2):
        kept = {name: own[half - 1] for name, own in halves.items()}
        with tempfile.TemporaryDirectory(dir=beside, prefix=".half.") as folder:
            importances = score_items(compute, items, kept, Path(folder))
            for selection, settings in selections.items():
                own = {
                    (ability, fraction): path
                    for (ability, name, number, fraction), path in targets.items()
                    if (number, name) == (half, selection)
                }
                select_from(select, importances, selection, settings, own)
