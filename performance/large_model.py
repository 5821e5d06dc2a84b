"""Run importance and selection on a synthetic Llama of 1.6 billion random parameters in bfloat16.

python performance/large_model.py [--examples 2] [--length 64]

Needs 24 GB of memory and, in a temporary folder, 14 GB of disk. Shows that gradients never exist as
a whole, and that the selection of `specific` masks at the paper's six k needs less than 2 GB
beside the importance files, which are mapped.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import torch
from process_memory import Peak, measured
from transformers import AutoModelForCausalLM, LlamaConfig

from benchprof.importance.example import Example
from benchprof.importance.memory import memory_for
from benchprof.importance.scores import score_weights
from benchprof.masks.selection import selected
from benchprof.masks.size import entry_count
from benchprof.models.anatomy import parameter_count, scope_weights
from benchprof.run.configuration import Specific
from benchprof.tensors import TensorFile, write_tensors

CONFIG = LlamaConfig(
    hidden_size=2048, intermediate_size=8192, num_hidden_layers=24, num_attention_heads=32,
    num_key_value_heads=8, vocab_size=32000,
)  # fmt: skip
FRACTIONS = ("0.00001", "0.00004", "0.00016", "0.00064", "0.00256", "0.01024")
DEFINITIONS = (
    Specific(definition="ratio", pool=5),
    Specific(definition="exclude", in_top_of=1),
    Specific(definition="max"),
)
SETS = 2


def importance(folder: Path, examples: int, length: int) -> tuple[int, int]:
    """Score two sets of random examples one after the other; |θ| and |T|."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    model = AutoModelForCausalLM.from_config(CONFIG, attn_implementation="sdpa")
    torch.set_default_dtype(torch.float32)
    model.eval().requires_grad_(False)
    weights = scope_weights(model, "mlp")
    counted = (torch.arange(length) >= length // 2).to(torch.bool)
    for number in range(SETS):
        ids = torch.randint(0, CONFIG.vocab_size, (examples, length))
        own = [Example(row, counted) for row in ids]
        scores = score_weights(
            model, weights, own, [], "taylor_abs", lambda _: None, memory_for(model, False)
        )
        write_tensors(folder / f"{number}.safetensors", scores, {})
        del scores
    return parameter_count(model), sum(weight.numel() for weight in weights.values())


def selection(folder: Path, parameters: int, rule: Specific) -> int:
    """Select the masks of one set for all k; their entries."""
    files = {str(n): TensorFile(folder / f"{n}.safetensors") for n in range(SETS)}
    counts = [entry_count(fraction, parameters) for fraction in FRACTIONS]
    ((_, masks),) = selected("specific", rule, files, counts, ["0"])
    return sum(len(indices) for mask in masks for indices in mask.values())


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--examples", type=int, default=2, help="a set (2)")
    parser.add_argument("--length", type=int, default=64, help="tokens (64)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = measured(importance, folder, options.examples, options.length)
        parameters, scope = own.result
        print(f"{parameters:,} parameters, {scope:,} in scope\n")
        print("| job | peak memory of its own | resident | seconds |\n|---|--:|--:|--:|")
        print(row(f"importance, {SETS} sets of {options.examples} examples", own))
        for rule in DEFINITIONS:
            print(row(f"`{rule.definition}` masks", measured(
                selection, folder, parameters, rule
            )), flush=True)  # fmt: skip
    print(
        f"\nweights {2 * parameters / 1e9:.2f} GB, accumulators {4 * scope / 1e9:.2f} GB; resident "
        "memory counts pages of the mapped importance files"
    )
    return 0


def row(job: str, peak: Peak) -> str:
    """One line of the table."""
    gigabytes = (f"{size / 1e9:.2f} GB" for size in (peak.own, peak.resident))
    return f"| {job} | {' | '.join(gigabytes)} | {peak.seconds:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
