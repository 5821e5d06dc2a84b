"""Measure what a run does on this machine's GPU, with random weights of an 8B model's shape.

python performance/gpu.py [--shape llama-8b] [--device auto] [--rounds 3] [--output gpu.json]

No file is read and no network asked. Each part calls the function that a job calls; a part that
fails is noted, and the others go on. `--shape tiny` runs in seconds on a processor.
"""

from __future__ import annotations

import argparse
import gc
import platform
import resource
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from lm_eval.api.instance import Instance
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

from benchprof.files import write_json
from benchprof.importance.alike import confirm_deterministic
from benchprof.importance.attributions import unit_attributions
from benchprof.importance.example import Example
from benchprof.importance.memory import memory_for
from benchprof.importance.scores import score_weights
from benchprof.models.ablation import ablated
from benchprof.models.anatomy import parameter_count, scope_weights
from benchprof.models.device import make_deterministic, resolve_device, without_cudnn_attention
from benchprof.models.mask import Mask
from benchprof.models.prepared import PreparedModel
from benchprof.models.units import every_projection
from benchprof.scoring.scorer import TreeScorer

DTYPE = torch.bfloat16


@dataclass(frozen=True)
class Shape:
    """Sizes of a Llama, and of the work: numbers of things, and their lengths in tokens."""

    model: Mapping[str, int]
    questions: int
    context: int
    options: int
    prompts: int
    answer: int
    examples: int
    length: int
    entries: int


SHAPES = {
    "llama-8b": Shape(
        {
            "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
            "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
        },
        questions=1024, context=128, options=4, prompts=128, answer=128, examples=64, length=128,
        entries=1_000_000,
    ),
    "tiny": Shape(
        {
            "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 64,
        },
        questions=4, context=6, options=2, prompts=3, answer=4, examples=2, length=8, entries=60,
    ),
}  # fmt: skip


