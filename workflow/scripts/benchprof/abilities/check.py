"""Check the items of one or more abilities and print the report.

benchprof check FOLDER [FOLDER ...]

A FOLDER holds train.jsonl, calibration.jsonl and test.jsonl; its name is the ability's.
Exit status: 0 when all checks pass, 1 when any fails, 2 when the input cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchprof import markdown
from benchprof.abilities.check_line import Check
from benchprof.abilities.choosing import check_choices
from benchprof.abilities.item import SPLITS, Item, read_items
from benchprof.abilities.repeats import check_repeats
from benchprof.abilities.surface import check_surface
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.files import write_text

Abilities = Mapping[str, Mapping[str, Sequence[Item]]]
"""Items by ability and split."""


def main(options: argparse.Namespace) -> int:
    """Run the command; the return value is the exit status."""
    try:
        abilities = _read(options.folders)
        if options.model and not (options.model / "config.json").is_file():
            remedy = "Prepare it first: .venv/bin/snakemake --cores 1 results/models/NAME"
            expected = "the folder of a prepared model"
            raise InputError(options.model, "no config.json", expected, remedy)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    checks = check_all(abilities)
    report = page(checks) + contents(abilities)
    report += _model_page(options, abilities) if options.model else ""
    print(report, end="")
    if options.markdown:
        write_text(options.markdown, report)
    return int(any(check.passed is False for check in checks))


def check_all(abilities: Abilities) -> list[Check]:
    """Every check of every ability, then those of all abilities together."""
    checks = []
    for name, splits in abilities.items():
        items = [item for split in splits.values() for item in split]
        checks += [*check_choices(name, items), check_repeats(name, items)]
    return [*checks, *check_surface(abilities)]


def page(checks: Sequence[Check]) -> str:
    """The report as Markdown."""
    bounded = [check for check in checks if check.passed is not None]
    failed = sum(not check.passed for check in bounded)
    rows = [(c.ability, c.verdict, c.name, c.figure, c.detail) for c in checks]
    lines = [
        "# Checks of the diagnostic items",
        "",
        f"{failed} of {len(bounded)} checks with a bound fail.",
        "",
        *markdown.table(("ability", "", "check", "figure", ""), rows),
    ]
    return "\n".join(lines) + "\n"


def contents(abilities: Abilities) -> str:
    """What the items are about, as one more section: families, types of answer, and lengths."""
    rows = []
    for name, splits in abilities.items():
        families = {split: {item.family for item in items} for split, items in splits.items()}
        shared = set.intersection(*families.values())
        items = [item for own in splits.values() for item in own]
        types = Counter(item.answer_type or "none given" for item in items)
        words = sorted(len(f"{item.context} {item.question}".split()) for item in items)
        rows.append((
            name,
            ", ".join(str(len(splits[split])) for split in SPLITS),
            ", ".join(sorted(shared)),
            ", ".join(sorted(set().union(*families.values()) - shared)) or "none",
            ", ".join(f"{kind} {100 * n / len(items):.0f}%" for kind, n in types.most_common()),
            f"{words[0]} to {words[-1]}, median {words[len(words) // 2]}",
        ))  # fmt: skip
    header = ("ability", f"items in {', '.join(SPLITS)}", "families in every split", "others",
              "types of answer", "words")  # fmt: skip
    return "\n".join(["", "## Contents", "", *markdown.table(header, rows)]) + "\n"


def _model_page(options: argparse.Namespace, abilities: Abilities) -> str:
    """What a model makes of the items, as one more section of the page."""
    # Imported here, since torch and lm-eval take longer to load than all other checks to run.
    from benchprof.abilities.model_answers import HEADER, answer_rows  # noqa: PLC0415
    from benchprof.models.allocation import keep_freed_memory  # noqa: PLC0415
    from benchprof.models.linear import speed_up_scoring  # noqa: PLC0415
    from benchprof.models.loading import load_model, load_tokenizer  # noqa: PLC0415
    from benchprof.models.prepared import PreparedModel  # noqa: PLC0415
    from benchprof.scoring.scorer import TreeScorer  # noqa: PLC0415

    model = load_model(PreparedModel(options.model, options.dtype, "auto"))
    speed_up_scoring(model)
    keep_freed_memory(model.device)
    asked = {
        name: [item for split in options.split for item in splits[split][: options.limit]]
        for name, splits in abilities.items()
    }
    rows = answer_rows(asked, TreeScorer(model, load_tokenizer(options.model)))
    which = f"the first {options.limit} of" if options.limit else "all of"
    name = options.model.resolve().name
    asked_of = f"{name} ({options.dtype}), {which} {', '.join(options.split)}"
    return "\n".join(["", f"## {asked_of}", "", *markdown.table(HEADER, rows)]) + "\n"


def _read(folders: Sequence[Path]) -> Abilities:
    abilities: dict[str, Mapping[str, Sequence[Item]]] = {}
    for folder in folders:
        name = folder.resolve().name
        if name in abilities:
            found = f"a second folder named {name}"
            raise InputError(folder, found, "each ability once", "Rename one of the folders.")
        abilities[name] = {split: read_items(folder / f"{split}.jsonl") for split in SPLITS}
    return abilities


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} where a whole number of 1 or more is expected")
    return int(text)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `benchprof check` takes."""
    parser.epilog = "Exit status: 0 all pass, 1 any fails, 2 the input cannot be read."
    add = parser.add_argument
    add("folders", nargs="+", type=path_argument, metavar="FOLDER",
        help="holds train.jsonl, calibration.jsonl and test.jsonl")  # fmt: skip
    add("--markdown", type=path_argument, metavar="FILE", help="also write the report to this file")
    add("--model", type=path_argument, metavar="FOLDER",
        help="a prepared model: adds how well it answers items and control items")  # fmt: skip
    add("--dtype", choices=("float32", "bfloat16", "float16"), default="float32",
        help="with --model: of its weights (default: float32)")  # fmt: skip
    add("--split", nargs="+", choices=SPLITS, default=SPLITS,
        help="with --model: of these splits (default: all)")  # fmt: skip
    add("--limit", type=_number, metavar="N", help="with --model: the first N items of each split")
