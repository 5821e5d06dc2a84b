"""The numbers of the tables that follow from the records without a random number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchprof.archive.cells import Cell, Groups, read_cells
from benchprof.archive.container import Archive
from benchprof.archive.layout import ArchiveError
from benchprof.archive.listing import LISTING, Listing, read_parsed
from benchprof.archive.manifest import check_results, read_manifest
from benchprof.archive.rows import Row, compare, read_rows, text_of
from benchprof.archive.similarity import Profiles, check_similarities
from benchprof.profile.key import ProfileKey

IMPACT = "results/profiles/impact.csv"
SIMILARITIES = {
    "results/profiles/similarity.csv": "model",
    "results/profiles/benchmark_similarity.csv": "benchmark",
}
FLIPS = "results/profiles/flips.csv"
COLUMNS = {
    IMPACT: "k, headline, ablation_of, n, guessing, intact, ablated, ais, over_random, "
    "over_others, reason_code, reason_random, reason_others, model_digest, mask_digest, "
    "requests_digest",
    **dict.fromkeys(SIMILARITIES, "pairs, abilities, similarity, reason_code"),
    FLIPS: "n, intact_right, lost, gained",
}
"""The columns of each table that are recomputed, in words."""
IMPACTS = ("chance_corrected", "absolute", "relative")


def check_tables(archive: Archive, listing: Listing) -> dict[str, int]:
    """Compare the tables of an archive with its records and masks; how many rows each table has.

    Args:
        archive: checked.
        listing: of it.

    Raises:
        ArchiveError: names the table, the line and the column that differs, or the record or mask
            that is damaged or of another run.
    """
    settings = listing["tables"]["settings"]
    if settings["impact"] not in IMPACTS:
        found = f"{settings['impact']!r}; expected one of {', '.join(IMPACTS)}"
        raise ArchiveError(f"{LISTING}.tables.settings.impact: {found}")
    manifest = read_manifest(archive, listing)
    groups = read_cells(archive, listing, manifest)

    def rows(name: str) -> Iterator[tuple[str, Row]]:
        return read_rows(read_parsed(archive, listing, name), name)

    turning = _turning(groups, settings)
    counts = {
        name: sum(map(len, own.values())) for name, own in ((IMPACT, groups), (FLIPS, turning))
    }
    profiles = _check_impact(rows(IMPACT), groups, settings)
    for name, compared in SIMILARITIES.items():
        counts[name] = check_similarities(rows(name), name, compared, profiles)
    _check_flips(rows(FLIPS), turning)
    check_results(manifest, listing["files"])
    return counts


def _check_impact(
    rows: Iterator[tuple[str, Row]], groups: Groups, settings: Mapping[str, Any]
) -> Profiles:
    """Compare the AIS table; the profiles in the metric shown."""
    profiles: dict[ProfileKey, dict[str, float | None]] = {}
    for where, row, cell in _matched(rows, IMPACT, groups):
        compare(row, _impact(cell, groups[cell.group], settings), where)
        if row["headline"] == "True" and row["seed"] == "":
            own = profiles.setdefault(ProfileKey.of(row), {})
            own[row["ability"]] = None if row["ais"] == "" else float(row["ais"])
    return profiles


def _impact(cell: Cell, group: Sequence[Cell], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row of the AIS table that follow from the records."""
    intact, ablated, impact = cell.intact, cell.ablated, settings["impact"]
    code = intact.reason[cell.metric]
    controls, others = cell.controls(group), cell.others(group)
    own = not cell.ablation.is_control
    shown = _shown(cell.source.benchmark, intact.scores, settings)
    return {
        "k": cell.k,
        "headline": str(cell.metric == shown),
        "ablation_of": ablated.ablation_of,
        "n": intact.n,
        "guessing": intact.guessing,
        "intact": intact.scores[cell.metric],
        "ablated": ablated.scores[cell.metric],
        "model_digest": intact.model,
        "mask_digest": ablated.mask,
        "requests_digest": intact.requests,
        "reason_code": code,
        "reason_random": code or _lacking(controls, own, "no_controls"),
        "reason_others": code or _lacking(others, own, "no_other_abilities"),
        "ais": None if code else cell.ais(impact),
        "over_random": None if code else cell.over(controls, impact),
        "over_others": None if code else cell.over(others, impact),
    }


def _lacking(compared: Sequence[Cell], own: bool, code: str) -> str:
    """The code of why a contrast is missing; empty where it is there."""
    if compared:
        return ""
    return code if own else "is_control"


def _shown(benchmark: str, metrics: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """The metric of a benchmark that is shown."""
    wanted = (settings["metric"], settings["headlines"].get(benchmark))
    return next((metric for metric in wanted if metric in metrics), next(iter(metrics)))


def _check_flips(rows: Iterator[tuple[str, Row]], groups: Groups) -> None:
    """Compare how many items turned wrong, and how many right."""
    for where, row, cell in _matched(rows, FLIPS, groups):
        intact, ablated = (state.right[cell.metric] for state in (cell.intact, cell.ablated))
        expected = {
            "n": cell.intact.n,
            "intact_right": intact.bit_count(),
            "lost": (intact & ~ablated).bit_count(),
            "gained": (ablated & ~intact).bit_count(),
        }
        compare(row, expected, where)


def _turning(groups: Groups, settings: Mapping[str, Any]) -> Groups:
    """The groups of the metric by which a benchmark's items turn.

    That is the one shown if its scores are all 0 or 1 in every model, else the first whose are; a
    benchmark without such a metric has none.
    """
    binary: dict[str, dict[str, bool]] = {}
    for (_, benchmark, metric, *_), cells in groups.items():
        states = [cells[0].intact, *(cell.ablated for cell in cells)]
        own = binary.setdefault(benchmark, {})
        own[metric] = own.get(metric, True) and all(metric in state.right for state in states)
    turning: set[tuple[str, ...]] = set()
    for benchmark, own in binary.items():
        shown = _shown(benchmark, own, settings)
        order = sorted(own, key=lambda metric: metric != shown)
        turning.update((benchmark, metric) for metric in [m for m in order if own[m]][:1])
    return {key: cells for key, cells in groups.items() if key[1:3] in turning}


def _matched(
    rows: Iterator[tuple[str, Row]], name: str, groups: Groups
) -> Iterator[tuple[str, Row, Cell]]:
    """Each row of a table with where it is and its cell.

    Raises:
        ArchiveError: a row is of no cell or of one that had a row, or a cell has none.
    """
    found = {
        (*key, cell.ablation.ability, text_of(cell.ablation.seed)): cell
        for key, cells in groups.items()
        for cell in cells
    }
    keys = ("model", "benchmark", "metric", "selection", "fraction", "ability", "seed")
    for where, row in rows:
        try:
            cell = found.pop(tuple(row[key] for key in keys))
        except KeyError:
            raise ArchiveError(f"{where}: no record has this row, or it is twice") from None
        yield where, row, cell
    if found:
        missing = ", ".join(sorted({key[5] for key in found}))
        raise ArchiveError(f"{name}: lacks rows of {missing}")
