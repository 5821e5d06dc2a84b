"""Print the numbers of docs/study.md for one model, as Markdown.

python -m study results/profiles
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from study.labels import Agreement, agreement, left_out, one_factor, remainder
from study.masks import read_effects, validity
from study.second_profile import second_profiles
from study.statements import verdicts
from study.tables import (
    MODEL,
    Rules,
    Tables,
    alone,
    joined,
    read_rules,
    read_tables,
    with_doubled_q,
)
from study.texts import check_items, read_items, states, texts


def _statements(tables: Tables, rules: Rules) -> Iterator[str]:
    if tables.broken:
        yield f"\n(broken as a whole under the masks of {', '.join(tables.broken)})"
    for name in alone(tables, rules):
        yield f"\n(q-values of {name} are doubled, since its family lacks the other code benchmark)"
    for verdict in verdicts(tables, rules):
        yield f"\n## {verdict.statement}: {verdict.verdict}\n"
        yield from (f"- {number}" for number in verdict.numbers)


def _masks(tables: Tables, effects: Mapping[str, str] | None) -> Iterator[str]:
    yield "\n## Masks on the own tests\n"
    masks = validity(tables, effects)
    if not masks:
        yield "- the run has no own test"
    for mask in masks:
        yield (
            f"- {mask.ability}: dose {mask.dose:.3f} ({mask.low:.3f} to {mask.high:.3f}), "
            f"{mask.over_random:.3f} above random masks (q {mask.q_random:.3f}), "
            f"mean on {mask.tests} other tests {mask.others:.3f}; {mask.verdict}"
        )
    possible = sum(not mask.ruled_out for mask in masks)
    if masks and possible < 3:
        yield f"- {possible} could be valid: about abilities, no statement is decidable"


def _said(what: str, found: Agreement) -> str:
    return (
        f"- {what}: mean rank {found.rank:.2f} of {found.pairs} labels "
        f"(permutations {found.expected:.2f}), p {found.p:.3f}"
    )


def _labels(tables: Tables, rules: Rules) -> Iterator[str]:
    counting = tables.counting(rules.benchmarks)
    yield "\n## Labels by others\n"
    if len(counting) < 2:
        yield "- fewer than two benchmarks count"
        return
    table = tables.matrix(counting)
    for rows_alike in (False, True):
        factor = one_factor(tables, rules, counting, rows_alike)
        yield (
            f"- one factor explains {factor.share:.2f} of the sum of squares"
            f"{', every benchmark scaled to the same' if rows_alike else ''}; of random masks' "
            f"tables {factor.random_low:.2f} to {factor.random_high:.2f}"
        )
    yield _said("AIS", agreement(table, rules))
    yield _said("without the factor", agreement(remainder(table), rules))
    for without, label in ((False, "AIS"), (True, "without the factor")):
        for name, found in left_out(table, rules, without).items():
            yield _said(f"{label}, {name} left out", found)


def _second_profiles(title: str, tables: Tables, rules: Rules) -> Iterator[str]:
    counting = tables.counting(rules.benchmarks)
    yield f"\n## {title}\n"
    if not {*tables.own_tests.values()} <= set(tables.cells.benchmark) or not counting:
        yield "- the run lacks an own test, or no benchmark counts"
        return
    for without_mean in (False, True):
        profiles = second_profiles(tables, counting, without_mean)
        defined = [found.spearman for found in profiles if found.spearman == found.spearman]
        each = ", ".join(f"{found.benchmark} {found.spearman:.2f}" for found in profiles)
        mean = f"{sum(defined) / len(defined):.2f}" if defined else "undefined"
        how = "without the mean" if without_mean else "as they are"
        yield f"- {how}: mean {mean} of {len(defined)} ({each})"


def told(
    choices: Tables,
    written: Tables | None,
    rules: Rules,
    effects: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The verdicts on one model's masks and the convergent evidence, line by line.

    Args:
        choices: a run whose answers are choices.
        written: a run with the same masks that adds the written benchmarks.
        rules: of the study.
        effects: of `read_effects`, of a run with the same masks and the own tests' companions.

    Raises:
        ValueError: the masks of the two runs differ, or the second lacks a benchmark of the first.
    """
    tables = with_doubled_q(joined(choices, written) if written else choices, rules)
    profiles = [_second_profiles("Two sources", choices, rules)]
    if written:
        profiles = [
            _second_profiles("Two sources, all benchmarks", written, rules),
            _second_profiles("Two sources, multiple choice alone", choices, rules),
        ]
    return chain(
        _statements(tables, rules), _masks(tables, effects), _labels(tables, rules), *profiles
    )


def _texts(tables: Tables, items: Path) -> Iterator[str]:
    """The answers that stand side by side on the page, of one table of items."""
    shown = states(tables, items.stem)
    table = read_items(items)
    check_items(table, tables, items.stem, shown)
    yield f"\n## Texts side by side: {items.stem}\n"
    yield f"- largest AIS: {shown.largest}; smallest: {shown.smallest}; control: {shown.control}"
    for found in texts(table, shown):
        yield f"\n### {found.kind}: {found.items} items\n"
        if found.digest:
            yield f"item {found.index}, digest {found.digest}"
        for name, (answer, right) in found.answers.items():
            yield f"\n{name} ({'right' if right else 'wrong'}):\n\n{_indented(answer)}"


def _indented(text: str) -> str:
    """A block of code, whatever the text holds."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m study", description=__doc__)
    parser.add_argument("profiles", type=Path, help="a run's results/profiles")
    parser.add_argument(
        "--all", type=Path, help="results/profiles of a run that adds the written benchmarks"
    )
    parser.add_argument(
        "--effects", type=Path, help="effects_SELECTION_K.csv of a run that asks the companions"
    )
    parser.add_argument(
        "--items",
        type=Path,
        help="results/items/MODEL/BENCHMARK.csv of a benchmark with written answers, of the same "
        "run as --all (or as the first tables, without it): print its texts side by side",
    )
    parser.add_argument("--model", default=MODEL)
    options = parser.parse_args()
    if options.effects and (own := options.effects.resolve().parent.name) != options.model:
        parser.error(
            f"--effects {options.effects}: a table of {own}; expected one in "
            f"results/analysis/{options.model}"
        )
    if options.items and (own := options.items.resolve().parent.name) != options.model:
        parser.error(f"--items {options.items}: a table of {own}; expected one of {options.model}")
    choices = read_tables(options.profiles, options.model)
    written = read_tables(options.all, options.model) if options.all else None
    effects = read_effects(options.effects) if options.effects else None
    lines = told(choices, written, read_rules(), effects)
    print(f"# {options.model}")
    for line in lines:
        print(line)
    if options.items:
        for line in _texts(written or choices, options.items):
            print(line)


if __name__ == "__main__":
    main()
