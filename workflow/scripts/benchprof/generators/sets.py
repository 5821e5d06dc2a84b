"""Write the diagnostic sets from their generators: the same seed gives the same bytes.

python -m benchprof.generators.sets             write all sets of all versions
python -m benchprof.generators.sets v2 ...      write those of some versions
python -m benchprof.generators.sets --check     write nothing; fail where a file differs

In version 1 the form of an item names its ability. In version 2, which the default run and the
study use, it does not.

Started in the checkout, whose folder `resources/abilities` has a folder for each version and in it
one for each set; `--folder` names another.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchprof.abilities.item import SPLITS, Item
from benchprof.files import write_text
from benchprof.generators import abilities
from benchprof.generators.crossed.drawing import RECALL, Staging, draw_items, stage_scenes
from benchprof.generators.crossed.scene import Questions, read_scenes
from benchprof.generators.templates.drawing import draw_split

FOLDER = Path("resources/abilities")
COUNTS = {"train": 400, "calibration": 200, "test": 200}
SEED = 2026


def from_templates(ability: str, split: str) -> list[Item]:
    """Items of version 1: each ability has templates of its own."""
    templates = importlib.import_module(f"{abilities.__name__}.{ability}.generator").TEMPLATES
    return draw_split(ability, split, templates, COUNTS[split], SEED)


@cache
def staged() -> dict[str, list[Staging]]:
    """The scenes of version 2 by split, read and staged once for all abilities."""
    scenes = read_scenes()
    return {split: stage_scenes(scenes, split, COUNTS[split], SEED) for split in SPLITS}


def from_scenes(ability: str, split: str) -> list[Item]:
    """Items of version 2: all abilities ask about the same scenes."""
    return draw_items(ability, split, staged()[split], SEED)


@dataclass(frozen=True)
class Version:
    """The abilities that it has sets of, and what makes the items of one in one split."""

    abilities: Sequence[str]
    items: Callable[[str, str], list[Item]]


VERSIONS = {
    "v1": Version(
        sorted(module.name for module in pkgutil.iter_modules(abilities.__path__)), from_templates
    ),
    "v2": Version(sorted((RECALL, *Questions.model_fields)), from_scenes),
}


def generated(version: str, ability: str) -> Iterator[tuple[str, str]]:
    """Each split's file, below the folder of the sets, and its text."""
    for split in SPLITS:
        items = VERSIONS[version].items(ability, split)
        yield f"{version}/{ability}/{split}.jsonl", "".join(_line(item) for item in items)


def _line(item: Item) -> str:
    return json.dumps(item.to_json(), ensure_ascii=False) + "\n"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("versions", nargs="*", metavar="VERSION", help="v1, v2 (both)")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="a folder for each version")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.versions if name not in VERSIONS]:
        parser.error(f"no version {unknown[0]!r}: v1 or v2")
    differing = 0
    for version in arguments.versions or VERSIONS:
        for ability in VERSIONS[version].abilities:
            for file, text in generated(version, ability):
                path = arguments.folder / file
                if not arguments.check:
                    write_text(path, text)
                    print(f"{file}: {text.count(chr(10))} items")
                elif not path.is_file() or path.read_bytes() != text.encode():
                    print(f"{path} is not what its generator gives", file=sys.stderr)
                    differing += 1
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
