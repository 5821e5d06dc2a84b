"""Write the generated benchmarks: the same seed gives the same bytes.

python -m benchprof.generators.benchmarks.files            write items and datasheets
python -m benchprof.generators.benchmarks.files --check    write nothing; fail where a file differs

Started in the checkout. `resources/benchmarks/NAME` also holds the benchmark's task for lm-eval,
which is written by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from benchprof.files import write_text
from benchprof.generators.benchmarks.functions import small_functions
from benchprof.generators.benchmarks.problems import everyday_problems
from benchprof.generators.benchmarks.questions import people_and_things, plans_and_prices
from benchprof.markdown import table

FOLDER = Path("resources/benchmarks")
SHEETS = Path(__file__).parent / "datasheets"
SEED = 2026
Items = list[dict[str, Any]]
BENCHMARKS: dict[str, Callable[[Random], Items]] = {
    "everyday_problems": everyday_problems,
    "people_and_things": people_and_things,
    "plans_and_prices": plans_and_prices,
    "small_functions": small_functions,
}


def generated(name: str) -> Iterator[tuple[str, str]]:
    """Each file of a benchmark, below the folder of all, and its text."""
    items = [
        {"id": f"{name}-{number:02d}"} | item
        for number, item in enumerate(BENCHMARKS[name](Random(f"{SEED}/{name}")), start=1)
    ]
    lines = (json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    yield f"{name}/items.jsonl", "".join(lines)
    introduction = (SHEETS / f"{name}.md").read_text(encoding="utf-8")
    yield f"{name}/DATASHEET.md", f"{introduction}\n{_tables(items)}"


def _tables(items: Items) -> str:
    """Which abilities the items are built to need: of each kind, and counted."""
    needs = {item["kind"]: tuple(item["needs"]) for item in items}
    counts = Counter(ability for item in items for ability in item["needs"])
    of_kind = Counter(item["kind"] for item in items)
    kinds = [
        (f"`{kind}`", str(of_kind[kind]), ", ".join(needs[kind]).replace("_", " "))
        for kind in sorted(needs)
    ]
    total = [
        (ability.replace("_", " "), f"{count} of {len(items)}")
        for ability, count in sorted(counts.items(), key=lambda own: (-own[1], own[0]))
    ]
    of_abilities = table(("ability", "items built to need it"), total)
    return "\n".join([*of_abilities, "", *table(("kind", "items", "abilities"), kinds), ""])


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="a folder for each benchmark")
    arguments = parser.parse_args()
    differing = 0
    for name in BENCHMARKS:
        for file, text in generated(name):
            path = arguments.folder / file
            if not arguments.check:
                write_text(path, text)
                print(path)
            elif not path.is_file() or path.read_bytes() != text.encode():
                print(f"{path} is not what its generator gives", file=sys.stderr)
                differing += 1
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
