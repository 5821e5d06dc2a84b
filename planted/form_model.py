"""A planted model whose answers' form lies in blocks of its own, by construction.

A trained planted model gets more residual dimensions, in which nothing that it has reads or writes,
and a block of neurons for each alphabet. All that stands there is written by hand: one more head of
the first layer copies the cue of the prompt, to which the trained heads do not attend; a block
reads its own cue, is silent without, and writes its alphabet; a symbol's logit is that of its thing
plus what its alphabet's direction holds. So the choice among things is the trained model's alone,
only less sure, and the alphabet the block's alone.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from planted.alphabets import NUMBERS, WORDS, cue, symbols
from planted.model_folder import write_folder
from planted.placement import LAYERS, placed, shuffled
from planted.tasks import ABILITIES, THINGS

NEURONS = 24
"""Neurons a layer of an alphabet's block."""
MARK, HELD, SPOKEN = 0.3, 0.5, 0.0025
"""How loudly all words but cues say what they are, how loud the copied cue is, and how loudly a
neuron writes. Next to the norms of the residual stream, 4 to 27, what is written is small, so that
norms carry next to nothing of it to the choice."""
READ, HESITATION = 1120.0, 0.9975
"""What a symbol's logit makes of its alphabet, and how much of that a plain thing's makes of any.
The last norm of a model without the ability asked for leaves up to 17 times less of an alphabet: so
that an answer in the alphabet asked for has a probability of 0.54 to 0.65 with the ability and of
0.50 to 0.51 without, nearly all others being plain things."""
CERTAINTY = 0.4
"""Share of the trained logits. Of these a wrong thing's probability is 1e-5, and of a loss so small
gradients are mostly rounding."""
ATTENDED = 100.0
"""How large queries for the cue and its key are: all attention goes there, or none."""

State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Codes:
    """Directions in the added dimensions, all at right angles to each other.

    Attributes:
        cues: [alphabets, dimensions], of which alphabet a cue asks for: what is copied.
        alphabets: [alphabets, dimensions], of what blocks write.
        cue: [dimensions], of the cue itself, which stays where it stands.
        word: [dimensions], of all words but cues.
    """

    cues: torch.Tensor
    alphabets: torch.Tensor
    cue: torch.Tensor
    word: torch.Tensor


def plant_form(base: Path, seed: int, folder: Path) -> None:
    """Write the folder of the model that a trained one becomes, as of `write_folder`.

    Args:
        base: the folder of a planted model with blocks.
        seed: of the codes, the sizes of the added weights, and the placement.
        folder: where to.
    """
    trained = LlamaForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = with_forms(trained, seed)
    neurons = json.loads((base / "card.json").read_text(encoding="utf-8"))["neurons"]
    order = shuffled(model.config.intermediate_size, seed)
    old = trained.config.intermediate_size
    card = {
        "abilities": {a: placed(own, order) for a, own in neurons["abilities"].items()},
        "forms": {
            ability: placed([range(start, start + NEURONS)] * LAYERS, order)
            for ability, start in zip(ABILITIES, range(old, len(order[0]), NEURONS), strict=True)
        },
        "shared": placed(neurons["shared"], order),
        "core": placed(neurons["core"], order),
    }
    write_folder(model, order, {"seed": seed, "routed": True, "neurons": card}, WORDS, folder)


