"""The report of the checks as an aligned table, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from benchprof import markdown
from benchprof.abilities.checks.check import REPORTED, Check
from benchprof.abilities.item import COMPANIONS, companion_word

Checks = Mapping[str, Sequence[Check]]
Tables = Mapping[str, Sequence[Sequence[str]]]  # by ability, header first: what a model makes of it


def verdict(check: Check) -> str:
    """The word that marks a check in the tables; a check without a limit is only a note."""
    if check.bound == REPORTED:
        return "note"
    return "pass" if check.passed else "FAIL"


def summary(name: str, checks: Sequence[Check]) -> str:
    """One line: how many checks of an ability hold, of those that have a limit."""
    bounded = [check for check in checks if check.bound != REPORTED]
    failed = sum(not check.passed for check in bounded)
    return f"{name}: " + (
        f"{failed} of {len(bounded)} checks FAIL" if failed else f"all {len(bounded)} checks pass"
    )


def table_text(report: Checks, tables: Tables) -> str:
    """Columns of verdict, check, figure, bound and detail, then the table with a model."""
    lines = []
    for name, checks in report.items():
        rows = [(verdict(c), c.name, c.figure, str(c.bound), c.detail) for c in checks]
        lines += [name, *_aligned(rows, right=(2,)), ""]
        if name in tables:
            numbers = range(2, len(tables[name][0]))
            lines += [*_aligned(tables[name], right=numbers), ""]
    lines += [summary(name, checks) for name, checks in report.items()]
    return "\n".join(lines) + "\n"


def _aligned(rows: Sequence[Sequence[str]], right: Collection[int]) -> list[str]:
    """The rows in columns two spaces apart, those of `right` set to the right."""
    # The last column is often long and needs no padding.
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:-1]] + [0]
    return [
        "".join(
            "  " + (cell.rjust(width) if number in right else cell.ljust(width))
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def model_cells(rows: Sequence[Mapping[str, Any]]) -> list[Sequence[str]]:
    """The rows of `model_table.table_rows` as texts under a header.

    Columns of the companions that there are; a dash where some of a row's items lack one.
    """
    first = rows[0]
    kinds = [kind for kind in COMPANIONS if f"{kind}_accuracy" in first]
    names = {kind: f"{companion_word(kind)}s'" for kind in kinds}
    pairs = "pairs" in first
    columns = {
        "guessing": "guessing",
        "accuracy": "accuracy",
        "low": "95% interval",
        **{f"{kind}_accuracy": f"{name} accuracy" for kind, name in names.items()},
        **({"pairs": "pairs", "pairs_low": "pairs' 95% interval"} if pairs else {}),
        "probability": "probability",
        **{f"{kind}_probability": f"{name} probability" for kind, name in names.items()},
    }
    cells: list[Sequence[str]] = [("type", "difficulty", "n", *columns.values())]
    for row in rows:
        start = (row["type"], row["difficulty"], str(row["n"]))
        cells.append((*start, *(_number_cell(row, key) for key in columns)))
    return cells


def _number_cell(row: Mapping[str, Any], key: str) -> str:
    """A number of a row, or the interval that it is the lower end of."""

    def text(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    if key.endswith("low"):
        return f"{text(row[key])} to {text(row[key.removesuffix('low') + 'high'])}"
    return text(row[key])


def markdown_text(report: Checks, tables: Tables) -> str:
    """The same as Markdown."""
    parts = ["# Checks of the diagnostic items", ""]
    parts += [f"- {summary(name, checks)}" for name, checks in report.items()]
    for name, checks in report.items():
        rows = [(verdict(c), c.name, c.figure, str(c.bound), c.detail) for c in checks]
        header = ("", "check", "figure", "bound", "detail")
        parts += ["", f"## {name}", "", *markdown.table(header, rows)]
        if name in tables:
            parts += ["", *_of_model(tables[name])]
    return "\n".join(parts) + "\n"


def model_markdown(
    model: Mapping[str, str],
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    files: Mapping[str, str],
) -> str:
    """What a model makes of the items, with the digests of both.

    Args:
        model: what identifies the model and how it was asked, by its name in the report.
        rows: each ability's rows of `model_table.table_rows`.
        files: SHA-256 of each file of items that was asked.
    """
    whole = [dict(own[-1]) | {"type": name, "difficulty": ""} for name, own in rows.items()]
    parts = ["# What a model makes of the diagnostic items", ""]
    parts += [f"- {name}: {value}" for name, value in model.items()]
    parts += ["", "## All abilities", "", *_of_model(model_cells(whole))]
    for name, own in rows.items():
        parts += ["", f"## {name}", "", *_of_model(model_cells(own))]
    parts += ["", "## Files asked", "", "```", *(f"{d}  {f}" for f, d in files.items()), "```"]
    return "\n".join(parts) + "\n"


def _of_model(rows: Sequence[Sequence[str]]) -> list[str]:
    return markdown.table(rows[0], rows[1:])


def report_json(
    report: Checks, models: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """The same as JSON; `models` holds each ability's rows of `model_table.table_rows`."""
    return {
        name: {
            "passed": all(check.passed for check in checks),
            "checks": [check.to_json() for check in checks],
        }
        | ({"model": models[name]} if name in models else {})
        for name, checks in report.items()
    }
