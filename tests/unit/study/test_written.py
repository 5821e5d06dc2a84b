"""docs/study.md says how many tasks with written answers are solved, as the archive does."""

from __future__ import annotations

import pytest
from study.tables import Tables
from tests.unit.study.archives import bound


@pytest.mark.parametrize(
    ("title", "name", "tasks"), [("GSM8K", "gsm8k", 100), ("MBPP", "mbpp", 100)]
)
def test_the_table_of_solved_tasks_says_what_the_archive_holds(
    page: str, all_results: Tables, title: str, name: str, tasks: int
) -> None:
    cells, controls = (
        own[own.benchmark == name] for own in (all_results.cells, all_results.controls)
    )
    solved, random = ((tasks * own.ablated).round().astype(int) for own in (cells, controls))
    recall = cells.set_index("ability").loc["contextual_recall"]
    assert (
        f"| {title} | {tasks * cells.intact.iloc[0]:.0f} | {random.iloc[0]} and {random.iloc[1]} | "
        f"{solved.min()} to {solved.max()} | "
        f"{bound(recall.ais)} ({bound(recall.ais_low)} to {bound(recall.ais_high)}) |"
    ) in page
