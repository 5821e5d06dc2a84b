"""A tiny project that has something of every stage, for `compare_commits`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.workflow.conftest import ABILITIES, make_project

TASK = """task: capitals
output_type: multiple_choice
doc_to_text: "{{question}}"
doc_to_choice: options
doc_to_target: answer
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
"""
CANDIDATES = [0.01, 0.02]


def make_tiny(folder: Path) -> None:
    """Make the project before its first run: two selections, mask fractions and a calibrated one.

    Its items are answerable, so that AIS are defined; a benchmark of uninformative items and one of
    a task file stand beside the abilities' tests.
    """
    project = make_project(folder)
    for ability in ABILITIES:
        for split in ("calibration", "test"):
            _make_answerable(folder / "items" / ability / f"{split}.jsonl")
    (folder / "capitals.yaml").write_text(TASK)
    lines = [json.dumps(_capital(number)) for number in range(12)]
    (folder / "capitals.jsonl").write_text("\n".join(lines) + "\n")
    project.configure(_use_much)


def _use_much(config: dict[str, Any]) -> None:
    config["benchmarks"] = {
        f"{ability}_test": {"ability": ability, "split": "test"} for ability in ABILITIES[:2]
    } | {
        "places_uninformative": {
            "ability": "places",
            "split": "test",
            "control_item": "uninformative",
        },
        "capitals": {"task_file": "capitals.yaml", "data": "capitals.jsonl", "limit": 10},
    }
    config["selections"] = {"top": {}, "contrastive": {"definition": "ratio", "pool": 5}}
    config["mask_fractions"] = ["calibrated", CANDIDATES[0]]
    config["calibration"] = {"mask_fractions": CANDIDATES, "items": 10}
    config["controls"]["random"]["matched_to"] = "each_ability"
    config["importance"]["halves"] = True


def _make_answerable(path: Path) -> None:
    """Give items the shortest answers, which a random model prefers, and uninformative items."""
    items = [json.loads(line) for line in path.read_text().splitlines()]
    for number, item in enumerate(items, start=10):
        item["options"] = [f"{number}{place}" for place in range(4)]
        # Another text in each item: one that is always right could be guessed.
        item["options"][item["answer"]] = str(number)
        uninformative = {"context": "The word is hidden.", "question": item["question"]}
        item["control_items"] = {"uninformative": uninformative}
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items))


def _capital(number: int) -> dict[str, Any]:
    options = [f"{number}{place}" for place in range(1, 4)]
    options.insert(number % 4, str(number))
    return {"question": f"Which is number {number}?", "options": options, "answer": number % 4}


if __name__ == "__main__":
    make_tiny(Path(sys.argv[1]))
