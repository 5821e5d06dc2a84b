"""Write the planted world, and train the planted models that have no folder.

python -m planted [NAME...] [--folder FOLDER]

Started in the checkout. Without a name it makes all models, in seven minutes each; the card of what
each reached lies in its folder models/NAME below `--folder`, which is resources/planted
(docs/explanation/planted_models.md).
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaForCausalLM

from benchprof.files import write_json
from planted.acceptance import examine
from planted.form_model import plant_form
from planted.model_folder import write_folder
from planted.placement import (
    Layout,
    card_neurons,
    overlapping_layout,
    plain_layout,
    shuffled,
)
from planted.tasks import ABILITIES, WORDS
from planted.training import train
from planted.world import write_world

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
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MODELS))
    parser.add_argument("--folder", type=Path, default=Path("resources/planted"))
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in MODELS]:
        parser.error(f"no model {unknown[0]}: one of {', '.join(MODELS)}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    write_world(options.folder)
    for name in options.names or MODELS:
        folder = options.folder / "models" / name
        if (folder / "acceptance.json").is_file():
            logging.info("%s is trained; delete its folder to train it anew", folder)
        else:
            make(name, folder)


def make(name: str, folder: Path) -> None:
    """Write the folder of a model, with what its examination found."""
    plan = MODELS[name]
    if plan is FORM:
        plant_form(folder.parent / BASE, plan.seed, folder)
    else:
        layout = plan.layout(ABILITIES)
        write_trained(train(layout, plan.seed, STEPS, plan.routed), layout, plan, folder)
    write_json(folder / "acceptance.json", examine(folder))


def write_trained(model: LlamaForCausalLM, layout: Layout, plan: Plan, folder: Path) -> None:
    """Write a trained model's folder; without routing it has no blocks, nor its card."""
    order = shuffled(layout.width, plan.seed)
    none: dict[str, Any] = {"abilities": {}, "shared": [], "core": []}
    neurons = card_neurons(layout, order) if plan.routed else none
    card = {"seed": plan.seed, "routed": plan.routed, "neurons": neurons}
    write_folder(model, order, card, WORDS, folder)


if __name__ == "__main__":
    main()
