"""Check the items of one or more abilities and print a line per check.

python -m benchprof.abilities.check FOLDER [FOLDER ...]

A FOLDER holds train.jsonl, calibration.jsonl and test.jsonl; its name is the ability's.
Exit status: 0 when all checks pass, 1 when any fails, 2 when the input cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchprof import digests
from benchprof.abilities.check_report import (
    markdown_text,
    model_cells,
    model_markdown,
    report_json,
    table_text,
)
from benchprof.abilities.checks.ability import Ability, read_ability
from benchprof.abilities.checks.check import Check
from benchprof.abilities.checks.shape import MINIMUM
from benchprof.abilities.checks.suite import check_all
from benchprof.abilities.item import SPLITS
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.files import write_json, write_text
from benchprof.models.card import read_card


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the return value is the exit status."""
    options = _parser().parse_args(arguments)
    try:
        abilities = _read(options.folders)
        if options.model_markdown and not options.model:
            expected = "both, as in --model FOLDER --model-markdown FILE"
            raise InputError("--model-markdown", "given without --model", expected)
        if options.model and not (options.model / "config.json").is_file():
            remedy = "Prepare it first: .venv/bin/snakemake --cores 1 results/models/NAME"
            expected = "the folder of a prepared model"
            raise InputError(options.model, "no config.json", expected, remedy)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    report = check_all(abilities, dict(zip(SPLITS, options.counts, strict=True)))
    rows = _rows_of_model(options, abilities, report) if options.model else {}
    tables = {name: model_cells(rows_) for name, rows_ in rows.items()}
    print(table_text(report, tables), end="")
    if options.json:
        write_json(options.json, report_json(report, rows))
    if options.markdown:
        write_text(options.markdown, markdown_text(report, tables))
    if options.model_markdown and rows:
        write_text(
            options.model_markdown, model_markdown(_asked_of(options), rows, _files(options))
        )
    return int(not all(check.passed for checks in report.values() for check in checks))


def _asked_of(options: argparse.Namespace) -> dict[str, str]:
    """What identifies the model, which items it was asked, and how."""
    items = f"the first {options.limit} of" if options.limit else "all of"
    return {
        "model": options.model.resolve().name,
        "digest": read_card(options.model).digest,
        "dtype": options.dtype,
        "items": f"{items} {', '.join(options.split)} of each ability",
    }


def _files(options: argparse.Namespace) -> dict[str, str]:
    """The files of items that the model was asked, as `folder/file`, with their digests."""
    every = [folder / f"{split}.jsonl" for folder in options.folders for split in options.split]
    return {f"{path.parent.name}/{path.name}": digests.of_file(path) for path in every}


def _rows_of_model(
    options: argparse.Namespace, abilities: Sequence[Ability], report: dict[str, list[Check]]
) -> dict[str, list[dict[str, Any]]]:
    """Each ability's rows with the model; its check of the blanks joins the ability's checks."""
    # Imported here, since torch and lm-eval take longer to load than all other checks to run.
    from benchprof.abilities.model_table import (  # noqa: PLC0415
        check_model_on_blanks,
        model_results,
        table_rows,
    )
    from benchprof.models.allocation import keep_freed_memory  # noqa: PLC0415
    from benchprof.models.linear import speed_up_scoring  # noqa: PLC0415
    from benchprof.models.loading import load_model, load_tokenizer  # noqa: PLC0415
    from benchprof.models.prepared import PreparedModel  # noqa: PLC0415
    from benchprof.scoring.scorer import TreeScorer  # noqa: PLC0415

    model = load_model(PreparedModel(options.model, options.dtype, "auto"))
    speed_up_scoring(model)
    keep_freed_memory(model.device)
    scorer = TreeScorer(model, load_tokenizer(options.model))
    rows = {}
    for ability in abilities:
        asked = Ability(ability.name, {own: ability.splits[own] for own in options.split})
        results = model_results(asked, scorer, options.limit)
        report[ability.name].append(check_model_on_blanks(results))
        rows[ability.name] = table_rows(results)
    return rows


def _read(folders: Sequence[Path]) -> list[Ability]:
    abilities: dict[str, Ability] = {}
    for folder in folders:
        ability = read_ability(folder)
        if ability.name in abilities:
            found = f"a second folder named {ability.name}"
            raise InputError(folder, found, "each ability once", "Rename one of the folders.")
        abilities[ability.name] = ability
    return list(abilities.values())


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} where a whole number of 1 or more is expected")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchprof.abilities.check",
        description=(__doc__ or "").splitlines()[0],
        epilog="Exit status: 0 all pass, 1 any fails, 2 the input cannot be read.",
    )
    parser.add_argument(
        "folders",
        nargs="+",
        type=path_argument,
        metavar="FOLDER",
        help="holds train.jsonl, calibration.jsonl and test.jsonl",
    )
    parser.add_argument(
        "--counts",
        nargs=3,
        type=_number,
        default=list(MINIMUM.values()),
        metavar=("TRAIN", "CALIBRATION", "TEST"),
        help="items that each split needs (default: 400 200 200)",
    )
    parser.add_argument(
        "--json", type=path_argument, metavar="FILE", help="also write the report as JSON"
    )
    parser.add_argument(
        "--markdown", type=path_argument, metavar="FILE", help="also write it as Markdown"
    )
    _add_model_options(parser)
    return parser


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        type=path_argument,
        metavar="FOLDER",
        help="a prepared model: adds its accuracy and probability on items and companions",
    )
    parser.add_argument(
        "--model-markdown",
        type=path_argument,
        metavar="FILE",
        help="with --model: write that with the digests of model and items, as Markdown",
    )
    parser.add_argument(
        "--dtype",
        choices=("float32", "bfloat16", "float16"),
        default="float32",
        help="with --model: of its weights (default: float32)",
    )
    parser.add_argument(
        "--split",
        nargs="+",
        choices=SPLITS,
        default=SPLITS,
        help="with --model: of these splits (default: all)",
    )
    parser.add_argument(
        "--limit", type=_number, metavar="N", help="with --model: the first N items of each split"
    )


if __name__ == "__main__":
    sys.exit(main())
