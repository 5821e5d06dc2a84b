"""The four statements of the paper's abstract, decided by the rules of docs/study_design.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd
from scipy.stats import binomtest
from statsmodels.stats.multitest import multipletests

from benchprof.profile.criteria import moves_form
from study.tables import LEVEL, Rules, Tables

CONFIRMED, REFUTED, OPEN = "confirmed", "refuted", "not decidable"
AWAITS_REPLICATION = "awaits replication"
STATEMENT_1 = "1. Most benchmarks draw on several abilities"
STATEMENT_2 = "2. Datasets with similar labels rely on distinct mixtures"
STATEMENT_3 = "3. Code benchmarks are broader"
STATEMENT_4 = "4. Some abilities hurt"


@dataclass(frozen=True)
class Verdict:
    """The answer to one statement, and the numbers that it rests on."""

    statement: str
    verdict: str
    numbers: tuple[str, ...]


def effects(cells: pd.DataFrame) -> pd.Series:
    """Whether each cell is an effect (E): above 0 and above random masks, model not broken."""
    above = (cells.ais > 0) & (cells.over_random > 0)
    significant = (cells.q_ais < LEVEL) & (cells.q_random < LEVEL)
    return above & significant & (cells.flag_code == "")


def of_form(cells: pd.DataFrame) -> pd.Series:
    """Whether each cell's mask moves the form of the answers, more than random masks do."""
    columns = ["form_of", "form", "form_low", "form_high", "form_random"]
    moved = [moves_form(*row) for row in cells[columns].itertuples(index=False)]
    return pd.Series(moved, cells.index, dtype=bool)


def breadth(tables: Tables, benchmarks: Sequence[str]) -> pd.Series:
    """N, the number of effects on each benchmark."""
    found = effects(tables.cells).groupby(tables.cells.benchmark).sum()
    return found.loc[list(benchmarks)].astype(int)


def several_abilities(tables: Tables, rules: Rules) -> Verdict:
    """Statement 1: most benchmarks draw on several abilities."""
    counting = tables.counting(rules.benchmarks)
    number = breadth(tables, counting)
    # A missing bound may lie anywhere, and a broken model's bound means nothing: neither rules out
    # that the ability matters.
    below = (tables.matrix(counting, "over_random_high") < 0.1).drop(columns=tables.broken)
    reach = tables.cells.ability.nunique() - below.sum(axis=1)
    different = (tables.matrix(counting, "q_others") < LEVEL).any(axis=1)
    programs = tables.cells[tables.cells.benchmark.isin(rules.code)]
    programs = programs[effects(programs)]
    by_form, undefined = programs[of_form(programs)], programs[programs.form_of.isna()]
    numbers = []
    for name in counting:
        damage = number[name] > 0 and not different[name]
        form = ", ".join(by_form.ability[by_form.benchmark == name])
        untold = ", ".join(undefined.ability[undefined.benchmark == name])
        numbers.append(
            f"{name}: N {number[name]}, {reach[name]} bounds of over_random reach 0.1"
            + ("; the masks cost about the same: N counts damage, not abilities" if damage else "")
            + ("; broken models are among the others" if number[name] and tables.broken else "")
            + (f"; effects of form: {form}" if form else "")
            + (f"; effects of form or not, which cannot be told: {untold}" if untold else "")
        )
    several, narrow = int((number >= 2).sum()), int((reach <= 1).sum())
    if counting:
        low, high = binomtest(several, len(counting)).proportion_ci(0.95, method="exact")
        numbers.append(f"N of 2 or more: {several} of {len(counting)} ({low:.2f} to {high:.2f})")
        numbers.append(f"at most one bound of over_random reaches 0.1: {narrow} of {len(counting)}")
    if len(counting) < 4:
        return Verdict(STATEMENT_1, OPEN, (*numbers, "fewer than four benchmarks count"))
    confirmed, refuted = 2 * several > len(counting), 2 * narrow > len(counting)
    if confirmed == refuted:
        return Verdict(STATEMENT_1, OPEN, tuple(numbers))
    return Verdict(STATEMENT_1, CONFIRMED if confirmed else REFUTED, tuple(numbers))