class Work:
    """The parts of a run, each a method that does what a job does once and says its result."""

    def __init__(self, shape: Shape, device: torch.device) -> None:
        """Draw a model on the device, and make all ready."""
        torch.manual_seed(0)
        self.shape, self.vocabulary = shape, shape.model["vocab_size"]
        config = LlamaConfig(**shape.model, max_position_embeddings=8192)
        with device:
            model = AutoModelForCausalLM.from_config(config, dtype=DTYPE)
        self.model: Any = model.eval().requires_grad_(False)
        self.weights = scope_weights(self.model, "mlp")
        counted = torch.arange(shape.length) >= shape.length // 2
        self.examples = [Example(row, counted) for row in self._drawn(shape.examples, shape.length)]
        self.scorer = TreeScorer(self.model, _tokenizer(self.vocabulary))
        contexts = self._drawn(shape.questions, shape.context).tolist()
        options = self._drawn(shape.questions, shape.options, 16).tolist()
        pairs = [(c, own) for c, every in zip(contexts, options, strict=True) for own in every]
        self.prepared = self.scorer.prepare_tokens(pairs)
        texts = self._drawn(shape.prompts, shape.context).tolist()
        settings = {"until": ["\n\n"], "max_gen_toks": shape.answer}
        self.asked = [
            Instance("generate_until", {}, (" ".join(map(str, own)), settings), n)
            for n, own in enumerate(texts)
        ]
        own = shape.entries // len(self.weights)
        self.mask = Mask(
            {n: torch.arange(own) * (w.numel() // own) for n, w in self.weights.items()}, {}
        )

    def _drawn(self, *size: int) -> torch.Tensor:
        return torch.randint(3, self.vocabulary, size)

    def scoring(self) -> Any:
        """Log-likelihoods of all options of all questions."""
        return self.scorer.score(self.prepared)

    def answers(self) -> Any:
        """Answers up to their limit."""
        return self.scorer.generate_until(self.asked, disable_tqdm=True)

    def ablation(self) -> Any:
        """To put a mask in and take it out."""
        with ablated(self.weights, self.mask, "zero"):
            pass

    def importance_of_weights(self, on_host: bool = False) -> Any:
        """Scores of all MLP weights, of which a row of each tensor is compared."""
        memory = memory_for(self.model, on_host)
        scores = score_weights(
            self.model, self.weights, self.examples, [], "taylor_abs", lambda _: None, memory
        )
        return [own[0].tolist() for own in scores.values()]

    def importance_of_weights_on_the_host(self) -> Any:
        """The same with `scores_on_host`."""
        return self.importance_of_weights(on_host=True)

    def importance_of_units(self) -> Any:
        """Attributions of all neurons and heads, of which one example's are compared."""
        memory, projections = memory_for(self.model, False), every_projection(self.model)
        found = dict(unit_attributions(self.model, projections, self.examples, memory))
        return [own.tolist() for own in found[0].values()]


PARTS: dict[str, Callable[[Work], Any]] = {
    part.__name__: part
    for part in (
        Work.scoring, Work.answers, Work.ablation, Work.importance_of_units,
        Work.importance_of_weights, Work.importance_of_weights_on_the_host,
    )
}  # fmt: skip


def _tokenizer(vocabulary: int) -> Any:
    """Numbers are words, and tokens of the same number."""
    words = {"<pad>": 0, "<s>": 1, "</s>": 2} | {str(n): n for n in range(3, vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<pad>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()  # type: ignore[assignment]
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )


def measured(part: Callable[[Work], Any], work: Work, device: torch.device, rounds: int) -> Any:
    """Seconds of each round, the peak of memory, and whether all rounds gave the same."""
    on_gpu, seconds, found = device.type == "cuda", [], []
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(device)
    for _ in range(rounds + 1):
        started = time.perf_counter()
        found.append(part(work))
        if on_gpu:
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "seconds": statistics.median(seconds[1:]),
        "first": seconds[0],
        "peak_bytes": torch.cuda.max_memory_allocated(device) if on_gpu else peak,
        "same_every_time": all(own == found[0] for own in found),
    }


def measure(name: str, device: torch.device, rounds: int) -> dict[str, Any]:
    """All parts on one model; a part that fails is told by its error."""
    as_prepared = PreparedModel(Path(), "bfloat16", str(device))
    without_cudnn_attention()
    make_deterministic(as_prepared)  # before CUDA starts
    torch.use_deterministic_algorithms(False)
    work, parts = Work(SHAPES[name], device), dict[str, Any]()
    for part, function in PARTS.items():
        try:
            if part.startswith("importance"):
                make_deterministic(as_prepared)
                confirm_deterministic(work.model)
            parts[part] = measured(function, work, device, rounds)
            print(part, parts[part], flush=True)
        except Exception as error:  # whatever a card makes of it is to be told
            parts[part] = {"error": "".join(traceback.format_exception(error))}
            print(parts[part]["error"], flush=True)
        gc.collect()
        torch.cuda.empty_cache()
    on_gpu = device.type == "cuda"
    card = torch.cuda.get_device_properties(device) if on_gpu else None
    shape = SHAPES[name]
    return {
        "card": card.name if card else platform.processor() or platform.machine(),
        "card_bytes": card.total_memory if card else None,
        "torch": torch.__version__,
        "cuda": torch.version.cuda if on_gpu else None,
        "transformers": transformers.__version__,
        "shape": name,
        "parameters": parameter_count(work.model),
        "no_shared_rows_because": work.scorer.forward.obstacle,
        "tokens": {
            "scoring": work.prepared.plan.tokens,
            "answers": shape.prompts * (shape.context + shape.answer),
            "importance": shape.examples * shape.length,
        },
        "parts": parts,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="llama-8b", help="(llama-8b)")
    parser.add_argument("--device", default="auto", help="cuda where there is one (auto)")
    parser.add_argument("--rounds", type=int, default=3, help="after one that warms up (3)")
    parser.add_argument("--output", type=Path, default=Path("gpu.json"), help="(gpu.json)")
    options = parser.parse_args(arguments)
    found = measure(options.shape, resolve_device(options.device), options.rounds)
    write_json(options.output, found)
    print(f"{options.output}: please send it back")
    return int(any("error" in own for own in found["parts"].values()))


if __name__ == "__main__":
    sys.exit(main())
