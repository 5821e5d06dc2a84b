"""Measure scoring, importance and ablation of an 8B model on this machine, beside its roofline.

python performance/gpu.py [--shape llama-8b] [--device auto] [--rounds 5] [--output FILE]

The weights are random and drawn on the device; no file is read and no network asked. The roofline
is measured: the arithmetic of a large product and the traffic of a large copy. Where the card is
known, its datasheet's figures stand beside it. Counted is what the work needs, not what the code
does: `needed_operations` and `needed_bytes` say it. `--shape tiny` runs in seconds on a processor.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models
from torch import nn
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

from benchprof.files import write_json
from benchprof.importance.example import Example
from benchprof.importance.gradients import gradient_scores
from benchprof.importance.memory import memory_for
from benchprof.models.ablation import ablated
from benchprof.models.anatomy import parameter_count, scope_weights
from benchprof.models.device import resolve_device
from benchprof.models.mask import Mask
from benchprof.plan.steps import SUM
from benchprof.scoring.encoder import Pair
from benchprof.scoring.scorer import TreeScorer

DTYPE = torch.bfloat16
SCORING_AIM, IMPORTANCE_AIM = 0.5, 0.7
"""Shares of the roofline."""
ABLATION_AIM = 0.05
"""Seconds."""
FIRST = 3
"""The first token that is not special."""
REPEATS = 10
"""Products, or copies, that one timing of the roofline takes together."""


@dataclass(frozen=True)
class Questions:
    """Multiple choice: contexts and answers of random tokens.

    No two contexts begin alike, nor do two answers of a question: they share nothing but contexts.

    Attributes:
        items: how many questions.
        context: tokens of each.
        answers: of each question.
        answer: tokens of each answer.
    """

    items: int
    context: int
    answers: int
    answer: int

    @property
    def tree(self) -> int:
        """Tokens of the prefix tree; the last of an answer is read, not computed."""
        return self.items * (self.context + self.answers * (self.answer - 1))

    @property
    def read(self) -> int:
        """Places at which log-probabilities are read: the contexts' ends and answers' tokens."""
        return self.items * (1 + self.answers * (self.answer - 1))

    @property
    def attended(self) -> int:
        """Pairs of a token and one on its path, itself included."""
        context = self.context * (self.context + 1) // 2
        after = self.answer - 1
        answer = after * self.context + after * (after + 1) // 2
        return self.items * (context + self.answers * answer)

    def pairs(self, vocabulary: int) -> list[Pair]:
        """The requests in tokens, of which the vocabulary must have `FIRST` + `items`."""

        def drawn(first: int, length: int) -> list[int]:
            return [FIRST + first, *torch.randint(FIRST, vocabulary, (length - 1,)).tolist()]

        found = []
        for item in range(self.items):
            context = drawn(item, self.context)
            found += [(context, drawn(n, self.answer)) for n in range(self.answers)]
        return found


@dataclass(frozen=True)
class Shape:
    """A model and the work that it is measured with.

    Attributes:
        model: sizes of a Llama.
        questions: that are scored.
        examples: of importance, one backward pass each.
        length: tokens of an example, the second half of which count.
        entries: of a mask.
        side: rows of the square matrices whose product measures arithmetic.
        copied: bytes of the tensor whose copy measures memory.
    """

    model: Mapping[str, int]
    questions: Questions
    examples: int
    length: int
    entries: int
    side: int
    copied: int


SHAPES = {
    # Llama 3.1 8B. Enough examples that starting and finishing the accumulators does not count.
    "llama-8b": Shape(
        model={
            "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
            "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
        },
        questions=Questions(items=1024, context=128, answers=4, answer=16),
        examples=64,
        length=128,
        entries=1_000_000,
        side=8192,
        copied=1 << 31,
    ),
    "tiny": Shape(
        model={
            "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 64,
        },
        questions=Questions(items=4, context=6, answers=2, answer=3),
        examples=2,
        length=8,
        entries=60,
        side=64,
        copied=1 << 16,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Speed:
    """Operations/s and bytes/s."""

    flops: float
    bandwidth: float


DATASHEETS = {
    "NVIDIA H100 80GB HBM3": Speed(989e12, 3.35e12),
    "NVIDIA H200": Speed(989e12, 4.8e12),
    "NVIDIA A100-SXM4-80GB": Speed(312e12, 2.04e12),
    "NVIDIA A100-SXM4-40GB": Speed(312e12, 1.56e12),
}
"""What the maker says, dense bfloat16, by the name that CUDA gives the card; other variants of a
card (PCIe, NVL) have other figures."""


@dataclass(frozen=True)
class Figures:
    """What was measured; seconds are medians.

    Attributes:
        card: its name; the processor's where there is none.
        torch: version.
        parameters: of the model.
        measured: the roofline.
        datasheet: the card's, if it is known.
        scoring_seconds: of all questions under one condition of the weights.
        scoring_operations: that they need.
        importance_seconds: of one example.
        importance_bytes: that it needs to move.
        ablation_seconds: to put a mask in and take it out again.
        ablation_entries: of the mask.
        peak_memory: bytes on the card; of the process where there is none.
    """

    card: str
    torch: str
    parameters: int
    measured: Speed
    datasheet: Speed | None
    scoring_seconds: float
    scoring_operations: int
    importance_seconds: float
    importance_bytes: int
    ablation_seconds: float
    ablation_entries: int
    peak_memory: int

    @property
    def scoring_flops(self) -> float:
        """Needed operations/s of scoring."""
        return self.scoring_operations / self.scoring_seconds

    @property
    def importance_bandwidth(self) -> float:
        """Needed bytes/s of importance."""
        return self.importance_bytes / self.importance_seconds

    @property
    def shares(self) -> dict[str, dict[str, float]]:
        """Scoring's and importance's shares of each roofline."""
        rooflines = {"measured": self.measured, "datasheet": self.datasheet}
        return {
            name: {
                "scoring": self.scoring_flops / speed.flops,
                "importance": self.importance_bandwidth / speed.bandwidth,
            }
            for name, speed in rooflines.items()
            if speed is not None
        }


def needed_operations(model: Any, questions: Questions) -> int:
    """Floating point operations that scoring the questions once needs.

    2 a weight of the layers and token of the tree, 2 a weight of the head and place that is read;
    attention: for each token, key on its path, head and layer two products of a head's size.
    Nothing that is repeated, padded or masked away counts, and no look-up of an embedding.
    """
    config = model.config
    layers = sum(weight.numel() for weight in scope_weights(model, "all_layers").values())
    head = model.get_output_embeddings().weight.numel()
    width = config.num_hidden_layers * config.num_attention_heads * config.head_dim
    products = layers * questions.tree + head * questions.read
    return int(2 * products + 4 * width * questions.attended)


def needed_bytes(model: Any, weights: Mapping[str, nn.Parameter]) -> int:
    """Bytes between memory and arithmetic that one example's importance needs.

    The weights of layers and head are read forward and backward; the gradients of the weights in
    scope are written, and their accumulators read and written. Activations do not count.
    """
    read = [*scope_weights(model, "all_layers").values(), model.get_output_embeddings().weight]
    gradients = sum(weight.nbytes for weight in weights.values())
    accumulators = SUM * sum(weight.numel() for weight in weights.values())
    return int(2 * sum(weight.nbytes for weight in read) + gradients + 2 * accumulators)


def random_model(sizes: Mapping[str, int], device: torch.device) -> Any:
    """A Llama of these sizes, drawn on the device, in evaluation mode."""
    config = LlamaConfig(**sizes, max_position_embeddings=8192)
    with device:
        model = AutoModelForCausalLM.from_config(config, dtype=DTYPE, attn_implementation="sdpa")
    return model.eval().requires_grad_(False)


def scorer_of(model: Any) -> TreeScorer:
    """A scorer of requests in tokens: its tokenizer knows the special ones alone."""
    specials = {"<pad>": 0, "<s>": 1, "</s>": 2}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(specials, unk_token="<pad>")),
        pad_token="<pad>", bos_token="<s>", eos_token="</s>",
    )  # fmt: skip
    return TreeScorer(model, tokenizer)


def scoring_seconds(model: Any, questions: Questions, rounds: int) -> float:
    """Of all questions, made ready once."""
    scorer = scorer_of(model)
    prepared = scorer.prepare_tokens(questions.pairs(model.config.vocab_size))
    assert prepared.plan.tree_size == questions.tree
    return statistics.median(timed(lambda: scorer.score(prepared), model.device, rounds))


def importance_seconds(
    model: Any, weights: Mapping[str, nn.Parameter], shape: Shape, rounds: int
) -> float:
    """Of one example of many."""
    counted = torch.arange(shape.length) >= shape.length // 2
    ids = torch.randint(FIRST, model.config.vocab_size, (shape.examples, shape.length))
    examples, memory = [Example(row, counted) for row in ids], memory_for(model, on_host=False)

    def work() -> None:
        gradient_scores(model, weights, examples, "taylor_abs", lambda _: None, memory)

    return statistics.median(timed(work, model.device, rounds)) / shape.examples


def ablation_seconds(
    weights: Mapping[str, nn.Parameter], mask: Mask, device: torch.device, rounds: int
) -> float:
    """To zero a mask's entries, which are in the host's memory, and to restore them."""

    def work() -> None:
        with ablated(weights, mask, "zero"):
            synchronize(device)

    return statistics.median(timed(work, device, rounds))


def random_mask(weights: Mapping[str, nn.Parameter], entries: int) -> Mask:
    """A mask of so many entries, as many in each tensor but for the rest of the division."""
    found = {}
    for number, (name, weight) in enumerate(weights.items()):
        own = entries // len(weights) + (number < entries % len(weights))
        step = weight.numel() // own
        places = torch.arange(own) * step + torch.randint(step, (own,))
        found[name] = places.to(torch.int32)
    return Mask(found, {})


def measured_speed(shape: Shape, device: torch.device, rounds: int) -> Speed:
    """The machine's best in a product of square matrices and in a copy, which reads and writes."""
    left, right = (torch.randn(shape.side, shape.side, device=device, dtype=DTYPE) for _ in "ab")
    source = torch.zeros(shape.copied, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    product = torch.empty_like(left)

    def multiply() -> None:
        for _ in range(REPEATS):
            torch.mm(left, right, out=product)

    def copy() -> None:
        for _ in range(REPEATS):
            target.copy_(source)

    return Speed(
        REPEATS * 2 * shape.side**3 / min(timed(multiply, device, rounds)),
        REPEATS * 2 * shape.copied / min(timed(copy, device, rounds)),
    )


def timed(work: Callable[[], object], device: torch.device, rounds: int) -> list[float]:
    """Seconds of each round, after one that warms up."""
    found = []
    for _ in range(rounds + 1):
        synchronize(device)
        started = time.perf_counter()
        work()
        synchronize(device)
        found.append(time.perf_counter() - started)
    return found[1:]


def synchronize(device: torch.device) -> None:
    """Wait until the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def card_name(device: torch.device) -> str:
    """The GPU's name, or the processor's kind."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return platform.processor() or platform.machine()


def peak_memory(device: torch.device) -> int:
    """Largest memory so far, bytes (Linux)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(shape: Shape, device: torch.device, rounds: int) -> Figures:
    """Measure the roofline, then all three kinds of work on one model."""
    torch.manual_seed(0)
    card = card_name(device)
    # First, so that its tensors are gone before the model comes.
    speed = measured_speed(shape, device, rounds)
    model = random_model(shape.model, device)
    weights = scope_weights(model, "mlp")
    mask = random_mask(weights, shape.entries)
    return Figures(
        card=card,
        torch=torch.__version__,
        parameters=parameter_count(model),
        measured=speed,
        datasheet=DATASHEETS.get(card),
        scoring_seconds=scoring_seconds(model, shape.questions, rounds),
        scoring_operations=needed_operations(model, shape.questions),
        importance_seconds=importance_seconds(model, weights, shape, rounds),
        importance_bytes=needed_bytes(model, weights),
        ablation_seconds=ablation_seconds(weights, mask, device, rounds),
        ablation_entries=mask.size,
        peak_memory=peak_memory(device),
    )


def table(figures: Figures) -> str:
    """The figures beside the roofline and the aims, as Markdown."""
    sheet, shares = figures.datasheet, figures.shares

    def of(name: str, work: str) -> str:
        return f"{shares[name][work]:.1%}" if name in shares else ""

    rows = [
        ("", "reached", "measured roofline", "of it", "datasheet", "of it", "aim"),
        ("---", *["--:"] * 6),
        (
            "scoring",
            f"{figures.scoring_flops / 1e12:.3g} TFLOP/s",
            f"{figures.measured.flops / 1e12:.3g} TFLOP/s",
            of("measured", "scoring"),
            f"{sheet.flops / 1e12:.3g} TFLOP/s" if sheet else "",
            of("datasheet", "scoring"),
            f"{SCORING_AIM:.0%}",
        ),
        (
            "importance",
            f"{figures.importance_bandwidth / 1e12:.3g} TB/s",
            f"{figures.measured.bandwidth / 1e12:.3g} TB/s",
            of("measured", "importance"),
            f"{sheet.bandwidth / 1e12:.3g} TB/s" if sheet else "",
            of("datasheet", "importance"),
            f"{IMPORTANCE_AIM:.0%}",
        ),
        (
            f"a mask of {figures.ablation_entries:,} entries",
            f"{1000 * figures.ablation_seconds:.3g} ms",
            "", "", "", "",
            f"{1000 * ABLATION_AIM:.0f} ms",
        ),
    ]  # fmt: skip
    head = (
        f"{figures.card}, torch {figures.torch}, {figures.parameters:,} parameters in bfloat16, "
        f"peak memory {figures.peak_memory / 1e9:.3g} GB\n"
    )
    return "\n".join([head, *("| " + " | ".join(row) + " |" for row in rows)])


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="llama-8b", help="(llama-8b)")
    parser.add_argument("--device", default="auto", help="cuda where there is one (auto)")
    parser.add_argument("--rounds", type=int, default=5, help="after one that warms up (5)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="the same figures as JSON")
    options = parser.parse_args(arguments)
    figures = measure(SHAPES[options.shape], resolve_device(options.device), options.rounds)
    print(table(figures))
    if options.output:
        found = asdict(figures) | {
            "shape": options.shape,
            "shares": figures.shares,
            "aims": {
                "scoring": SCORING_AIM, "importance": IMPORTANCE_AIM,
                "ablation_seconds": ABLATION_AIM,
            },
        }  # fmt: skip
        write_json(options.output, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