def distinct_mixtures(tables: Tables, rules: Rules) -> Verdict:
    """Statement 2: datasets with similar labels rely on distinct mixtures."""
    counting = set(tables.counting(rules.benchmarks))
    pairs = [pair for pair in rules.pairs if set(pair) <= counting]
    if not pairs:
        return Verdict(STATEMENT_2, OPEN, ("no pair of benchmarks counts",))
    rows = [_similarity(tables, pair) for pair in pairs]
    # A correlation that could not be computed cannot show that a pair is the same.
    p_values = [1.0 if pd.isna(row.spearman_p_noise) else row.spearman_p_noise for row in rows]
    corrected = multipletests(p_values, method="holm")[1]
    numbers, decided = [], {"distinct": 0, "the same": 0, "undecided": 0}
    for pair, row, p in zip(pairs, rows, corrected, strict=True):
        crossing = _crossing(tables, pair)
        kind = "distinct" if crossing else "the same" if p < LEVEL else "undecided"
        decided[kind] += 1
        reliability = tables.reliability.reliability.reindex(pair)
        numbers.append(
            f"{pair[0]} and {pair[1]}: {kind}; similarity {row.similarity:.2f} "
            f"({row.similarity_low:.2f} to {row.similarity_high:.2f}; "
            f"noise {row.noise_low:.2f} to {row.noise_high:.2f}), "
            f"Spearman {row.spearman:.2f}, Holm p {p:.3f}, "
            f"reliability {reliability.iloc[0]:.2f} and {reliability.iloc[1]:.2f}, "
            f"abilities that differ: {', '.join(crossing) or 'none'}"
        )
    if tables.broken:
        return Verdict(STATEMENT_2, OPEN, (*numbers, _broken(tables)))
    distinct, same = decided["distinct"], decided["the same"]
    verdict = OPEN
    if distinct + same >= 2 and distinct != same:
        verdict = CONFIRMED if distinct > same else REFUTED
    return Verdict(STATEMENT_2, verdict, tuple(numbers))


def _similarity(tables: Tables, pair: tuple[str, str]) -> pd.Series:
    rows = tables.similarities
    either = rows[["benchmark_a", "benchmark_b"]].isin(pair).all(axis=1)
    return rows[either].iloc[0]


def _crossing(tables: Tables, pair: tuple[str, str]) -> list[str]:
    """The abilities that cost one of two benchmarks more than others do, and the other less."""
    contrasts = tables.matrix(pair, "over_others")
    clear = (tables.matrix(pair, "q_others") < LEVEL).all()
    crossing = clear & (contrasts.prod() < 0)
    return list(crossing.index[crossing])


def broader_code(tables: Tables, rules: Rules) -> Verdict:
    """Statement 3: code benchmarks are broader."""
    counting = tables.counting(rules.benchmarks)
    code = list(rules.code)
    found = tables.findings.reindex(counting)
    number = breadth(tables, counting)
    numbers = [
        f"{name}: N {number[name]}, effective number {row.effective:.1f} "
        f"({row.effective_low:.1f} to {row.effective_high:.1f}; "
        f"noise {row.noise_low:.1f} to {row.noise_high:.1f})"
        for name, row in zip(counting, (found.loc[own] for own in counting), strict=True)
    ]
    reason = _undecidable(tables, rules, counting, found.effective)
    if reason:
        return Verdict(STATEMENT_3, OPEN, (*numbers, reason))
    p = _permutation_p(found.effective, code)
    numbers.append(f"exact permutation test of the effective number: p {p:.3f}")
    own = found.loc[code]
    others = [name for name in counting if name not in code]
    median = found.effective[others].median()
    if own.effective.between(own.noise_low, own.noise_high).all():
        numbers.append("both effective numbers lie within the range of noise")
        return Verdict(STATEMENT_3, OPEN, tuple(numbers))
    larger = all(
        each[code].min() > max(each.get(rules.control, float("inf")), each[others].median())
        for each in (number, found.effective)
    )
    smaller = all(
        each[code].mean() <= each[others].mean() for each in (number, found.effective)
    ) and bool(((own.effective_high < median) | (own.effective_low > median)).all())
    verdict = CONFIRMED if larger and p < LEVEL else REFUTED if smaller else OPEN
    return Verdict(STATEMENT_3, verdict, tuple(numbers))


