"""Measure the rate of importance against plain forward and backward passes of the same examples.

python performance/importance_rate.py MODEL [--examples 24] [--rounds 5] [--loss-on answer all]
python performance/importance_rate.py --shape 1.5B --layers 4 --dtype bfloat16

MODEL is a prepared model's folder. With --shape it is a model of random weights with some layers of
SmolLM2-135M's or Qwen2.5-1.5B's shape, and the examples are random tokens: no download. Plain:
transformers' forward pass of one example, the loss of the counted tokens, backward; gradients of
the scope are dropped or, in absolute value, added up in float32, those of all parameters are
dropped. All take turns over the same examples; the rate is that of the median round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import nn
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedConfig, Qwen2Config

from benchprof.abilities.item import Item, read_items
from benchprof.importance.example import Example, render_example
from benchprof.importance.memory import Memory, memory_for
from benchprof.importance.scores import score_weights
from benchprof.models.allocation import keep_freed_memory
from benchprof.models.anatomy import scope_weights
from benchprof.models.linear import speed_up_gradients
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.prepared import PreparedModel

ITEMS = Path(__file__).parents[1] / "resources/abilities/v3"


SHAPES: dict[str, PreTrainedConfig] = {
    "135M": LlamaConfig(
        hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, vocab_size=49152, tie_word_embeddings=True,
    ),
    "1.5B": Qwen2Config(
        hidden_size=1536, intermediate_size=8960, num_hidden_layers=28, num_attention_heads=12,
        num_key_value_heads=2, vocab_size=151936, tie_word_embeddings=True,
    ),
    "tiny": LlamaConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        vocab_size=64, tie_word_embeddings=True,
    ),
}  # fmt: skip


def random_model(shape: str, layers: int | None, dtype: str) -> tuple[nn.Module, Memory]:
    """A model of random weights, and the bounds of a pass that the whole model would have."""
    config = SHAPES[shape]
    with torch.device("meta"):
        memory = memory_for(AutoModelForCausalLM.from_config(config), on_host=False)
    config.num_hidden_layers = layers or config.num_hidden_layers
    if hasattr(config, "layer_types"):
        config.layer_types = ["full_attention"] * config.num_hidden_layers
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=getattr(torch, dtype))
    return model.eval(), memory


def random_examples(vocabulary: int, number: int, loss_on: str) -> list[Example]:
    """Examples of 46 to 165 tokens, as the diagnostic items have; three of an answer's count."""
    found = []
    for index in range(number):
        length = 46 + 119 * index // max(1, number - 1)
        places = torch.arange(length)
        counted = places > 0 if loss_on == "all" else places >= length - 3
        found.append(Example(torch.randint(0, vocabulary, (length,)), counted))
    return found


def plain(
    model: nn.Module,
    examples: Sequence[Example],
    weights: Mapping[str, nn.Parameter] | None = None,
) -> None:
    """Forward and backward of each example, for whatever requires gradients.

    Args:
        model: the model.
        examples: the examples.
        weights: whose absolute gradients are added up; None to drop them.
    """
    totals = {name: torch.zeros(own.shape) for name, own in (weights or {}).items()}
    for example in examples:
        logits = model(input_ids=example.ids[None], use_cache=False).logits[0, :-1]
        counted = example.counted[1:]
        nn.functional.cross_entropy(logits[counted].float(), example.ids[1:][counted]).backward()
        for name, total in totals.items():
            gradient = (weights or {})[name].grad
            assert gradient is not None
            total.add_(gradient.abs_())
        model.zero_grad(set_to_none=True)


def ways(
    model: nn.Module, examples: Sequence[Example], memory: Memory
) -> dict[str, Callable[[], None]]:
    """What is compared, by name."""
    weights = scope_weights(model, "mlp")
    linears = [module for module in model.modules() if type(module) is nn.Linear]

    def ours(score: str) -> None:
        model.requires_grad_(False)
        speed_up_gradients(model)
        score_weights(model, weights, examples, [], score, lambda _: None, memory)
        for module in linears:
            module.__class__ = nn.Linear

    def scope(*, added_up: bool) -> None:
        model.requires_grad_(False)
        for weight in weights.values():
            weight.requires_grad_(True)
        plain(model, examples, weights if added_up else None)

    def everything() -> None:
        model.requires_grad_(True)
        plain(model, examples)

    return {
        "plain, scope": partial(scope, added_up=False),
        "plain, scope, added up": partial(scope, added_up=True),
        "plain, all parameters": everything,
        "`taylor_abs`": partial(ours, "taylor_abs"),
        "`taylor`": partial(ours, "taylor"),
    }


def rates(
    model: nn.Module, examples: Sequence[Example], memory: Memory, rounds: int
) -> dict[str, float]:
    """Tokens per second by name: the median of the rounds."""
    tokens = sum(len(example.ids) for example in examples)
    compared = ways(model, examples, memory)
    seconds: dict[str, list[float]] = {name: [] for name in compared}
    for number in range(rounds + 1):
        for name, work in compared.items():
            started = time.perf_counter()
            work()
            if number:  # the first round warms up
                seconds[name].append(time.perf_counter() - started)
    return {name: tokens / statistics.median(own) for name, own in seconds.items()}


def read_items_of(number: int) -> list[Item]:
    """Some items of every shipped ability."""
    folders = sorted(path.parent for path in ITEMS.glob("*/train.jsonl"))
    items = [i for f in folders for i in read_items(f / "train.jsonl")[:: 4 * len(folders)]]
    return items[:: max(1, len(items) // number)][:number]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, nargs="?", help="a prepared model's folder")
    parser.add_argument("--shape", choices=SHAPES, help="random weights of this shape instead")
    parser.add_argument("--layers", type=int, help="so many layers of the shape (all)")
    parser.add_argument("--examples", type=int, default=24, help="(24)")
    parser.add_argument("--rounds", type=int, default=5, help="(5)")
    parser.add_argument("--loss-on", nargs="+", default=["answer", "all"])
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if (options.model is None) == (options.shape is None):
        parser.error("either MODEL or --shape")
    torch.set_num_threads(options.threads)
    # As the job does, for all alike.
    keep_freed_memory(torch.device("cpu"))
    if options.shape:
        model, memory = random_model(options.shape, options.layers, options.dtype)
    else:
        model = load_model(PreparedModel(options.model, options.dtype))
        memory, tokenizer = memory_for(model, on_host=False), load_tokenizer(options.model)
        items = read_items_of(options.examples)
    for loss_on in options.loss_on:
        if options.shape:
            size = SHAPES[options.shape].vocab_size
            examples = random_examples(size, options.examples, loss_on)
        else:
            examples = [render_example(item, tokenizer, loss_on) for item in items]
        found = rates(model, examples, memory, options.rounds)
        base = found["plain, scope"]
        lengths = [len(example.ids) for example in examples]
        print(
            f"\nloss on {loss_on}, {options.dtype}, {options.threads} threads, {len(examples)} "
            f"examples of {min(lengths)} to {max(lengths)} tokens, passes of {memory.most_tokens}, "
            f"{options.rounds} rounds\n"
        )
        print("| | tokens/s | of plain, scope |\n|---|--:|--:|")
        for name, rate in found.items():
            print(f"| {name} | {rate:.0f} | {rate / base:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
