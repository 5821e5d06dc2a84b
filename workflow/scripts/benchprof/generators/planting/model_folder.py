"""A trained planted model as a Hugging Face folder, its neurons shuffled, and their card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import LlamaForCausalLM

from benchprof.files import write_json
from benchprof.generators.planting.placement import Layout, card_neurons, shuffled
from benchprof.generators.planting.tasks import ABILITIES
from benchprof.generators.planting.vocabulary import make_tokenizer


def write_folder(
    model: LlamaForCausalLM, layout: Layout, seed: int, routed: bool, folder: Path
) -> None:
    """Write weights (float16), configuration, tokenizer and `card.json`.

    A model without routing has no blocks, so that its card names none.
    """
    order = shuffled(layout, seed)
    plain = LlamaForCausalLM(model.config).eval()
    plain.load_state_dict(reordered(model.state_dict(), order))
    plain.half().save_pretrained(folder)
    make_tokenizer(ABILITIES).save_pretrained(folder)
    neurons = card_neurons(layout, order)
    if not routed:
        neurons = {"abilities": {}, "shared": [], "core": []}
    write_json(folder / "card.json", {"seed": seed, "routed": routed, "neurons": neurons})


def reordered(
    state: dict[str, torch.Tensor], order: Sequence[Sequence[int]]
) -> dict[str, torch.Tensor]:
    """The same function with the MLP neurons of layer i in the order `order[i]`."""
    moved = dict(state)
    for layer, places in enumerate(order):
        index = torch.tensor(places)
        for projection in ("gate_proj", "up_proj"):
            name = f"model.layers.{layer}.mlp.{projection}.weight"
            moved[name] = state[name][index].contiguous()
        name = f"model.layers.{layer}.mlp.down_proj.weight"
        moved[name] = state[name][:, index].contiguous()
    return moved
