"""Train planted models; an interrupted training goes on where it stopped.

python -m benchprof.generators.planting.models NAME [--steps N] [--threads N]

NAME is one of MODELS. Writes the folder models/NAME with the card of what was reached
(docs/explanation/planted_models.md) below `--folder`, which is the checkout's resources/planted.
"""

from __future__ import annotations

import argparse
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaForCausalLM

from benchprof.files import write_json
from benchprof.generators.planting.acceptance import examine
from benchprof.generators.planting.form_model import plant_form
from benchprof.generators.planting.model_folder import write_folder
from benchprof.generators.planting.placement import (
    Layout,
    card_neurons,
    overlapping_layout,
    plain_layout,
    shuffled,
)
from benchprof.generators.planting.tasks import ABILITIES
from benchprof.generators.planting.training import train
from benchprof.generators.planting.vocabulary import words

FOLDER = Path("resources/planted")
STEPS = 2200


@dataclass(frozen=True)
class Plan:
    """What distinguishes one planted model from another."""

    seed: int
    layout: Callable[[Sequence[str]], Layout] = plain_layout
    routed: bool = True


FORM, BASE = Plan(6), "planted-3"
"""The model whose answers' form has blocks of its own, and the trained one that it is made of."""
MODELS = {
    "planted-1": Plan(1),
    "planted-2": Plan(2),
    "planted-3": Plan(3),
    "entangled": Plan(4, routed=False),
    "overlapping": Plan(5, overlapping_layout),
    "planted-form": FORM,
}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=MODELS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    plan = MODELS[options.name]
    layout, folder = plan.layout(ABILITIES), options.folder / "models" / options.name
    if (folder / "acceptance.json").is_file():
        logging.info("%s is trained; delete its folder to train it anew", folder)
        return
    checkpoint = options.folder / "checkpoints" / options.name
    if plan is FORM:
        plant_form(options.folder / "models" / BASE, plan.seed, folder)
    else:
        model = train(layout, plan.seed, options.steps, plan.routed, checkpoint)
        write_trained(model, layout, plan, folder)
    write_json(folder / "acceptance.json", examine(folder))
    shutil.rmtree(checkpoint, ignore_errors=True)


def write_trained(model: LlamaForCausalLM, layout: Layout, plan: Plan, folder: Path) -> None:
    """Write a trained model's folder; without routing it has no blocks, nor its card."""
    order = shuffled(layout.width, plan.seed)
    none: dict[str, Any] = {"abilities": {}, "shared": [], "core": []}
    neurons = card_neurons(layout, order) if plan.routed else none
    card = {"seed": plan.seed, "routed": plan.routed, "neurons": neurons}
    write_folder(model, order, card, words(ABILITIES), folder)


if __name__ == "__main__":
    main()
