"""Files that the library reads by itself, found beside its code however it is installed."""

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files(__name__)))
ARCHITECTURES = FOLDER / "architectures"
"""A file of figures for each large model, so that a run can be planned without its weights."""
BENCHMARKS = FOLDER / "benchmarks"
"""A definition for each shipped benchmark."""
TASKS = FOLDER / "tasks"
"""lm-eval tasks that ask an ability's items, and their twins."""