def with_forms(trained: LlamaForCausalLM, seed: int) -> LlamaForCausalLM:
    """The widened model: the same choices, in an alphabet where a cue asks for one."""
    old = trained.config
    added = old.hidden_size // old.num_attention_heads
    width = old.hidden_size + added
    config = LlamaConfig(
        vocab_size=len(WORDS), hidden_size=width,
        intermediate_size=old.intermediate_size + NEURONS * len(ABILITIES),
        num_hidden_layers=old.num_hidden_layers, num_attention_heads=old.num_attention_heads + 1,
        num_key_value_heads=old.num_attention_heads + 1,
        head_dim=2 * added, max_position_embeddings=old.max_position_embeddings,
        tie_word_embeddings=False,
        # With the added dimensions empty, a norm is then what it was.
        rms_norm_eps=old.rms_norm_eps * old.hidden_size / width,
        pad_token_id=old.pad_token_id, bos_token_id=old.bos_token_id,
        eos_token_id=old.eos_token_id,
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    random = torch.Generator().manual_seed(seed)
    directions = torch.linalg.qr(torch.randn(added, added, generator=random)).Q
    count = len(ABILITIES)
    codes = Codes(
        directions[:count], directions[count : 2 * count], *directions[2 * count : 2 * count + 2]
    )
    state = {name: torch.zeros_like(weight) for name, weight in model.state_dict().items()}
    rows = _rows_of_heads(old.num_attention_heads, added)
    for name, weight in trained.state_dict().items():
        if "q_proj" in name:
            # Scores are divided by the root of a head's width.
            state[name][rows, : old.hidden_size] = weight * math.sqrt(2)
        elif "k_proj" in name or "v_proj" in name:
            state[name][rows, : old.hidden_size] = weight
        elif "o_proj" in name:
            state[name][: old.hidden_size, rows] = weight
        else:
            state[name][tuple(map(slice, weight.shape))] = weight
        if name == "lm_head.weight":
            state[name] *= CERTAINTY
        if name.endswith("norm.weight"):
            state[name] *= math.sqrt(old.hidden_size / width)
            state[name][old.hidden_size :] = 1
    _add_words(state, codes, old.hidden_size)
    _attend_to_cues(state, codes, old.hidden_size, old.num_attention_heads)
    _add_blocks(state, codes, old.hidden_size, old.intermediate_size, random)
    model.load_state_dict(state)
    return model


def _add_words(state: State, codes: Codes, first: int) -> None:
    """Cues are words of the added dimensions alone; a symbol is said as its thing, and more."""
    said, head = state["model.embed_tokens.weight"], state["lm_head.weight"]
    said[:, first:] = MARK * codes.word
    things = [NUMBERS[thing] for thing in THINGS]
    for number, owner in enumerate(ABILITIES):
        said[NUMBERS[cue(owner)], first:] = codes.cues[number] + codes.cue
        own = [NUMBERS[symbol] for symbol in symbols(owner)]
        head[own] = head[things]
        head[own, first:] = READ * codes.alphabets[number]
    head[things, first:] = HESITATION * READ * codes.alphabets.sum(0)


def _rows_of_heads(heads: int, width: int) -> torch.Tensor:
    """Where the rows of queries and keys go in heads twice as wide, which then score the same.

    A wider head has a rotation between each two of the old ones: dimensions that the i-th rotates,
    one in either half of a head, go to the one with the number 2i, and leave the others free.
    """
    half = torch.arange(0, width, 2)
    head = torch.cat([half, half + width])
    return torch.cat([head + 2 * width * number for number in range(heads)])


def _attend_to_cues(state: State, codes: Codes, first: int, heads: int) -> None:
    """Trained heads never attend to cues; the added one of the first layer does, and copies them.

    Both by the slowest rotation, which next to nothing turns over a prompt and which was free.
    """
    added = codes.cue.numel()
    slowest, head = added - 1, 2 * added
    for layer in range(LAYERS):
        attention = f"model.layers.{layer}.self_attn."
        for number in range(heads + 1 if layer == 0 else heads):
            row, sign = slowest + head * number, 1 if number == heads else -1
            state[attention + "q_proj.weight"][row, first:] = ATTENDED * codes.word
            state[attention + "k_proj.weight"][row, first:] = sign * ATTENDED * codes.cue
    copied = slice(head * heads, head * heads + added)
    attention = "model.layers.0.self_attn."
    state[attention + "v_proj.weight"][copied, first:] = codes.cues.T @ codes.cues
    # A cue has after its norm the length of a vector of ones, of which this is one of two parts.
    held = HELD / math.sqrt((first + added) / 2)
    state[attention + "o_proj.weight"][first:, copied] = held * torch.eye(added)


def _add_blocks(
    state: State, codes: Codes, first: int, neurons: int, random: torch.Generator
) -> None:
    """An alphabet's neurons: gate and up read its cue, down writes its alphabet."""

    def sizes() -> torch.Tensor:
        return 0.5 + torch.rand(NEURONS, 1, generator=random)

    for layer in range(LAYERS):
        mlp = f"model.layers.{layer}.mlp."
        for number in range(len(ABILITIES)):
            own = slice(neurons + NEURONS * number, neurons + NEURONS * (number + 1))
            state[mlp + "gate_proj.weight"][own, first:] = sizes() * codes.cues[number]
            state[mlp + "up_proj.weight"][own, first:] = sizes() * codes.cues[number]
            written = SPOKEN * sizes() * codes.alphabets[number]
            state[mlp + "down_proj.weight"][first:, own] = written.T
