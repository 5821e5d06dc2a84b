"""A made-up run on disk, two models on two benchmarks, and its archive."""

from __future__ import annotations

import contextlib
import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.conftest import ROOT
from tests.records import record_of_chances, write_record

from benchprof import digests
from benchprof.archive.contents import LISTING, digest_of
from benchprof.archive.job import write_archive
from benchprof.archive.verify import recompute_tables
from benchprof.files import write_json
from benchprof.masks.rule import Contrastive
from benchprof.models.mask import Mask, read_mask, write_mask
from benchprof.report.manifest import write_manifest
from benchprof.tensors import write_tensors

MODELS, BENCHMARKS, ABILITIES = ("m", "n"), ("x_test", "other"), ("x", "y", "z")
ITEMS = 40
CELLS = [*((ability, None) for ability in ABILITIES), ("all_abilities", 1), ("all_abilities", 2)]
MADE = {"device": "cpu", "software": {"torch": "2"}, "machine": {"cores": 2}, "seconds": 1.0}
Files = dict[str, bytes]
CONFIG = {
    "models": {
        "m": {"source": {"hub": "someone/m", "revision": "0" * 40}},
        "n": {"source": {"folder": "weights/n"}},
    },
    "abilities": {ability: {"items": f"items/{ability}"} for ability in ABILITIES},
    "benchmarks": {
        "x_test": {"ability": "x", "split": "test"},
        "other": {"benchmark": "hellaswag"},
    },
    "selections": {"contrastive": {"definition": "sum"}},
    "store": "/scratch/store",
}  # fmt: skip
CODE = [
    *(ROOT / name for name in ("Snakefile", "README.md")),
    *sorted((ROOT / "workflow/scripts/benchprof").rglob("*.py")),
]


@dataclass(frozen=True)
class Run:
    """The folder of a finished run."""

    folder: Path

    @property
    def tables(self) -> dict[str, Any]:
        """What made the tables."""
        settings = {"metric": "headline", "impact": "chance_corrected", "resamples": 200,
                    "confidence": 0.95, "seed": 1, "headlines": {"other": "acc"},
                    "own_benchmarks": {"x": "x_test"}}  # fmt: skip
        sources = [
            {"model": m, "benchmark": b, "ability": ability, "selection": "contrastive",
             "mask_fraction": "0.001", "seed": seed,
             "record": f"{records(m, b)}/{ability}{seed}.json",
             "mask": f"results/masks/{m}/{ability}{seed}.safetensors"}
            for m in MODELS for b in BENCHMARKS for ability, seed in CELLS
        ]  # fmt: skip
        intact = [[m, b, f"{records(m, b)}/intact.json"] for m in MODELS for b in BENCHMARKS]
        return {"settings": settings, "intact": intact, "sources": sources}

    def archive(self, target: Path, files: list[Path] | None = None, **changed: Any) -> Path:
        """Write the archive as the rule does."""
        with contextlib.chdir(self.folder):
            results = sorted(p for p in Path("results").rglob("*") if "importance" not in p.parts)
            arguments: dict[str, Any] = {
                "config": CONFIG,
                "tables": self.tables,
                "manifest": Path("results/manifest.json"),
                "files": [p for p in results if p.is_file()] + (files or []),
                "importance": [Path("results/importance/x.safetensors")],
                "benchmark_files": {benchmark: [] for benchmark in BENCHMARKS},
                "code": CODE,
                "root": ROOT,
            }
            write_archive(target=target, **(arguments | changed))
        return target

    def copy(self, folder: Path) -> Run:
        """The same run elsewhere, with times kept."""
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2)
        return Run(folder)


def records(model: str, benchmark: str) -> str:
    return f"results/evaluations/{model}/{benchmark}"


def write_answers(path: Path, model: str, chance: Any, mask: str | None, draw: Any) -> None:
    how: dict[str, Any] = {"model": model * 64, "requests": path.parent.name, "made": MADE}
    write_record(path, record_of_chances(chance, draw, mask=mask, **how))


