"""Files that the library reads by itself, found beside its code however it is installed."""

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files(__name__)))
ARCHITECTURES = FOLDER / "architectures"
"""A file of figures for each large model, so that a run can be planned without its weights."""
BENCHMARKS = FOLDER / "benchmarks"
"""A definition for each shipped benchmark."""
TASKS = FOLDER / "tasks"
"""lm-eval tasks that ask an ability's items, or one kind of their companions."""
ABILITY_TASK = TASKS / "ability_items.yaml"


def ability_task(companion: str | None) -> list[Path]:
    """The files of the task that asks items or companions of one kind; the task's own is last."""
    own = [] if companion is None else [TASKS / f"ability_{companion}.yaml"]
    return [ABILITY_TASK, *own]
