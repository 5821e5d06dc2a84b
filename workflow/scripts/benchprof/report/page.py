"""The report: one self-contained HTML page that a co-author opens without the repository."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from benchprof.files import write_text
from benchprof.profile.impact import SIGNIFICANCE
from benchprof.provenance import software
from benchprof.report import page_tables
from benchprof.report.caveats import FULL_DROP, SIDE_DROP, SMALL_DROP, caveats, undefined
from benchprof.report.figures import heatmap
from benchprof.report.figures import similarity as similarity_figure
from benchprof.report.findings import against_random, by_benchmark, own_tests
from benchprof.report.manifest import read_card
from benchprof.report.matrix import Matrix, all_matrices
from benchprof.report.portable import portable
from benchprof.report.style import readable

TEMPLATE = "page.html.jinja"
# What decided the numbers, of all that a rule may give along.
SETTINGS = (
    "seed", "scope", "layers", "importance", "selections", "fractions", "fraction_of", "controls",
    "ablation", "profile",
)  # fmt: skip
MEDIA = {".svg": "image/svg+xml", ".png": "image/png"}


def write_page(
    target: Path,
    impact: pd.DataFrame,
    similarity: pd.DataFrame,
    own_benchmarks: Mapping[str, str],
    settings: Mapping[str, Any],
    models: Mapping[str, Path],
    sizes: Mapping[str, Path],
    figures: Sequence[Path],
) -> None:
    """Write the page; its bytes depend on the arguments, the files and the software alone.

    Args:
        target: the HTML file.
        impact: the AIS table.
        similarity: the table of similarities; empty with one model.
        own_benchmarks: the benchmark that is an ability's test split, by ability.
        settings: what decided the numbers, as configured: the keys of `SETTINGS`.
        models: the card of each prepared model, by the model's name.
        sizes: the file of `masks.size.check_sizes` for each model: how many weights each k is.
        figures: SVG or PNG files, `MODEL/impact_SELECTION_FRACTION` for each matrix and
            `similarity_SELECTION_FRACTION`; one that is not given is left out.
    """
    environment = Environment(
        loader=PackageLoader("benchprof", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["readable"] = readable
    cards = {name: read_card(path) for name, path in models.items()}
    counts = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in sizes.items()}
    context = {
        "sections": [
            _section(impact, matrix, counts[matrix.model]["n"][matrix.fraction], figures)
            for matrix in all_matrices(impact, own_benchmarks)
        ],
        "similarities": list(_similarities(similarity, figures)),
        "scores": {model: page_tables.score_rows(impact, model) for model in cards},
    } | _background(impact, settings, cards)
    write_text(target, environment.get_template(TEMPLATE).render(context))


def _background(
    impact: pd.DataFrame, settings: Mapping[str, Any], cards: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What was profiled and how, and what made the numbers."""
    shown = portable({name: settings[name] for name in SETTINGS})
    masks = ["model", "selection", "fraction", "ability", "seed"]
    return {
        "models": cards,
        "profiled": _profiled(impact),
        "settings": shown,
        "setting_lines": list(_flat(shown)),
        "requests": _digests_by(impact, ["model", "benchmark"], "requests_digest"),
        "masks": _digests_by(impact, masks, "mask_digest"),
        "software": software(),
        "limits": {
            "significance": SIGNIFICANCE,
            "small": SMALL_DROP,
            "full": FULL_DROP,
            "side": SIDE_DROP,
        },
    }


def _section(
    table: pd.DataFrame, matrix: Matrix, weights: int, figures: Sequence[Path]
) -> dict[str, Any]:
    """What the page says of one model, selection and k; a mask holds `weights` weights."""
    stem = f"impact_{matrix.selection}_{matrix.fraction}"
    return {
        "id": f"{matrix.model}-{matrix.selection}-{matrix.fraction}",
        "title": f"{matrix.model}: {matrix.selection}, k = {matrix.fraction}",
        "weights": f"{weights:,}",
        "found": [own_tests(matrix).sentence(), against_random(matrix)],
        "by_benchmark": by_benchmark(matrix),
        "undefined": undefined(matrix),
        "caveats": caveats(matrix),
        "metrics": matrix.metrics(),
        "abilities": matrix.abilities,
        "controls": list(matrix.control_grid().columns),
        "rows": page_tables.impact_rows(matrix),
        "details": list(page_tables.detail_rows(table, matrix)),
        "doses": page_tables.dose_rows(matrix),
        "figure": _figure(figures, stem, matrix.model),
        "caption": heatmap.caption(matrix),
    }


def _similarities(table: pd.DataFrame, figures: Sequence[Path]) -> Iterator[dict[str, Any]]:
    keys = table[["selection", "fraction"]].drop_duplicates()
    for selection, fraction in zip(keys["selection"], keys["fraction"], strict=True):
        rows = similarity_figure.similarity_of(table, selection, fraction)
        yield {
            "title": f"{selection}, k = {fraction}",
            "rows": page_tables.similarity_rows(rows),
            "figure": _figure(figures, f"similarity_{selection}_{fraction}"),
            "caption": similarity_figure.caption(rows),
        }


def _profiled(table: pd.DataFrame) -> dict[str, Any]:
    shown = table[table["headline"]]
    own = shown[shown["seed"].isna()]
    return {
        "abilities": list(own["ability"].unique()),
        "benchmarks": list(own["benchmark"].unique()),
        "least": int(own["n"].min()),
        "most": int(own["n"].max()),
        "seeds": int(shown["seed"].nunique()),
    }


def _figure(figures: Sequence[Path], stem: str, folder: str | None = None) -> str | None:
    """A figure as a data URI: no request, and what an SVG names inside stays inside."""
    for path in figures:
        # Not `Path.stem`: k has a point.
        if path.name == stem + path.suffix and (folder is None or path.parent.name == folder):
            content = base64.b64encode(path.read_bytes()).decode("ascii")
            return f"data:{MEDIA[path.suffix]};base64,{content}"
    return None


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
