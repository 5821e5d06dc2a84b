"""A small study: ten abilities of six items, whose texts tell nothing of the ability."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import ROOT

from benchprof.abilities.item import Item
from benchprof.annotation.study import StudyItem

DEFAULT = yaml.safe_load((ROOT / "tests/config.yaml").read_text())
DEFINITIONS = {name: own["definition"] for name, own in DEFAULT["abilities"].items()}
PER_ABILITY = 2
LONG = " ".join(f"Sentence {n} of a long text." for n in range(60))


def make_item(name: str, kind: str = "t", question: str = "Which?") -> Item:
    return Item(name, kind, "", question, ("one", "two"), 0)


def study_items(ability: str, names: Sequence[str]) -> list[StudyItem]:
    return [StudyItem(ability, make_item(name)) for name in names]


def _line(ability: str, split: str, place: int, number: int) -> dict[str, Any]:
    return {
        "id": f"{ability}-{split}-{place}",
        "family": f"hidden_family_{place}",
        "style": f"hidden_style_{split}",
        "context": f"Text {number} begins. {LONG if number % 7 == 0 else ''}".strip(),
        "question": f"What does question {number} ask?",
        "options": [f"{word} {number}" for word in ("red", "blue", "green", "black")],
        "answer": number % 4,
    }


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    """A folder with a configuration of ten abilities and their items."""
    number = 0
    for ability in DEFINITIONS:
        folder = tmp_path / "items" / ability
        folder.mkdir(parents=True)
        for split in ("train", "calibration", "test"):
            lines = []
            for place in range(2):
                number += 1
                lines.append(json.dumps(_line(ability, split, place, number)))
            (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
    config = DEFAULT | {
        "abilities": {
            name: {"items": str(tmp_path / "items" / name), "definition": definition}
            for name, definition in DEFINITIONS.items()
        },
        "annotation": {"answers": str(tmp_path / "answers"), "per_ability": PER_ABILITY},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return tmp_path
