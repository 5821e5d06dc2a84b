"""Measure the rate of importance against plain forward and backward passes of the same examples.

python performance/importance_rate.py MODEL [--examples 24] [--rounds 5] [--loss-on answer all]

MODEL is a prepared model's folder. Plain: transformers' forward pass, the loss of the counted
tokens, backward, gradients dropped; once with only the scope requiring gradients, once with all
parameters. All take turns over the same examples; the rate is that of the median round.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import nn

from benchprof.abilities.item import read_items
from benchprof.importance.example import Example, render_example
from benchprof.importance.memory import memory_for
from benchprof.importance.scores import score_weights
from benchprof.models.anatomy import scope_weights
from benchprof.models.loading import load_model, load_tokenizer

ITEMS = Path(__file__).parents[1] / "resources/abilities/v1"


def plain(model: nn.Module, examples: Sequence[Example]) -> None:
    """Forward and backward of each example, for whatever requires gradients."""
    for example in examples:
        logits = model(input_ids=example.ids[None], use_cache=False).logits[0, :-1]
        counted = example.counted[1:]
        nn.functional.cross_entropy(logits[counted].float(), example.ids[1:][counted]).backward()
        model.zero_grad(set_to_none=True)


def ways(model: nn.Module, examples: Sequence[Example]) -> dict[str, Callable[[], None]]:
    """What is compared, by name."""
    weights = scope_weights(model, "mlp")
    memory = memory_for(model, on_host=False)

    def ours(score: str) -> None:
        model.requires_grad_(False)
        score_weights(model, weights, examples, [], score, lambda _: None, memory)

    def scope() -> None:
        model.requires_grad_(False)
        for weight in weights.values():
            weight.requires_grad_(True)
        plain(model, examples)

    def everything() -> None:
        model.requires_grad_(True)
        plain(model, examples)

    return {
        "plain, scope": scope,
        "plain, all parameters": everything,
        "`taylor_abs`": partial(ours, "taylor_abs"),
        "`fisher`": partial(ours, "fisher"),
        "`taylor`": partial(ours, "taylor"),
    }


def rates(model: nn.Module, examples: Sequence[Example], rounds: int) -> dict[str, float]:
    """Tokens per second by name: the median of the rounds."""
    tokens = sum(len(example.ids) for example in examples)
    compared = ways(model, examples)
    seconds: dict[str, list[float]] = {name: [] for name in compared}
    for number in range(rounds + 1):
        for name, work in compared.items():
            started = time.perf_counter()
            work()
            if number:  # the first round warms up
                seconds[name].append(time.perf_counter() - started)
    return {name: tokens / statistics.median(own) for name, own in seconds.items()}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="a prepared model's folder")
    parser.add_argument("--examples", type=int, default=24, help="(24)")
    parser.add_argument("--rounds", type=int, default=5, help="(5)")
    parser.add_argument("--loss-on", nargs="+", default=["answer", "all"])
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, tokenizer = (
        load_model(options.model, options.dtype, "cpu"),
        load_tokenizer(options.model),
    )
    folders = sorted(path.parent for path in ITEMS.glob("*/train.jsonl"))
    items = [i for f in folders for i in read_items(f / "train.jsonl")[:: 4 * len(folders)]]
    items = items[:: max(1, len(items) // options.examples)][: options.examples]
    for loss_on in options.loss_on:
        examples = [render_example(item, tokenizer, loss_on) for item in items]
        found = rates(model, examples, options.rounds)
        base = found["plain, scope"]
        lengths = [len(example.ids) for example in examples]
        print(
            f"\nloss on {loss_on}, {options.dtype}, {options.threads} threads, {len(examples)} "
            f"examples of {min(lengths)} to {max(lengths)} tokens, {options.rounds} rounds\n"
        )
        print("| | tokens/s | of plain, scope |\n|---|--:|--:|")
        for name, rate in found.items():
            print(f"| {name} | {rate:.0f} | {rate / base:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
