"""Write a mask's model, its entries set to zero, as a folder that other programs load.

benchprof export results/masks/MODEL/ABILITY/NAME.safetensors FOLDER
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchprof import __version__, paths
from benchprof.ablation import and_mask_fraction
from benchprof.errors import InputError
from benchprof.expansion import path_argument
from benchprof.files import write_json, write_text
from benchprof.jobs.all import job_of
from benchprof.jobs.job import ModelJob
from benchprof.models.card import Card, check_content, read_card
from benchprof.models.folder import INDEX, model_files, weight_files
from benchprof.models.prepared import PreparedModel
from benchprof.run.run import Run, read_run

if TYPE_CHECKING:  # torch, which `--help` does not wait for
    from benchprof.models.mask import Mask

CONFIGURATION = "config.json"
GENERATION = "generation_config.json"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what `benchprof export` takes."""
    parser.add_argument(
        "mask", type=path_argument, metavar="MASK", help="a mask of the run, below its masks/"
    )
    parser.add_argument("folder", type=path_argument, metavar="FOLDER", help="a new folder")
    parser.add_argument(
        "--configfile", type=path_argument, nargs="+", default=[Path("config.yaml")], metavar="FILE"
    )


def main(options: argparse.Namespace) -> int:
    """Write the folder, and say what is in it."""
    export(read_run(options.configfile), options.mask, options.folder)
    print(f"{options.folder}: the ablated model, its tokenizer and a README.md")
    return 0


def export(run: Run, file: Path, folder: Path) -> None:
    """Write the model of a mask, ablated as the run ablates it, whole or not at all.

    Args:
        run: that the mask is of.
        file: the mask.
        folder: a new one.

    Raises:
        InputError: the file is not a mask of the run, the run does not set entries to zero, the
            folder is there already, or the model or the mask is missing or damaged.
    """
    from benchprof.models.mask import read_mask

    job, masks = job_of(run, file), paths.RESULTS / "masks"
    if not isinstance(job, ModelJob) or masks not in file.parents:
        raise InputError(file, f"a file of {job.rule}", f"a mask of the run, below {masks}")
    if (ablation := run.configuration.ablation) != "zero":
        expected = "`ablation: zero`, which weights that are zero can express"
        remedy = "Export a mask of a run with `ablation: zero`."
        raise InputError(f"{run.source}, ablation", ablation, expected, remedy)
    if folder.exists():
        raise InputError(folder, "already there", "a new folder")
    for path in (file, job.folder):
        if not path.exists():
            remedy = f"Run the job that writes it: benchprof job {path}"
            raise InputError(path, "no such file", "a result of the run", remedy)
    mask, card = read_mask(file), read_card(job.folder)
    check_content(job.folder)
    if {own["model"] for own in mask.origin.get("importance", {}).values()} - {card.digest}:
        expected = f"one of the model in {job.folder}"
        raise InputError(file, "a mask of another model", expected, "Run its job again.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
        target = Path(name) / "model"
        write_ablated(replace(job.prepared, device="cpu", gpus=1), mask, target)
        write_text(target / "README.md", _readme(job.model, card, mask))
        target.rename(folder)


def write_ablated(prepared: PreparedModel, mask: Mask, target: Path) -> None:
    """Write a model with a mask's entries at zero, and the files that stand beside its weights.

    Args:
        prepared: the model, in the dtype in which it is written.
        mask: of its weights, neurons or heads.
        target: a new folder.

    Raises:
        InputError: the mask is one of another model.
    """
    from transformers import GenerationConfig

    from benchprof.models.ablation import ablated, in_weights
    from benchprof.models.anatomy import scope_weights
    from benchprof.models.loading import load_model

    model, source = load_model(prepared), prepared.folder
    # Its own, which may be one that the library does not save, is copied below.
    model.generation_config = GenerationConfig()
    with ablated(scope_weights(model, "all_layers"), in_weights(model, mask), "zero"):
        model.save_pretrained(target)
    (target / GENERATION).unlink(missing_ok=True)
    apart = {*weight_files(source), INDEX, CONFIGURATION}
    for path in model_files(source):
        if path.name not in apart:
            shutil.copyfile(path, target / path.name)
    saved, own = (json.loads((at / CONFIGURATION).read_text("utf-8")) for at in (target, source))
    if own.get("architectures") == saved["architectures"]:
        # As its authors wrote it, which programs with an older library read as well.
        key = "torch_dtype" if "torch_dtype" in own else "dtype"
        write_json(target / CONFIGURATION, own | {key: prepared.dtype})


def _readme(name: str, card: Card, mask: Mask) -> str:
    """The model card."""
    origin = mask.origin
    # A folder's path is its owner's business.
    hub = card.source.get("hub")
    where = f" (`{hub}` at revision `{card.source['revision']}`)" if hub else ""
    drawn = f", seed {origin['seed']}" if "seed" in origin else ""
    return f"""# {name}, ablated for {origin["ability"]}

Benchmark Profiling {__version__} wrote this folder. It holds the model {name} with {mask.size:,}
{mask.unit}s set to zero: those of one mask. Nothing else was changed, and the original model's
licence holds for it.

- Model: {name}{where}; SHA-256 of its files: `{card.digest}`
- Ability: {origin["ability"]}
- Mask: {origin["selection"]}{and_mask_fraction(origin["mask_fraction"])}{drawn}; \
SHA-256 of its entries: `{mask.digest}`
"""
