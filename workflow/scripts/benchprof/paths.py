"""Where every result lies, below the folder that the workflow runs in.

A constant is read when it is needed, never while a module is imported: `enter` changes them all.
"""

from __future__ import annotations

from pathlib import Path

from benchprof.ablation import INTACT, Ablation

RESULTS = Path("results")
PROFILES = RESULTS / "profiles"
IMPACT = PROFILES / "impact.parquet"
SIMILARITY = PROFILES / "similarity.parquet"
REPORT = RESULTS / "report.html"
SUMMARY = RESULTS / "summary.txt"
MANIFEST = RESULTS / "manifest.json"
METHODS = RESULTS / "methods.md"
REFERENCES = RESULTS / "references.bib"
ARCHIVE = RESULTS / "archive.zip"
ITEM_PROFILES = RESULTS / "item_profiles"
VALIDATION = RESULTS / "validation"
FOLDERS = frozenset({
    "analysis", "annotation", "calibration", "checks", "evaluations", "figures", "importance",
    "item_profiles", "items", "logs", "masks", "models", "profiles", "replication", "settings",
    "super", "tables", "timings", "validation",
})  # fmt: skip
"""What lies in the folder of a run."""
_BELOW = {
    name: own.relative_to(RESULTS) for name, own in [*globals().items()] if isinstance(own, Path)
}


def enter(run_name: str | None) -> None:
    """Let all paths be those of a run with this name, or of one that has none."""
    folder = Path("results", run_name or "")
    globals().update({name: folder / below for name, below in _BELOW.items()})


def model(name: str) -> Path:
    """A prepared model."""
    return RESULTS / "models" / name


def card(name: str) -> Path:
    """What identifies a prepared model."""
    return model(name) / "model.json"


def sizes(name: str) -> Path:
    """The size of each mask fraction's mask of a model."""
    return RESULTS / "checks" / f"{name}.json"


def importance(model: str, ability: str) -> Path:
    """An ability's scores of the weights in scope."""
    return RESULTS / "importance" / model / f"{ability}.safetensors"


def super_set(model: str, form: str = "safetensors") -> Path:
    """What masks leave out of a model (safetensors), and the losses that it was found by (csv)."""
    return RESULTS / "super" / f"{model}.{form}"


def mask(model: str, ablation: Ablation) -> Path:
    """A mask, of an ability or a random one."""
    return RESULTS / "masks" / model / ablation.ability / f"{ablation.stem}.safetensors"


def record(model: str, benchmark: str, ablation: Ablation | None) -> Path:
    """What a model answered to a benchmark under an ablation; None is the intact model."""
    return RESULTS / "evaluations" / model / benchmark / f"{_name(ablation)}.json"


def calibration_record(model: str, ability: str, ablation: Ablation | None) -> Path:
    """What a model answered to an ability's calibration items."""
    return RESULTS / "calibration" / model / ability / f"{_name(ablation)}.json"


def half_record(model: str, ability: str, ablation: Ablation | None) -> Path:
    """What a model answered to an ability's held-out test under the mask of a half."""
    stem = ablation.stem if ablation else INTACT
    return RESULTS / "replication" / model / ability / f"{stem}.json"


def choice(model: str, selection: str, form: str) -> Path:
    """The mask fraction that calibration chose (json), and from what (csv)."""
    return RESULTS / "calibration" / model / f"{selection}.{form}"


def profile(table: str, form: str) -> Path:
    """A table of the profile stage, as csv or parquet."""
    return PROFILES / f"{table}.{form}"


def item_profile(model: str, name: str) -> Path:
    """A file of a model's item profiles."""
    return ITEM_PROFILES / model / name


def log(rule: str, *wildcards: str) -> Path:
    """What a job said."""
    return _of_job("logs", "log", rule, *wildcards)


def timing(rule: str, *wildcards: str) -> Path:
    """What Snakemake noted of a job's time and memory."""
    return _of_job("timings", "tsv", rule, *wildcards)


def settings(rule: str, *wildcards: str) -> Path:
    """What decides a job's result, in a folder of its own.

    It is written while Snakemake plans, which lists a folder once, at the first file it looks for.
    """
    return RESULTS.joinpath("settings", rule, *wildcards, "settings.json")


def _of_job(kind: str, form: str, *names: str) -> Path:
    return RESULTS.joinpath(kind, *names[:-1]) / f"{names[-1]}.{form}"


def _name(ablation: Ablation | None) -> str:
    return ablation.name if ablation else INTACT
