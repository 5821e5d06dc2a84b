"""The report: one self-contained HTML page that a co-author opens without the repository.

Tables go to the templates as rows; the sentences and the layout are there.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from benchprof.ablation import ALL_ABILITIES, and_mask_fraction
from benchprof.configuration import Configuration
from benchprof.files import write_text
from benchprof.portable import portable
from benchprof.profile.criteria import (
    FEW_ITEMS,
    FORMAT_MOVED,
    FULL_ON_TARGET,
    LEAST_ON_TARGET,
    RELIABLE,
    SIDE_DROP,
    SIGNIFICANCE,
)
from benchprof.profile.shown import shown_masks
from benchprof.report import rows
from benchprof.report.caveats import caveats, half_ais, train_items
from benchprof.report.drops import mask_doubts, on_target_table
from benchprof.report.figure import FIGURES
from benchprof.report.item_profiles import item_profiles
from benchprof.report.manifest import portable_card
from benchprof.report.matrix import Matrix, all_matrices, matrix_of, similarity_of
from benchprof.report.methods import ablated, method_steps
from benchprof.report.names import inline, metric, model_name, readable, split
from benchprof.report.numbers import span
from benchprof.report.opening import (
    WARNINGS_SHOWN,
    blind,
    finding,
    overview,
    reason,
    share_maps,
)
from benchprof.report.outcomes import (
    against_random,
    held_out_sentences,
    mostly_undefined,
    undefined,
    without_format,
)
from benchprof.report.page_figures import Album
from benchprof.report.templates import environment

# Of the page's switch: in each benchmark's own headline metric.
HEADLINE = "headline"
LIMITS = {
    "significance": SIGNIFICANCE,
    "small": LEAST_ON_TARGET,
    "full": FULL_ON_TARGET,
    "side": SIDE_DROP,
    "format_change": FORMAT_MOVED,
    "reliable": RELIABLE,
    "few": FEW_ITEMS,
    "warnings": WARNINGS_SHOWN,
}
Tables = Mapping[str, pd.DataFrame]
"""The tables of the profile stage by their names, less that of items, and the table of `overlap`;
this one, `replication` and those of item profiles may be missing."""


def write_page(
    target: Path,
    tables: Tables,
    held_out_test_of: Mapping[str, str],
    calibration_benchmarks: Sequence[str],
    config: Configuration,
    settings: Mapping[str, Any],
    models: Mapping[str, Path],
    sizes: Mapping[str, Path],
    figures: Sequence[Path],
    super_sets: Mapping[str, Path],
) -> None:
    """Write the page; its bytes depend on the arguments, the files and the software alone.

    Args:
        target: the HTML file.
        tables: all can be saved from the page.
        held_out_test_of: the benchmark that is an ability's test split, by ability.
        calibration_benchmarks: those that are an ability's calibration split.
        config: of the run.
        settings: the keys of it that decided the numbers, to be shown.
        models: the card of each prepared model, by the model's name.
        sizes: the file of `masks.size.check_sizes` for each model: how many entries each mask
        fraction is.
        figures: SVG or PNG files, as of `page_figures.Album`; one that is not given is left out.
        super_sets: each model's super set, where a selection leaves it out.
    """
    counts = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in sizes.items()}
    album, impact = Album(figures), tables["impact"]
    sections = []
    for matrix in all_matrices(impact, held_out_test_of):
        entries, mask_sizes = (
            counts[matrix.model]["n"][matrix.mask_fraction_value],
            matrix.mask_sizes.values(),
        )
        fewest, most = f"{min(mask_sizes):,}", f"{max(mask_sizes):,}"
        of = "" if min(mask_sizes) == entries else f"{span(fewest, most)} of "
        size = f"{of}{entries:,} {config.unit}{'s' * (entries != 1)}"
        section = _section(tables, matrix, calibration_benchmarks)
        view = (matrix.selection, matrix.mask_fraction)
        figures_of_it = album.of("matrix", matrix, model=matrix.model, view=view)
        sections.append(section | {"size": size, "figures": figures_of_it})
    script = resources.files("benchprof.report").joinpath("page.js").read_text("utf-8")
    templates = environment()
    templates.filters |= {
        "estimate": rows.estimate,
        "format_change": rows.format_change,
        "count": rows.count,
        "codes": rows.codes,
        "meanings": rows.meanings,
    }
    context = {
        "script": script,
        "script_digest": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "limits": LIMITS,
        "switches": _switches(impact),
        "sections": sections,
        "entries": FIGURES,
        "share_maps": share_maps(tables["shares"]) if "shares" in tables else [],
        "shares": item_profiles(tables, album) if "shares" in tables else [],
        "sweeps": list(_sweeps(impact, album)),
        "similarities": list(_similarities(tables, album)),
        "run_figures": album.of("run"),
        "downloads": [(f"{name}.csv", _saved(own)) for name, own in tables.items() if len(own)],
        "models": {name: portable_card(path) for name, path in models.items()},
        "scores": {name: rows.scores(impact, name) for name in models},
        "profiled": _profiled(impact),
        "ablated": ablated(config, "an ability's"),
        "methods": method_steps(config, tables, super_sets),
        "confidence": f"{100 * config.profile.confidence:g}%",
        "setting_lines": list(_flat(portable(settings))),
        "requests": _digests_by(impact, ["model", "benchmark"], "requests_digest"),
        "masks": _digests_by(
            impact, ["model", "selection", "mask_fraction", "ability", "seed"], "mask_digest"
        ),
        "software": tables["software"].to_dict("records"),
    }
    write_text(target, templates.get_template("page.html.jinja").render(context))


def _section(tables: Tables, matrix: Matrix, calibration: Sequence[str]) -> dict[str, Any]:
    """What the page says of one model, selection and mask fraction."""
    findings, power = tables["findings"], tables["power"]
    reliability, replication = tables["reliability"], tables.get("replication")
    doubts = mask_doubts(matrix)
    flips = matrix.rows_of(tables["flips"])
    turned = flips[flips["seed"].isna()][["benchmark", "ability", "intact_right", "lost", "gained"]]
    details = matrix.cells.merge(turned, how="left", on=["benchmark", "ability"])
    certainty = matrix.rows_of(reliability).merge(
        matrix.rows_of(power), on="benchmark", suffixes=("", "_of_power")
    )
    alike = matrix.rows_of(tables["benchmark_similarity"])
    few = blind(matrix, power)
    return {
        "matrix": matrix,
        "finding": finding(matrix, findings),
        "reason": reason(matrix, few),
        "overview": overview(matrix, findings, few, rows.scores(tables["impact"], matrix.model)),
        "empty": mostly_undefined(matrix),
        "found": [*held_out_sentences(matrix), *against_random(matrix)],
        "warnings": [*undefined(matrix), *caveats(matrix, calibration, tables.get("overlap"))],
        "without_format": without_format(matrix),
        "findings": [
            row
            | {kind: _doubted(row[kind], doubts) for kind in ("needed", "hindering")}
            | {"summary": _with_names(row["summary"], row["benchmark"], matrix.abilities)}
            for row in matrix.rows_of(findings).to_dict("records")
        ],
        "certainty": certainty.to_dict("records"),
        "pairs": alike.to_dict("records"),
        "grids": [_grid(name, own) for name, own in _in_each_metric(tables["impact"], matrix)],
        "details": details.to_dict("records"),
        "on_target_effects": on_target_table(matrix).reset_index().to_dict("records"),
        "halves": half_ais(replication, matrix),
        "train_items": train_items(replication, matrix),
    }


def _doubted(names: str, doubts: Mapping[str, str]) -> str:
    """Names as the tables join them, each with what casts doubt on its mask."""
    said = {name: f" ({doubts[name]})" if name in doubts else "" for name in split(names)}
    return ", ".join(readable(name) + doubt for name, doubt in said.items())


def _with_names(summary: str, benchmark: str, abilities: Sequence[str]) -> str:
    """A sentence of the findings with names as readers know them."""
    text = readable(benchmark) + summary.removeprefix(benchmark)
    for ability in abilities:
        text = text.replace(ability.replace("_", " "), inline(ability))
    return text


def _other_metrics(table: pd.DataFrame) -> list[str]:
    """Every metric but one that is the headline of all that have it."""
    metrics = table.groupby("metric", sort=False)["headline"].all()
    only = len(table.loc[table["headline"], "metric"].unique()) == 1
    return [str(name) for name, all_ in metrics.items() if not (only and all_)]


def _in_each_metric(table: pd.DataFrame, matrix: Matrix) -> Iterator[tuple[str, Matrix]]:
    """The matrix itself, and the same cells in each other metric that the model has."""
    yield HEADLINE, matrix
    present = table[table["model"] == matrix.model]["metric"].unique()
    view = (matrix.model, matrix.selection, matrix.mask_fraction, matrix.held_out_test_of)
    for name in _other_metrics(table):
        if name in present:
            yield name, matrix_of(table, *view, metric=name)


def _grid(name: str, matrix: Matrix) -> dict[str, Any]:
    """The AIS in one metric: a row per benchmark with cells by ability and range of controls."""
    controls = matrix.control_ranges().to_dict("index")
    cells = matrix.cells.groupby("benchmark", sort=False)
    return {
        "name": name,
        "metrics": matrix.metrics(),
        "abilities": matrix.abilities,
        "rows": [(name, own.to_dict("records"), controls.get(name)) for name, own in cells],
    }


def _switches(table: pd.DataFrame) -> list[dict[str, Any]]:
    """What a reader chooses among: models, selections, mask fractions and metrics."""
    headline = ", ".join(map(metric, table.loc[table["headline"], "metric"].unique()))
    metrics = [(HEADLINE, f"headline ({headline})")]
    metrics += [(name, metric(name)) for name in _other_metrics(table)]
    plain = {"model": "Model", "selection": "Masks", "mask_fraction": "Mask fraction"}
    shown = {name: [(v, model_name(v)) for v in table[name].unique()] for name in plain}
    return [
        {"name": name, "label": label, "options": shown[name]} for name, label in plain.items()
    ] + [{"name": "metric", "label": "AIS in", "options": metrics}]


def _sweeps(table: pd.DataFrame, album: Album) -> Iterator[dict[str, Any]]:
    # A single mask fraction has no curve, and what is listed has none at all.
    mask_fractions = table.groupby(["model", "selection"], sort=False)["mask_fraction"].nunique()
    for model, selection in (
        (str(own[0]), str(own[1])) for own in mask_fractions.index[mask_fractions > 1]
    ):
        if own := album.of("curve", table, model, selection, model=model, view=[selection]):
            yield {"model": model, "selection": selection, "figures": own}


def _similarities(tables: Tables, album: Album) -> Iterator[dict[str, Any]]:
    keys = tables["similarity"][["selection", "mask_fraction"]].drop_duplicates()
    for selection, mask_fraction in zip(keys["selection"], keys["mask_fraction"], strict=True):
        alike = similarity_of(tables["similarity"], selection, mask_fraction)
        differences = similarity_of(tables["model_differences"], selection, mask_fraction)
        yield {
            "title": f"{selection} masks{and_mask_fraction(mask_fraction)}",
            "selection": selection,
            "mask_fraction": mask_fraction,
            "rows": alike.to_dict("records"),
            "differences": differences.to_dict("records"),
            "figures": album.of("models", alike, view=[selection, mask_fraction]),
        }


def _saved(table: pd.DataFrame) -> str:
    """A table as a data URI, without digests, which provenance has."""
    digests = [name for name in table.columns if name.endswith("_digest")]
    text = table.drop(columns=digests).to_csv(index=False, lineterminator="\n")
    return f"data:text/csv;base64,{base64.b64encode(text.encode()).decode('ascii')}"


def _profiled(table: pd.DataFrame) -> dict[str, Any]:
    shown, of_masks = table[table["headline"]], shown_masks(table)
    return {
        "abilities": list(of_masks["ability"].unique()),
        "benchmarks": list(of_masks["benchmark"].unique()),
        "least": int(of_masks["n"].min()),
        "most": int(of_masks["n"].max()),
        "seeds": int(shown["seed"].nunique()),
        "matched_each": ALL_ABILITIES not in set(shown["ability"]),
    }


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Nested settings as (dotted name, text)."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from _flat(entry, f"{name}.{key}".lstrip("."))
    else:
        yield name, value if isinstance(value, str) else json.dumps(value)


def _digests_by(table: pd.DataFrame, keys: list[str], digest: str) -> list[list[str]]:
    """Rows of (keys, digest), each once, in the table's order."""
    once = table[[*keys, digest]].drop_duplicates()
    return [["" if pd.isna(v) else str(v) for v in row] for row in once.to_numpy(dtype=object)]
