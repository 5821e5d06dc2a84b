"""One job: every combination's masks for one model, and what they do to the abilities' items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from benchprof.analysis.effects import effects_table
from benchprof.comparison.answers import answer, item_changes
from benchprof.comparison.chart import draw_combinations
from benchprof.comparison.combination import FLIP, SAID, AskedItems, Combination
from benchprof.comparison.masks import make_masks
from benchprof.comparison.table import COLUMNS, mask_rows, summary_row, without_companions
from benchprof.errors import InputError
from benchprof.evaluation.settings import ModelSettings
from benchprof.files import write_csv
from benchprof.importance.example import Example
from benchprof.importance.levels import level_examples
from benchprof.masks.size import check_sizes
from benchprof.models.loading import load_tokenizer
from benchprof.scoring.chat import check_chat
from benchprof.store import Store


def compare_combinations(
    combinations: Sequence[Combination],
    model: ModelSettings,
    questions: AskedItems,
    seed: int,
    folder: Path,
    tables: Mapping[str, Path],
    figures: Sequence[Path],
    store: Store,
) -> None:
    """Write what every combination's masks do.

    Importance, masks and answers lie in `folder`; what takes long is in the store, so that a job
    that was stopped goes on where it was.

    Args:
        combinations: the combinations.
        model: the prepared model, as it answers.
        questions: what it is asked.
        seed: of samples.
        folder: for all files beside the tables.
        tables: `summary`, a row for each combination, as `summary_row` says; `effects`, the rows
            of `effects_table`; `masks`, those of `mask_rows`.
        figures: PNG, SVG and TXT of the summary.
        store: the store.

    Raises:
        InputError: as the jobs of importance, masks and evaluation raise it; before any of them
            where a mask would be empty or larger than its scope, there is no such layer, or no
            answer could be scored under the chat template.
    """
    _check(combinations, model, folder)
    examples = _examples(combinations, model)
    masks = make_masks(combinations, model, examples, folder, store)
    answer(combinations, masks, model, questions, examples, seed, folder, store)
    rows, effects, means = [], [], []
    for own in combinations:
        changes = item_changes(own, questions, folder)
        table = mask_rows(changes)
        found, judged = effects_table(table), own.method != FLIP
        if not judged:
            found = without_companions(found)
        size = masks[own.named(own.masks[0])].size
        rows.append((own.name, *own.said, size, *summary_row(changes, found, judged)))
        effects.append(_of(own, found))
        means.append(_of(own, table))
    summary = pd.DataFrame(rows, columns=["combination", *SAID, "n_masked", *COLUMNS])
    write_csv(tables["summary"], summary, digits=6)
    write_csv(tables["effects"], pd.concat(effects), digits=6)
    write_csv(tables["masks"], pd.concat(means), digits=6)
    draw_combinations(summary, model.folder.name, figures)


def _check(combinations: Sequence[Combination], model: ModelSettings, folder: Path) -> None:
    """Stop before hours of importance if masks or answers would be impossible."""
    if model.chat_template:
        check_chat(load_tokenizer(model.folder))
    for own in combinations:
        target = folder / own.name / "sizes.json"
        try:
            check_sizes(model.folder, own.scoring.scope, [own.k], own.fraction_of, target)
        except InputError as error:
            where, *said = error.args
            raise InputError(f"combination {own.name}, {where}", *said) from None


def _examples(
    combinations: Sequence[Combination], model: ModelSettings
) -> dict[Path | None, list[Example]]:
    """The train items that give the activity and the means of units, by the background.

    The items of a combination's background are among them, as in a run.
    """
    by_background = {own.background: own for own in combinations}
    return {
        background: level_examples(model.folder, own.train)
        for background, own in by_background.items()
    }


def _of(own: Combination, table: pd.DataFrame) -> pd.DataFrame:
    table = table.copy()
    table.insert(0, "combination", own.name)
    return table