def _undecidable(
    tables: Tables, rules: Rules, counting: Sequence[str], effective: pd.Series
) -> str:
    """Why the third statement cannot be decided at all; empty where it can."""
    if tables.broken:
        return _broken(tables)
    missing = [name for name in rules.code if name not in counting]
    if missing:
        return f"no AIS on {', '.join(missing)}"
    if len(counting) < 7:
        return "fewer than seven benchmarks count"
    flat = [name for name in rules.code if pd.isna(effective[name])]
    return f"no effective number on {', '.join(flat)}" if flat else ""


def _permutation_p(effective: pd.Series, code: Sequence[str]) -> float:
    """Share of pairs of benchmarks whose mean is at least that of the code benchmarks."""
    observed = effective[list(code)].mean()
    defined = effective.dropna()
    means = [defined[list(pair)].mean() for pair in combinations(defined.index, len(code))]
    return sum(mean >= observed for mean in means) / len(means)


def hurting_abilities(tables: Tables, rules: Rules) -> Verdict:
    """Statement 4: some abilities hurt. What is found here still has to be replicated."""
    counting = tables.counting(rules.benchmarks)
    cells = tables.cells[tables.cells.benchmark.isin(counting)]
    # Of equal AIS, the first in the alphabet.
    cells = cells.sort_values(["ais", "ability", "benchmark"])
    below = (cells.ais < 0) & (cells.over_random < 0) & (cells.over_others < 0)
    clear = (cells[["q_ais", "q_random", "q_others"]] < LEVEL).all(axis=1)
    hurting = cells[below & clear]
    numbers = [f"cells below 0, random masks and other masks: {len(hurting)} of {len(cells)}"]
    numbers += [f"one of them: {_cell(row)}" for _, row in hurting.iterrows()]
    if cells.empty:
        return Verdict(STATEMENT_4, OPEN, tuple(numbers))
    bounded = (cells.ais_low > -0.1).mean()
    numbers.append(f"lowest AIS: {_cell(cells.iloc[0])}")
    numbers.append(f"lower bound above -0.1: {bounded:.0%} of the cells")
    if tables.broken:
        return Verdict(STATEMENT_4, OPEN, (*numbers, _broken(tables)))
    if hurting.empty:
        return Verdict(STATEMENT_4, REFUTED if bounded >= 0.9 else OPEN, tuple(numbers))
    replicable = hurting[hurting.benchmark != rules.no_items_left]
    if replicable.empty:
        numbers.append(f"{rules.no_items_left} has no items left for a replication")
        return Verdict(STATEMENT_4, OPEN, tuple(numbers))
    numbers.append(f"to be replicated: {_cell(replicable.iloc[0])}")
    return Verdict(STATEMENT_4, AWAITS_REPLICATION, tuple(numbers))


def _broken(tables: Tables) -> str:
    """Why a statement that compares masks with each other cannot be decided."""
    return f"some masks break the model: {', '.join(tables.broken)}"


def _cell(row: pd.Series) -> str:
    interval = f"({row.ais_low:.3f} to {row.ais_high:.3f})"
    return f"{row.benchmark}, {row.ability}, AIS {row.ais:.3f} {interval}"


def verdicts(tables: Tables, rules: Rules) -> list[Verdict]:
    """All four, for the masks of one run, whatever these contain."""
    statements = (several_abilities, distinct_mixtures, broader_code, hurting_abilities)
    return [decide(tables, rules) for decide in statements]
