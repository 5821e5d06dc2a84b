"""Jobs of the tiny project, called without Snakemake and with its settings."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from tests.evaluating import evaluate_benchmark
from tests.workflow.conftest import Project

from benchprof.ablation import Ablation
from benchprof.evaluation.settings import ModelSettings
from benchprof.importance.items import TrainItems
from benchprof.importance.job import compute_importance
from benchprof.importance.scoring import Scoring
from benchprof.jobs.all import job_of
from benchprof.jobs.command import run_file
from benchprof.masks.job import select_masks
from benchprof.masks.rule import Contrastive
from benchprof.models.mask import read_mask
from benchprof.models.prepared import PreparedModel
from benchprof.models.scope import Scope
from benchprof.run.run import Run, read_run
from benchprof.store import Store
from benchprof.tasks.benchmark import AbilitySplit
from benchprof.tasks.source import task_source

CONFIGURATION = [Path("config.yaml")]


def run_jobs(project: Project, *files: str) -> None:
    """Run the jobs that write these files, in this order, as `benchprof job` does.

    In this process, which has imported already what each of Snakemake's jobs would import again.
    """
    with contextlib.chdir(project.folder):
        for file in files:
            run_file(Path(file), CONFIGURATION, threads=1)


def run_missing(project: Project, *files: str) -> None:
    """Run the jobs that write these files and all that those read, where a file is not there yet.

    As `run_jobs` does. A file that is there counts as done, whatever changed since, and no rule is
    asked: a test plans the same files with Snakemake beforehand, which also writes the settings.
    """
    with contextlib.chdir(project.folder):
        run = read_run(CONFIGURATION)
        for file in files:
            _make(run, Path(file))


def _make(run: Run, file: Path) -> None:
    if not file.exists():
        for needed in job_of(run, file).read:
            _make(run, needed)
        run_file(file, CONFIGURATION, threads=1)


@contextlib.contextmanager
def said_to(file: Path) -> Iterator[None]:
    """Have what jobs say in a file, as of a fixture that several tests share: it has no `caplog`.

    `benchprof.logs.logged` would go on with it after the block, as a job's process may.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    root, handler = logging.getLogger(), logging.FileHandler(file, encoding="utf-8")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


def evaluate(
    project: Project, store: Store, folder: Path | None = None, method: str = "zero"
) -> dict[str, Path]:
    """Evaluate the intact and every ablated model on places_test; the records by ablation."""
    config = project.config
    benchmark = Run.of(config).configuration.benchmarks["places_test"]
    own = isinstance(benchmark, AbilitySplit)
    results = project.folder / "results"
    names = sorted(path.stem for path in (results / "evaluations/tiny/places_test").glob("*.json"))
    targets = {name: project.folder / f"again/{name}.json" for name in names}
    evaluate_benchmark(
        model=ModelSettings(
            folder or results / "models/tiny", "float32", "cpu", chat_template=False
        ),
        source=task_source(
            benchmark,
            project.folder / "items/places/test.jsonl" if own else None,
        ),
        limit=benchmark.limit,
        seed=config["seed"],
        masks={name: read_mask(mask_file(project, name)) for name in names if name != "intact"},
        method=method,
        targets=targets,
        store=store,
    )
    return targets


def mask_file(project: Project, ablation: str) -> Path:
    ability, _, name = ablation.partition(".")
    return project.folder / f"results/masks/tiny/{ability}/{name}.safetensors"


def score(project: Project, store: Store, folder: Path | None = None) -> dict[str, Path]:
    """Score the weights for every ability; the importance files by ability."""
    config = project.config
    targets = {a: project.folder / f"again/{a}.safetensors" for a in config["abilities"]}
    compute_importance(
        Scoring(
            PreparedModel(folder or project.folder / "results/models/tiny", "float32"),
            scope=Scope(config["scope"]),
            score=config["importance"]["score"],
            loss_on=config["importance"]["loss_on"],
        ),
        TrainItems(
            {a: project.folder / f"items/{a}/train.jsonl" for a in targets},
            config["seed"],
            config["importance"]["limit"],
        ),
        targets=targets,
        store=store,
    )
    return targets


def select(project: Project) -> None:
    """Select the `contrastive` masks again."""
    config = project.config
    results = project.folder / "results"
    select_masks(
        folder=results / "models/tiny",
        rule=Contrastive(**config["selections"]["contrastive"]),
        importances={a: results / f"importance/tiny/{a}.safetensors" for a in config["abilities"]},
        targets={
            Ablation(a, "contrastive", "0.01"): project.folder / f"again/{a}.mask"
            for a in config["abilities"]
        },
    )
