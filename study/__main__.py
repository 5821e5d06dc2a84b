"""Print the numbers of docs/study.md for one model and one run, as Markdown."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from study.labels import Agreement, agreement, left_out, one_factor
from study.masks import validity
from study.second_profile import second_profiles
from study.statements import verdicts
from study.tables import Rules, Tables, read_rules, read_tables


def _statements(tables: Tables, rules: Rules) -> Iterator[str]:
    for verdict in verdicts(tables, rules):
        yield f"\n## {verdict.statement}: {verdict.verdict}\n"
        yield from (f"- {number}" for number in verdict.numbers)


def _masks(tables: Tables) -> Iterator[str]:
    yield "\n## Masks on the own tests\n"
    for mask in validity(tables):
        yield (
            f"- {mask.ability}: dose {mask.dose:.3f} ({mask.low:.3f} to {mask.high:.3f}), "
            f"q against random masks {mask.q_random:.3f}, "
            f"mean on {mask.tests} other tests {mask.others:.3f}; "
            f"{'could be valid' if mask.possible else 'not valid'}"
        )


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
    factor = one_factor(tables, rules, counting)
    yield _said("AIS", agreement(table, rules))
    for name, found in left_out(table, rules).items():
        yield _said(f"AIS without {name}", found)
    yield (
        f"- one factor explains {factor.share:.2f} of the sum of squares; of random masks' tables "
        f"{factor.random_low:.2f} to {factor.random_high:.2f}"
    )
    yield _said("without the factor", agreement(factor.remainder, rules))


def _second_profiles(tables: Tables, rules: Rules) -> Iterator[str]:
    counting = tables.counting(rules.benchmarks)
    yield "\n## Two sources\n"
    for without_mean in (False, True):
        found = second_profiles(tables, counting, without_mean)
        each = ", ".join(f"{profile.benchmark} {profile.spearman:.2f}" for profile in found)
        mean = sum(profile.spearman for profile in found) / len(found) if found else float("nan")
        yield f"- {'without the mean' if without_mean else 'as they are'}: mean {mean:.2f} ({each})"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="study", description=__doc__)
    parser.add_argument("profiles", type=Path, help="a run's results/profiles")
    parser.add_argument("--model", default="qwen25-coder-15b-instruct")
    options = parser.parse_args()
    tables, rules = read_tables(options.profiles, options.model), read_rules()
    for line in (
        f"# {options.model}",
        *_statements(tables, rules),
        *_masks(tables),
        *_labels(tables, rules),
        *_second_profiles(tables, rules),
    ):
        print(line)


if __name__ == "__main__":
    main()
