"""Measure what `top` masks of the whole scope, of tensors and of chunks share and what they break.

python performance/top_within.py MODEL IMPORTANCE TEXTS [--field ctx] [--limit 60] [--abilities ...]

MODEL is a prepared model's folder, IMPORTANCE that of its importance files, TEXTS a JSON Lines file
with a text in the named field. The loss is the cross-entropy of a text in nats, averaged over its
tokens, then over texts; the change is from the intact model to the one without the mask.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn
from transformers import PreTrainedModel

from benchprof.analysis.overlap import shared_entries
from benchprof.jsonl import read_objects
from benchprof.masks.ablation import ablated
from benchprof.masks.mask import Mask
from benchprof.masks.rankings import select_top
from benchprof.masks.size import entry_count
from benchprof.masks.threshold import Entries
from benchprof.models.anatomy import parameter_count, scope_weights
from benchprof.models.loading import load_model, load_tokenizer
from benchprof.models.prepared import PreparedModel
from benchprof.sampling import sample
from benchprof.tensors import TensorFile

WITHIN = ("model", "tensor", "chunk")
Masks = dict[tuple[str, str, str], Entries]
"""By ability, `within` and fraction."""


def masks_of(importance: Path, abilities: Sequence[str], counts: dict[str, int]) -> Masks:
    """The masks of every ability, rule and size."""
    masks: Masks = {}
    for ability in abilities:
        file = TensorFile(importance / f"{ability}.safetensors")
        for within in WITHIN:
            found = select_top(file, list(counts.values()), within)
            masks |= {(ability, within, k): own for k, own in zip(counts, found, strict=True)}
    return masks


def loss_of(model: PreTrainedModel, texts: Sequence[torch.Tensor]) -> float:
    """The mean over texts of the mean cross-entropy of their tokens."""
    losses = []
    with torch.inference_mode():
        for ids in texts:
            logits = model(input_ids=ids[None], use_cache=False).logits[0, :-1]
            losses.append(float(nn.functional.cross_entropy(logits.float(), ids[1:])))
    return statistics.mean(losses)


def changes(
    model: PreTrainedModel, masks: Masks, texts: Sequence[torch.Tensor]
) -> dict[tuple[str, str, str], float]:
    """The change of the loss in nats under each mask."""
    weights = scope_weights(model, "mlp")
    intact = loss_of(model, texts)
    print(f"{len(texts)} texts, intact loss {intact:.2f} nats a token\n")
    found = {}
    for (ability, within, k), entries in masks.items():
        with ablated(weights, Mask(entries, {"ability": ability}), "zero"):
            found[ability, within, k] = loss_of(model, texts) - intact
    return found


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="a prepared model's folder")
    parser.add_argument("importance", type=Path, help="the folder of its importance files")
    parser.add_argument("texts", type=Path, help="a JSON Lines file")
    parser.add_argument("--field", default="ctx", help="of the text (ctx)")
    parser.add_argument("--limit", type=int, default=60, help="texts, a seeded sample (60)")
    parser.add_argument("--abilities", nargs="+", help="(the first three)")
    parser.add_argument("--fractions", nargs="+", default=["0.00001", "0.00016"])
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = load_model(PreparedModel(options.model, options.dtype))
    tokenizer = load_tokenizer(options.model)
    files = sorted(options.importance.glob("[!_]*.safetensors"))
    abilities = options.abilities or [file.stem for file in files[:3]]
    counts = {k: entry_count(k, parameter_count(model)) for k in options.fractions}
    masks = masks_of(options.importance, abilities, counts)
    found = [str(line[options.field]) for _, line in read_objects(options.texts, "texts")]
    chosen = [found[i] for i in sample(found, options.limit, 2026)]
    texts = [torch.tensor(tokenizer(text)["input_ids"]) for text in chosen]
    rises = changes(model, masks, [ids for ids in texts if len(ids) > 1])
    print(f"{', '.join(abilities)}; mean (least to most)\n")
    print("| k | n | " + " | ".join(f"`{w}`, nats" for w in WITHIN) + " |")
    for k, count in counts.items():
        own = [[rises[a, within, k] for a in abilities] for within in WITHIN]
        cells = (f"{statistics.mean(r):+.2f} ({min(r):+.2f} to {max(r):+.2f})" for r in own)
        print(f"| {k} | {count:,} | " + " | ".join(cells) + " |")
    print("\n| k | entries in common | share |")
    for k, (one, other) in itertools.product(counts, itertools.combinations(WITHIN, 2)):
        shares = [shared_entries(masks[a, one, k], masks[a, other, k]) for a in abilities]
        print(f"| {k} | `{one}` and `{other}` | {statistics.mean(shares) / counts[k]:.0%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