def write_run() -> None:
    """Write a run's files below the working folder."""
    draw = np.random.default_rng(3)
    for model in MODELS:
        digests = {}
        for place, (ability, seed) in enumerate(CELLS):
            entries = {"w.a": torch.tensor([place, 7, 300 + place], dtype=torch.int32)}
            origin: dict[str, Any] = {"ability": ability, "mask_fraction": "0.001", "code": "code"}
            if seed is None:
                importance = {one: {"model": model * 64} for one in ABILITIES}
                settings = Contrastive(definition="sum").settings
                origin |= {"selection": "contrastive", "importance": importance,
                           "settings": settings}  # fmt: skip
            else:
                origin |= {"selection": "random", "seed": seed, "matched_to": dict(digests)}
            mask = Mask(entries, origin)
            if seed is None:
                digests[ability] = mask.digest
            write_mask(Path(f"results/masks/{model}/{ability}{seed}.safetensors"), mask)
    for model in MODELS:
        for benchmark in BENCHMARKS:
            folder = Path(records(model, benchmark))
            chance = draw.beta(8, 2, ITEMS)
            write_answers(folder / "intact.json", model, chance, None, draw)
            for place, (ability, seed) in enumerate(CELLS):
                mask = read_mask(Path(f"results/masks/{model}/{ability}{seed}.safetensors")).digest
                kept = 0.5 if ability == "x" else 1 - 0.05 * place
                write_answers(folder / f"{ability}{seed}.json", model, chance * kept, mask, draw)
    importance = {"w.a": torch.ones(2)}
    write_tensors(Path("results/importance/x.safetensors"), importance, {"model": "m"})
    for ability in ABILITIES:
        Path("items", ability).mkdir(parents=True)
        for split in ("train", "calibration", "test"):
            text = json.dumps({"id": f"{ability}-{split}", "question": f"A secret of {ability}?"})
            Path("items", ability, f"{split}.jsonl").write_text(text + "\n")


def finish(made: Run) -> None:
    """Write the tables and the manifest of a run's records."""
    with contextlib.chdir(made.folder):
        recompute_tables(made.tables, Path("results/profiles"))
        Path("results/report.html").write_text("<p>What the run found.</p>")
        for ending in ("csv", "parquet"):
            Path(f"results/profiles/replication.{ending}").write_text("model,ability\nm,x\n")
        cards = {}
        for model in MODELS:
            cards[model] = Path(f"{model}.json")
            source = CONFIG["models"][model]["source"]
            card = {"digest": model * 64, "source": source, "files": {"config.json": "c" * 64}}
            write_json(cards[model], card)
        found = [p for p in Path("results").rglob("*") if p.is_file()]
        # Importance is no result: it is left out of archives.
        results = [path for path in found if "importance" not in path.parts]
        items = sorted(Path("items").glob("*/*.jsonl"))
        write_manifest(Path("results/manifest.json"), CONFIG, items, results, cards)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run; not to be changed: copy it."""
    made = Run(tmp_path_factory.mktemp("run"))
    with contextlib.chdir(made.folder):
        write_run()
    finish(made)
    return made


@pytest.fixture(scope="session")
def archive(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's archive, with ability x's items."""
    shared = sorted((run.folder / "items/x").iterdir())
    files = [path.relative_to(run.folder) for path in shared]
    return run.archive(tmp_path_factory.mktemp("archive") / "archive.zip", files)


@pytest.fixture
def files(archive: Path) -> Files:
    """The archive's files by name."""
    with zipfile.ZipFile(archive) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(files: Files, target: Path) -> Path:
    """The files as a zip."""
    with zipfile.ZipFile(target, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return target


def mended(files: Files, /, **parts: Any) -> Files:
    """The files with every digest mended, and parts of the listing replaced."""
    listing = json.loads(files[LISTING]) | parts
    own = {name: content for name, content in files.items() if name != LISTING}
    listing["files"] = {name: {"sha256": digests.of_bytes(own[name])} for name in own}
    listing["digest"] = digest_of(listing)
    return own | {LISTING: json.dumps(listing).encode()}
