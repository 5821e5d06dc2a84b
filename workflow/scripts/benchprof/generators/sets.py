"""Write the ten diagnostic sets from their generators: the same seed gives the same bytes.

python -m benchprof.generators.sets             write all sets
python -m benchprof.generators.sets ABILITY ...  write some
python -m benchprof.generators.sets --check      write nothing; fail where a file differs

Started in the checkout, whose folder `resources/abilities` has a folder for each set; `--folder`
names another.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchprof.abilities.item import SPLITS, Item
from benchprof.files import write_text
from benchprof.generators import abilities
from benchprof.generators.templates.drawing import draw_split

FOLDER = Path("resources/abilities")
ABILITIES = sorted(module.name for module in pkgutil.iter_modules(abilities.__path__))
COUNTS = {"train": 400, "calibration": 200, "test": 200}
SEED = 2026


def generated(ability: str) -> Iterator[tuple[str, str]]:
    """Each split's file, below the folder of the sets, and its text."""
    templates = importlib.import_module(f"{abilities.__name__}.{ability}.generator").TEMPLATES
    for split in SPLITS:
        items = draw_split(ability, split, templates, COUNTS[split], SEED)
        yield f"{ability}/{split}.jsonl", "".join(_line(item) for item in items)


def _line(item: Item) -> str:
    return json.dumps(item.to_json(), ensure_ascii=False) + "\n"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("abilities", nargs="*", choices=[[], *ABILITIES], metavar="ABILITY")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="a folder for each set in it")
    arguments = parser.parse_args()
    differing = 0
    for ability in arguments.abilities or ABILITIES:
        for file, text in generated(ability):
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
