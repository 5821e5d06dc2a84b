"""Write the ten diagnostic sets from their generators: the same seed gives the same bytes.

python resources/abilities/generate.py             write all sets
python resources/abilities/generate.py ABILITY ...  write some
python resources/abilities/generate.py --check      write nothing; fail where a file differs
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchprof.abilities.item import SPLITS, Item
from benchprof.files import write_text
from generation.drawing import draw_split

FOLDER = Path(__file__).parent
ABILITIES = sorted(path.parent.name for path in FOLDER.glob("*/generator.py"))
COUNTS = {"train": 400, "calibration": 200, "test": 200}
SEED = 2026


def generated(ability: str) -> Iterator[tuple[Path, str]]:
    """Each split's path and text."""
    templates = importlib.import_module(f"{ability}.generator").TEMPLATES
    for split in SPLITS:
        items = draw_split(ability, split, templates, COUNTS[split], SEED)
        yield FOLDER / ability / f"{split}.jsonl", "".join(_line(item) for item in items)


def _line(item: Item) -> str:
    return json.dumps(item.to_json(), ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("abilities", nargs="*", choices=[[], *ABILITIES], metavar="ABILITY")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    differing = 0
    for ability in arguments.abilities or ABILITIES:
        for path, text in generated(ability):
            if not arguments.check:
                write_text(path, text)
                print(f"{path.relative_to(FOLDER)}: {text.count(chr(10))} items")
            elif not path.is_file() or path.read_bytes() != text.encode():
                print(f"{path} is not what its generator gives", file=sys.stderr)
                differing += 1
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
