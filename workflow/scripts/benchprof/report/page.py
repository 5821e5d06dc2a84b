"""The report: one self-contained HTML page that a co-author opens without the repository."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from benchprof.files import write_text
from benchprof.models.source import source_of
from benchprof.origin import read_origin
from benchprof.portable import portable
from benchprof.profile.criteria import FORM_MOVED, FULL_DOSE, LEAST_DOSE, SIDE_DROP, SIGNIFICANCE
from benchprof.profile.shown import shown_masks
from benchprof.report import page_profiles, page_tables
from benchprof.report.figures.pipeline import NOTE as PIPELINE_NOTE
from benchprof.report.glossary import GLOSSARY, explainer, marked
from benchprof.report.manifest import portable_card
from benchprof.report.matrix import Matrix, all_matrices
from benchprof.report.methods import ablated, method_steps
from benchprof.report.names import agreeing, counted, metric, readable
from benchprof.report.numbers import span
from benchprof.report.page_figures import Album
from benchprof.report.page_section import HEADLINE, Tables, other_metrics, section_of
from benchprof.report.pairs import similarity_of
from benchprof.run.ablation import ALL_ABILITIES, and_k
from benchprof.run.configuration import Configuration

TEMPLATE = "page.html.jinja"


def write_page(
    target: Path,
    tables: Tables,
    own_benchmarks: Mapping[str, str],
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
        tables: as `page_section.Tables`; all can be saved from the page.
        own_benchmarks: the benchmark that is an ability's test split, by ability.
        calibration_benchmarks: those that are an ability's calibration split.
        config: of the run.
        settings: the keys of it that decided the numbers, to be shown.
        models: the card of each prepared model, by the model's name.
        sizes: the file of `masks.size.check_sizes` for each model: how many entries each k is.
        figures: SVG or PNG files, as of `page_figures.Album`; one that is not given is left out.
        super_sets: each model's super set, where a selection leaves it out.
    """
    cards = {name: portable_card(path) for name, path in models.items()}
    counts = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in sizes.items()}
    album = Album(figures)
    impact, similarity = tables["impact"], tables["similarity"]
    matrices = all_matrices(impact, own_benchmarks)

    def size_of(matrix: Matrix) -> str:
        entries, sizes = counts[matrix.model]["n"][matrix.k], matrix.mask_sizes.values()
        fewest, most = (f"{size:,}" for size in (min(sizes), max(sizes)))
        of = "" if min(sizes) == entries else f"{span(fewest, most)} of "
        return f"{of}{entries:,} {agreeing(entries, config.unit, f'{config.unit}s')}"

    script = resources.files("benchprof.report").joinpath("page.js").read_text("utf-8")
    context = {
        "script": script,
        "script_digest": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "switches": _switches(impact),
        "sections": [
            section_of(tables, matrix, size_of(matrix), album, calibration_benchmarks)
            for matrix in matrices
        ],
        "sweeps": list(_sweeps(impact, album)),
        "similarities": list(_similarities(similarity, tables["model_differences"], album)),
        "pipeline": album.of_all("pipeline", PIPELINE_NOTE),
        "scores": {model: page_tables.score_rows(impact, model) for model in cards},
        "downloads": _downloads(tables),
    } | _provenance(tables, config, settings, cards, super_sets)
    write_text(target, _environment().get_template(TEMPLATE).render(context))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("benchprof", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = readable
    environment.filters["metric"] = metric
    environment.filters["source"] = source_of
    environment.filters["meanings"] = page_tables.meanings
    environment.globals.update(word=marked, explainer=explainer, glossary=GLOSSARY, counted=counted)
    return environment


def _provenance(
    tables: Tables,
    config: Configuration,
    settings: Mapping[str, Any],
    cards: Mapping[str, Mapping[str, Any]],
    super_sets: Mapping[str, Path],
) -> dict[str, Any]:
    """What was profiled and how, and what made the numbers."""
    impact = tables["impact"]
    masks = ["model", "selection", "fraction", "ability", "seed"]
    return {
        "models": cards,
        "profiled": _profiled(impact),
        "ablated": ablated(config, "an ability's"),
        "methods": method_steps(
            config, tables, {model: read_origin(path) for model, path in super_sets.items()}
        ),
        "confidence": f"{100 * config.profile.confidence:g}%",
        "setting_lines": list(_flat(portable(settings))),
        "requests": _digests_by(impact, ["model", "benchmark"], "requests_digest"),
        "masks": _digests_by(impact, masks, "mask_digest"),
        "software": tables["software"].to_dict("records"),
        "limits": {
            "significance": SIGNIFICANCE,
            "small": LEAST_DOSE,
            "full": FULL_DOSE,
            "side": SIDE_DROP,
            "form": FORM_MOVED,
        },
    }


def _switches(table: pd.DataFrame) -> list[dict[str, Any]]:
    """What a reader chooses among: (value, text) of models, selections, k and metrics."""
    headline = table.loc[table["headline"], "metric"].unique()
    shown = ", ".join(map(metric, headline))
    others = [(name, metric(name)) for name in other_metrics(table)]
    metrics = [(HEADLINE, f"headline ({shown})"), *others]
    plain = {"model": "Model", "selection": "Masks", "fraction": "k"}
    return [
        {"name": name, "label": label, "options": [(v, v) for v in table[name].unique()]}
        for name, label in plain.items()
    ] + [{"name": "metric", "label": "AIS in", "options": metrics}]


def _sweeps(table: pd.DataFrame, album: Album) -> Iterator[dict[str, Any]]:
    keys = table[["model", "selection"]].drop_duplicates()
    for model, selection in zip(keys["model"], keys["selection"], strict=True):
        figure = album.of_sweep(table, model, selection)
        if figure is not None:
            yield {"model": model, "selection": selection, "figure": figure}


def _similarities(
    table: pd.DataFrame, differences: pd.DataFrame, album: Album
) -> Iterator[dict[str, Any]]:
    keys = table[["selection", "fraction"]].drop_duplicates()
    for selection, fraction in zip(keys["selection"], keys["fraction"], strict=True):
        rows = similarity_of(table, selection, fraction)
        yield {
            "title": f"{selection} masks{and_k(fraction)}",
            "selection": selection,
            "fraction": fraction,
            "rows": page_profiles.model_pair_rows(rows),
            "differences": list(page_profiles.difference_rows(differences, selection, fraction)),
            "figure": album.of_similarity(rows, selection, fraction),
        }


def _downloads(tables: Tables) -> list[tuple[str, str]]:
    """(file name, data URI) of tables with rows, without digests, which provenance has."""
    return [(f"{name}.csv", _saved(table)) for name, table in tables.items() if len(table)]


def _saved(table: pd.DataFrame) -> str:
    digests = [name for name in table.columns if name.endswith("_digest")]
    text = table.drop(columns=digests).to_csv(index=False, lineterminator="\n")
    return f"data:text/csv;base64,{base64.b64encode(text.encode()).decode('ascii')}"


def _profiled(table: pd.DataFrame) -> dict[str, Any]:
    shown, own = table[table["headline"]], shown_masks(table)
    return {
        "abilities": list(own["ability"].unique()),
        "benchmarks": list(own["benchmark"].unique()),
        "least": int(own["n"].min()),
        "most": int(own["n"].max()),
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
    rows = table[[*keys, digest]].drop_duplicates()
    return [["" if pd.isna(v) else str(v) for v in row] for row in rows.to_numpy(dtype=object)]
