"""Two jobs: the masks of one selection for all abilities and k, and its random controls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchprof import codebase
from benchprof.errors import InputError
from benchprof.masks.control import (
    Strata,
    count_strata,
    draw_control,
    magnitude_deciles,
    mean_strata,
)
from benchprof.masks.mask import Mask, read_mask, write_mask
from benchprof.masks.selection import select_bottom, select_core, select_top
from benchprof.masks.shares import Shares
from benchprof.masks.size import entry_count
from benchprof.masks.specific import (
    in_several_tops,
    select_difference,
    select_excluding,
    select_max,
    select_ratio,
    select_sum,
)
from benchprof.masks.threshold import Entries
from benchprof.models.family import scope_weights
from benchprof.models.loading import load_model
from benchprof.models.preparation import check_content, read_card
from benchprof.tensors import TensorFile

logger = logging.getLogger(__name__)
# The file name of the background's importance; no ability's, since it starts with '_'.
BACKGROUND = "_background"


def select_masks(
    folder: Path,
    selection: str,
    settings: Mapping[str, Any],
    fraction_of: str,
    importances: Mapping[str, Path],
    background: Path | None,
    targets: Mapping[tuple[str, str], Path],
) -> None:
    """Write the masks of one selection.

    Args:
        folder: the prepared model, for |θ|.
        selection: top, specific, core or bottom.
        settings: of the selection, as configured.
        fraction_of: what k is a share of: model (all parameters) or scope.
        importances: each ability's importance file.
        background: the importance file that `specific` contrasts every ability with; None for
            the other abilities'.
        targets: mask file by (ability, fraction).

    Raises:
        InputError: a mask would be empty or larger than the scope, or importances differ in
            what made them.
    """
    # In the order of the names: a sum over abilities must not depend on the configuration's.
    files = {ability: TensorFile(importances[ability]) for ability in sorted(importances)}
    if background is not None:
        files[BACKGROUND] = TensorFile(background)
    _check_same_origin(files)
    size = next(iter(files.values())).total_size
    whole = read_card(folder).parameters if fraction_of == "model" else size
    fractions = list(dict.fromkeys(fraction for _, fraction in targets))
    counts = [entry_count(fraction, whole) for fraction in fractions]
    select = selector(selection, settings, files, counts)
    for ability in dict.fromkeys(ability for ability, _ in targets):
        used = {name: files[name].origin for name in read_for(selection, ability, files)}
        for fraction, entries in zip(fractions, select(ability), strict=True):
            origin = {
                "ability": ability,
                "selection": selection,
                "settings": dict(settings),
                "fraction": fraction,
                "fraction_of": fraction_of,
                "whole": whole,
                "importance": used,
                "code": codebase.digest_of("masks"),
            }
            write_mask(targets[ability, fraction], Mask(entries, origin))
            logger.info("%s, %s: %d entries", ability, fraction, sum(map(len, entries.values())))


def read_for(selection: str, ability: str, importances: Collection[str]) -> list[str]:
    """Names of the importances that an ability's mask is selected from.

    Args:
        selection: top, specific, core or bottom.
        ability: whose mask it is.
        importances: names of all, of the background too where the selection has one.
    """
    if selection in ("top", "bottom"):
        return [ability]
    return [ability, BACKGROUND] if BACKGROUND in importances else sorted(importances)


def draw_controls(
    folder: Path,
    dtype: str,
    scope: str,
    layers: Sequence[int] | None,
    masks: Mapping[tuple[str, str], Path],
    targets: Mapping[tuple[str, int, str], Path],
) -> None:
    """Write random controls of the masks of one selection.

    Args:
        folder: the prepared model, whose weights' magnitudes are matched.
        dtype: of the weights.
        scope: mlp, attention or all_layers.
        layers: the first and the last decoder layer in scope; all if None.
        masks: mask file by (ability, fraction).
        targets: control file by (ability or `all_abilities`, seed, fraction); the latter is
            matched to the abilities' masks on average.
    """
    check_content(folder)
    model = load_model(folder, dtype, "cpu")
    weights = scope_weights(model, scope, layers)
    deciles = {name: magnitude_deciles(weight) for name, weight in weights.items()}
    strata: dict[tuple[str, str], Strata] = {}
    digests_of: dict[tuple[str, str], str] = {}
    for key, path in masks.items():
        mask = read_mask(path)
        strata[key] = count_strata(mask.entries, deciles)
        digests_of[key] = mask.digest
    for (ability, seed, fraction), target in targets.items():
        matched: Sequence[tuple[str, str]] = [
            key
            for key in sorted(masks)
            if key[1] == fraction and ability in (key[0], "all_abilities")
        ]
        counts = mean_strata([strata[key] for key in matched])
        origin = {
            "ability": ability,
            "selection": "random",
            "seed": seed,
            "fraction": fraction,
            "matched_to": {key[0]: digests_of[key] for key in matched},
            "code": codebase.digest_of("masks"),
        }
        write_mask(target, Mask(draw_control(counts, deciles, seed), origin))
        logger.info("%s, seed %d, %s: drawn", ability, seed, fraction)


def selector(
    selection: str,
    settings: Mapping[str, Any],
    files: Mapping[str, TensorFile],
    counts: Sequence[int],
) -> Callable[[str], list[Entries]]:
    """From an ability to its entries for each count; what all abilities need is done once."""
    if selection == "top":
        return lambda ability: select_top(files[ability], counts, settings.get("within", "model"))
    if selection == "bottom":
        return lambda ability: select_bottom(files[ability], counts)
    shares = Shares.of_files(files, BACKGROUND if BACKGROUND in files else None)
    if selection == "core":
        core = select_core(shares, counts)
        return lambda _: core
    definition = settings["definition"]
    least = settings.get("in_top_of", 0)
    tops = {a: select_top(file, counts) for a, file in files.items()} if least else {}
    if definition == "ratio":
        pool, others = settings["pool"], settings.get("others", "mean")
        return lambda ability: select_ratio(
            shares, ability, counts, pool, others,
            in_several_tops(shares, ability, tops, least) if least else None,
        )  # fmt: skip
    if definition == "exclude":
        return lambda ability: select_excluding(
            shares, ability, counts, in_several_tops(shares, ability, tops, least)
        )
    contrast = {"max": select_max, "diff": select_difference, "sum": select_sum}[definition]
    return lambda ability: contrast(shares, ability, counts)


def _check_same_origin(files: Mapping[str, TensorFile]) -> None:
    """Importances are comparable only where model, scope, score and code are the same."""
    first = next(iter(files.values()))
    for file in files.values():
        for key in ("model", "scope", "layers", "score", "loss_on", "twins", "dtype", "code"):
            if file.origin[key] != first.origin[key]:
                found = f"{key} is {file.origin[key]}"
                expected = f"{first.origin[key]}, as in {first.path}"
                raise InputError(file.path, found, expected, "Delete it and run again.")
