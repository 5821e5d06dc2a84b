"""Files that the library reads by itself, found beside its code however it is installed."""

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files(__name__)))
ARCHITECTURES = FOLDER / "architectures"
"""A file of figures for some models, so that a run can be planned without their weights."""
BENCHMARKS = FOLDER / "benchmarks"
"""A definition for each shipped benchmark."""
TASKS = FOLDER / "tasks"
"""lm-eval tasks that ask an ability's items, or one kind of their companions."""
ABILITY_TASK = TASKS / "ability_items.yaml"
"""The task that asks an ability's items; those of companions include it."""
NEUTRAL_TEXT = FOLDER / "texts" / "neutral.txt"
"""Plain prose that is part of no ability's items, to see whether a model still reads at all."""


def ability_task(companion: str | None) -> Path:
    """The file of the task that asks an ability's items, or companions of one kind."""
    return TASKS / f"ability_{companion}.yaml" if companion else ABILITY_TASK
