"""Files that the library reads by itself, found beside its code however it is installed."""

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files(__name__)))
ARCHITECTURES = FOLDER / "architectures"
"""A file of figures for some models, so that a run can be planned without their weights."""
BENCHMARKS = FOLDER / "benchmarks"
"""A definition for each shipped benchmark."""
TASKS = FOLDER / "tasks"
"""lm-eval tasks that ask an ability's items, or one kind of their control items."""
ABILITY_TASK = TASKS / "ability_items.yaml"
"""The task that asks an ability's items; those of control items include it."""
NEUTRAL_TEXT = FOLDER / "texts" / "neutral.txt"
"""Plain prose that is part of no ability's items, to see whether a model still reads at all."""


def ability_task(control_item: str | None) -> Path:
    """The file of the task that asks an ability's items, or control items of one kind."""
    return TASKS / f"ability_{control_item}.yaml" if control_item else ABILITY_TASK
