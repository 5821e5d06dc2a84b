"""Measure the statistics of a run of the paper's size, from synthetic records.

python performance/profile_tables.py [--share 1.0] [--processes 2] [--folder FOLDER]

Three models, ten benchmarks of 1,000 to 10,000 items (times `--share`), ten abilities, six k, four
selections with five random controls each: 10,830 records, 14 GB, in a temporary folder below
`--folder`. The records have the layout of real ones. Prints the seconds that all tables of
results/profiles take and the peak memory of all processes together; writing the records is not
counted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from benchprof import digests
from benchprof.evaluation.record import FORMAT, sealed
from benchprof.profile.job import compute_profile
from benchprof.profile.settings import ProfileSettings
from benchprof.profile.source import Source
from benchprof.run.ablation import ALL_ABILITIES, Ablation
from benchprof.tensors import write_tensors

MODELS = ("one", "two", "three")
ABILITIES = tuple(f"ability_{number}" for number in range(10))
SELECTIONS = ("top", "specific", "core", "bottom")
FRACTIONS = ("0.00001", "0.00004", "0.00016", "0.00064", "0.00256", "0.01024")
SEEDS = (1, 2, 3, 4, 5)
SIZES = {f"benchmark_{i}": round(1000 * 10 ** (i / 9)) for i in range(10)}
SUBJECTS = {"benchmark_5": 57, "benchmark_7": 27}
"""Two benchmarks have subjects, as MMLU and BBH do."""
CHOICES = 4
SETTINGS = ProfileSettings("probability", "chance_corrected", 10_000, 0.95, 2026)


class Peak:
    """The largest memory of this process and its children together, in bytes, while it is open."""

    def __enter__(self) -> Peak:
        self.bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._done.wait(0.2):
            total = 0
            for process in [own, *own.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.bytes = max(self.bytes, total)


class Records:
    """Writes records of one model on one benchmark; only scores differ between ablations."""

    def __init__(self, model: str, benchmark: str, n: int) -> None:
        self.random = np.random.default_rng([ord(c) for c in model + benchmark])
        self.effects = self.random.dirichlet(np.full(len(ABILITIES), 0.3)) * 0.8
        self.model, self.n = model, n
        subjects = SUBJECTS.get(benchmark, 1)
        tasks = [f"{benchmark}_{number % subjects}" for number in range(n)]
        gold = [[int(g)] for g in self.random.integers(0, CHOICES, n)]
        likelihoods = -self.random.gamma(5, 4, (n, CHOICES))
        self.fixed = {
            "task": tasks,
            "index": list(range(n)),
            "digest": [digests.of_bytes(f"{benchmark}/{i}".encode())[:16] for i in range(n)],
            "gold": gold,
            "responses": [[[float(x), False] for x in row] for row in likelihoods],
        }
        self.indented = {
            key: json.dumps(value, indent=1).replace("\n", "\n  ")
            for key, value in self.fixed.items()
        }
        self.probability = self.random.beta(4, 2, n)
        self.noise = self.random.random(n)

    def scores(self, lost: float) -> dict[str, list[float]]:
        """Scores of a model that lost this share of what it does."""
        probability = self.probability * (1 - lost * self.random.beta(2, 2, self.n))
        right = probability > 0.15 + 0.7 * self.noise
        normed = probability > 0.15 + 0.7 * self.noise * self.random.uniform(0.9, 1.1, self.n)
        return {
            "probability": probability.tolist(),
            "acc": right.astype(float).tolist(),
            "acc_norm": normed.astype(float).tolist(),
        }

    def write(self, path: Path, lost: float, mask: str | None) -> None:
        """Write one record, as `write_json` would."""
        scores = self.scores(lost)
        means = {metric: float(np.mean(values)) for metric, values in scores.items()}
        record: dict[str, Any] = {
            "format": FORMAT,
            "origin": {
                "model": {"digest": digests.of_value(self.model), "dtype": "bfloat16"},
                "mask": {"digest": mask} if mask else None,
                "requests": {"digest": digests.of_value(path.parent.name)},
                "code": "synthetic",
            },
            "n": self.n,
            "guessing": 1 / CHOICES,
            "scores": means,
            "tasks": {},
            "items": {key: f"@{key}@" for key in (*self.fixed, "scores")},
        }
        record["items"]["scores"] = {metric: f"@{metric}@" for metric in scores}
        indented = self.indented | {
            metric: "[\n    " + ",\n    ".join(map(repr, values)) + "\n   ]"
            for metric, values in scores.items()
        }
        text = _filled(json.dumps(record, indent=1), indented)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sealed(text.removesuffix("\n}").encode() + b",\n"))


def _filled(text: str, blocks: dict[str, str]) -> str:
    """The text with each `"@name@"` replaced by its block."""
    parts = text.split('"@')
    filled = [parts[0]]
    for part in parts[1:]:
        name, rest = part.split('@"', 1)
        filled += [blocks[name], rest]
    return "".join(filled)


def ablations() -> list[Ablation]:
    """Every mask and every random control."""
    masks = product(SELECTIONS, FRACTIONS, ABILITIES, (None,))
    controls = product(SELECTIONS, FRACTIONS, (ALL_ABILITIES,), SEEDS)
    return [Ablation(ability, s, k, seed) for s, k, ability, seed in (*masks, *controls)]


def write_run(folder: Path, share: float) -> tuple[dict[tuple[str, str], Path], list[Source]]:
    """Write all records and masks; where they are."""
    intact, sources = {}, []
    for model, (benchmark, size) in product(MODELS, SIZES.items()):
        records = Records(model, benchmark, max(20, round(size * share)))
        intact[model, benchmark] = folder / model / benchmark / "intact.json"
        records.write(intact[model, benchmark], 0.0, None)
        for number, ablation in enumerate(ablations()):
            mask = folder / model / "masks" / f"{number}.safetensors"
            if not mask.exists():
                mask.parent.mkdir(parents=True, exist_ok=True)
                origin = {"digest": f"{number:064x}", "fraction": ablation.k}
                write_tensors(mask, {"w": torch.zeros(1)}, origin)
            strength = (FRACTIONS.index(ablation.k) + 1) / len(FRACTIONS)
            own = ablation.ability in ABILITIES
            lost = records.effects[ABILITIES.index(ablation.ability)] if own else 0.02
            record = folder / model / benchmark / f"{number}.json"
            records.write(record, strength * lost, f"{number:064x}")
            sources.append(Source(model, benchmark, ablation, record, mask))
    return intact, sources


def main() -> None:
    """Write the records, compute the tables, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the items")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=None, help="for the temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        intact, sources = write_run(folder, arguments.share)
        size = sum(path.stat().st_size for path in folder.rglob("*.json"))
        print(f"{len(intact) + len(sources)} records, {size / 1e9:.2f} GB", flush=True)
        started = time.monotonic()
        with Peak() as peak:
            compute_profile(intact, sources, {}, SETTINGS, folder / "profiles", arguments.processes)
        print(
            f"{time.monotonic() - started:.0f} s with {arguments.processes} processes, "
            f"peak memory {peak.bytes / 1e9:.2f} GB"
        )
        for path in sorted((folder / "profiles").iterdir()):
            print(f"  {path.name}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
